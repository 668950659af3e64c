# What people and CI run. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help setup run demo test check bench soak fuzz format lock dev
MAKEFLAGS += --no-print-directory
VENV_PYTHON := .venv/bin/python
export PYTHON

help: ## this list
	@echo "邻团: a group-buy bot behind a WeChat official account"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## create .venv and install what running needs (instant when nothing changed)
	@scripts/setup

run: setup ## serve with config.toml, or a try-out with a simulated WeChat when there is none
	@$(VENV_PYTHON) cli.py run

demo: setup ## a whole group-buy day against a simulated WeChat, on this machine only
	@$(VENV_PYTHON) cli.py demo

test: dev check ## everything CI runs: format, lint, types, import rules, tests
	@echo "== tests"
	@$(VENV_PYTHON) -m pytest -n 3 --dist worksteal

check: dev ## the part of `make test` that runs no test: seconds
	@echo "== format and lint"
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m ruff check .
	@echo "== types"
	@$(VENV_PYTHON) -m mypy
	@echo "== who may import whom"
	@$(VENV_PYTHON) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo

bench: dev ## measure: speed of parsing, orders under load, deliveries
	@$(VENV_PYTHON) -m benchmarks

soak: dev ## the tests that take minutes
	@$(VENV_PYTHON) -m pytest -m soak --timeout=1800

fuzz: dev ## damaged input thrown at the whole program: N=1000000 SEED=1 MINUTES=60
	@$(VENV_PYTHON) -m tests.fuzz --inputs $(or $(N),100000) --seed $(or $(SEED),1) --minutes $(or $(MINUTES),60)

format: dev ## rewrite the sources as `make check` wants them
	@$(VENV_PYTHON) -m ruff format .
	@$(VENV_PYTHON) -m ruff check --fix .

lock: dev ## resolve pyproject.toml anew into requirements.lock and requirements-dev.lock
	@$(VENV_PYTHON) -m uv pip compile --quiet --universal --generate-hashes --no-header --no-config \
	  --extra postgresql --extra routes --extra wechatpay pyproject.toml -o requirements.lock
	@$(VENV_PYTHON) -m uv pip compile --quiet --universal --generate-hashes --no-header --no-config \
	  --extra postgresql --extra routes --extra wechatpay --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

dev:
	@scripts/setup dev
