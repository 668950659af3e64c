"""`/metrics` for Prometheus: what the web processes of this machine answered, and how the background work stands.

Counts are of this machine (all web workers together where `PROMETHEUS_MULTIPROC_DIR` is set, which `cli.py run` does);
everything with `outbox`, `job` or `close` in its name is asked of the database and so is about the whole service.
No label names a person, a leader or a message.
"""

from __future__ import annotations

import hmac
import os
import threading
import time
from collections.abc import Iterator
from typing import Protocol

from flask import Blueprint, Flask, Response, abort, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from models import Busy, Store
from operations import vitals
from web.auth import allow

TEXT = "text/plain; version=0.0.4; charset=utf-8"
SHARED_ENV = "PROMETHEUS_MULTIPROC_DIR"  # a folder in which the web processes of one machine count together
WECHAT = "wechat"  # the blueprint of the webhook
LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 4.5, 5.0)  # seconds; WeChat hangs up after 5


class HasKind(Protocol):
    """A push: text, image, event …"""

    @property
    def kind(self) -> str: ...


class Meter:
    """What the web process counts."""

    def __init__(self) -> None:
        if SHARED_ENV in os.environ:  # the library looks only when it is imported, and that was before
            values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._push = threading.local()  # not Flask's `g`: most pushes are answered before Flask
        self._messages = Counter(
            "lintuan_messages",
            "Pushes of WeChat by kind (text, image, event …; none: not readable) and what became of them",
            ("kind", "outcome"),
            registry=self.registry,
        )
        self._latency = Histogram(
            "lintuan_message_seconds",
            "From a push that came to its answer that left",
            registry=self.registry,
            buckets=LATENCIES,
        )
        self._readings = Counter(
            "lintuan_readings",
            "What messages were read as: a command, unclear (asked about) or unknown (not understood)",
            ("reading",),
            registry=self.registry,
        )
        self._pages = Counter(
            "lintuan_pages", "Answers of pages by area and status", ("area", "status"), registry=self.registry
        )

    def seen(self, inbound: HasKind) -> None:
        """A push was read."""
        self._push.kind = inbound.kind

    def count(self, outcome: str) -> None:
        """What became of a push: handled, repeated, deferred, slowed, ignored, refused, busy (the database), failed."""
        kind, self._push.kind = getattr(self._push, "kind", "none"), "none"
        self._messages.labels(kind, outcome).inc()

    def read_as(self, reading: str) -> None:
        """What a message was read as."""
        self._readings.labels(reading).inc()

    def watch(self, app: Flask) -> None:
        """Time the webhook, count what pages answer."""

        @app.before_request
        def begin() -> None:
            if request.blueprint == WECHAT:
                g.push_came = time.perf_counter()

        @app.after_request
        def end(response: Response) -> Response:
            if "push_came" in g:
                self._latency.observe(time.perf_counter() - g.push_came)
            else:
                self._pages.labels(request.blueprint or "none", str(response.status_code)).inc()
            return response

    def timed(self, seconds: float) -> None:
        """A push was answered without Flask."""
        self._latency.observe(seconds)

    def exposition(self, store: Store) -> bytes:
        """Everything as text for a scrape."""
        registry = self.registry
        if SHARED_ENV in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        vital = CollectorRegistry()
        vital.register(_Vitals(store))
        return generate_latest(registry) + generate_latest(vital)


class _Vitals(Collector):
    """Asked of the database at each scrape. When it cannot be had, one gauge says so and the others are absent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("lintuan_database_up", "Whether the database answered this scrape")
        try:
            with self._store.read() as work:
                found = vitals.look(work)
        except (SQLAlchemyError, Busy):
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        for name, help_text, value in (
            ("lintuan_outbox_due", "Notices that should be on their way", found.due_notices),
            ("lintuan_outbox_oldest_seconds", "How overdue the oldest of them is", found.oldest_notice_s),
            ("lintuan_outbox_troubled", "Notices that are held or failed: an operator decides", found.troubled_notices),
            ("lintuan_close_lag_seconds", "How overdue the closing of the oldest open round is", found.close_lag_s),
        ):
            yield GaugeMetricFamily(name, help_text, value=value)
        ages = GaugeMetricFamily(
            "lintuan_job_age_seconds", "Since a job of the scheduler last wrote that it ran", labels=["job"]
        )
        failed = GaugeMetricFamily("lintuan_job_failed", "Whether its last run failed", labels=["job"])
        for job, age in found.job_age_s.items():
            ages.add_metric([job], age)
        for job, has_failed in found.job_failed.items():
            failed.add_metric([job], int(has_failed))
        yield ages
        yield failed


def create_blueprint(meter: Meter, store: Store, token: str | None) -> Blueprint:
    """`/metrics`: with a token for who brings it as a bearer, without one for this machine alone; else 404."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    @allow(public=True)
    def metrics() -> Response:
        if not _may_look(token):
            abort(404)
        return Response(meter.exposition(store), content_type=TEXT)

    return routes


def _may_look(token: str | None) -> bool:
    if token is not None:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    was_passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.remote_addr in LOOPBACK and not was_passed_on
