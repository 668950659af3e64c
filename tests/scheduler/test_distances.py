"""Distances by road: what OSRM, AMap and Tencent are asked, and what is made of their answers and their silence.

The answers have the shape of the examples in the services' documentation (addresses: `scheduler/distances.py`).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from operations.delivery.problems import NEVER_S
from operations.routing.geo import GreatCircle, Matrix, Place, to_gcj02, to_wgs84
from scheduler.distances import Amap, MapFailed, Osrm, Tencent, matrix_of

PLACES = (Place(31.20, 121.40), Place(31.21, 121.41, "gcj02"), Place(31.22, 121.43))
Answer = Callable[[str, dict[str, list[str]]], Any]


class Service:
    """A map service on this machine."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.answer: Answer = lambda _path, _query: {}
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = parse_qs(parts.query)
                service.asked.append((parts.path, query))
                body = json.dumps(service.answer(parts.path, query)).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def service() -> Iterator[Service]:
    one = Service()
    yield one
    one.server.shutdown()
    one.server.server_close()


def metres(a: int, b: int) -> int:
    return 0 if a == b else 1000 * (a + 1) + b


def test_osrm_is_asked_in_wgs84_and_in_blocks(service: Service) -> None:
    def answer(path: str, query: dict[str, list[str]]) -> Any:
        listed = path.rpartition("/")[2].split(";")
        at = [[f"{one.longitude:.6f},{one.latitude:.6f}" for one in wgs].index(text) for text in listed]
        rows = [at[int(n)] for n in query["sources"][0].split(";")]
        columns = [at[int(n)] for n in query["destinations"][0].split(";")]
        return {
            "code": "Ok",
            "distances": [[metres(a, b) + 0.4 for b in columns] for a in rows],
            "durations": [[None if (a, b) == (0, 2) else metres(a, b) / 10 for b in columns] for a in rows],
        }

    wgs = [to_wgs84(place) for place in PLACES]
    service.answer = answer
    far, long = Osrm(service.url, block=2).between(PLACES)
    assert len(service.asked) == 4
    assert far[1] == [metres(1, 0), 0, metres(1, 2)]
    assert long[2] == [300, 300, 0]
    assert long[0][2] == NEVER_S


def test_amap_is_asked_in_gcj02_for_each_destination(service: Service) -> None:
    wanted = [f"{one.longitude:.6f},{one.latitude:.6f}" for one in map(to_gcj02, PLACES)]

    def answer(path: str, query: dict[str, list[str]]) -> Any:
        assert path == "/v3/distance"
        assert query["origins"][0].split("|") == wanted
        to = wanted.index(query["destination"][0])
        results: list[dict[str, str]] = [
            {"origin_id": str(n + 1), "dest_id": "1", "distance": str(metres(n, to)), "duration": "60"}
            for n in range(3)
        ]
        if to == 2:
            results[0] = {"origin_id": "1", "dest_id": "1", "distance": "0", "duration": "0", "code": "3"}
        return {"status": "1", "infocode": "10000", "results": results}

    service.answer = answer
    far, long = Amap("k", service.url).between(PLACES)
    assert far[1] == [metres(1, 0), 0, metres(1, 2)]
    assert long[0] == [0, 60, NEVER_S]


def test_tencent_is_asked_in_gcj02_latitude_first(service: Service) -> None:
    wanted = ";".join(f"{one.latitude:.6f},{one.longitude:.6f}" for one in map(to_gcj02, PLACES))

    def answer(path: str, query: dict[str, list[str]]) -> Any:
        assert (path, query["mode"], query["from"][0], query["to"][0]) == (
            "/ws/distance/v1/matrix", ["driving"], wanted, wanted,
        )  # fmt: skip
        rows = [{"elements": [{"distance": metres(a, b), "duration": 7} for b in range(3)]} for a in range(3)]
        return {"status": 0, "result": {"rows": rows}}

    service.answer = answer
    far, long = Tencent("k", service.url).between(PLACES)
    assert far[2] == [metres(2, 0), metres(2, 1), 0]
    assert long[0] == [0, 7, 7]


REFUSALS: tuple[Any, ...] = (
    {"code": "InvalidQuery", "status": "0", "infocode": "10001"},
    {},
    [],
    {"code": "Ok", "status": "1"},
)


@pytest.mark.parametrize("answer", REFUSALS, ids=str)
@pytest.mark.parametrize("kind", ["osrm", "amap", "tencent"])
def test_a_refusal_is_a_failure_that_names_no_key(service: Service, kind: str, answer: Any) -> None:
    service.answer = lambda _path, _query: answer
    with pytest.raises(MapFailed) as failed:
        matrix_of(kind, url=service.url, key="hush-hush").between(PLACES)
    assert "hush" not in str(failed.value)


def test_silence_is_a_failure_that_names_no_key() -> None:
    with pytest.raises(MapFailed) as failed:
        Amap("hush-hush", "http://127.0.0.1:1").between(PLACES)
    assert "hush" not in f"{failed.value!r} {failed.value.__cause__!r}"


def test_without_a_service_it_is_the_great_circle() -> None:
    found: Matrix = matrix_of("great_circle", detour=1.5, kmh=30)
    assert found == GreatCircle(1.5, 30)
