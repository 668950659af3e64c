# One image for every role: `cli.py run --no-scheduler` (web), `cli.py scheduler`, `cli.py init-db`, `cli.py backup …`.
FROM python:3.12-slim-trixie AS packages
WORKDIR /app
COPY requirements.lock ./
# Exactly the pinned contents: a package that changed since is refused.
RUN python -m venv /app/.venv && /app/.venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.12-slim-trixie
# pg_dump and pg_restore for backups, not older than the server of deploy/compose.yaml (Debian 13 has 17); a font for pictures with Chinese words.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* && useradd --system --create-home lintuan && install -d -o lintuan -m 700 /data
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY . .
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 LINTUAN_CONFIG=/etc/lintuan/config.toml
USER lintuan
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["python", "cli.py"]
CMD ["run", "--no-scheduler"]
