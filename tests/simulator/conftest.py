"""A local WeChat with its usual people, and calls of its API."""

from __future__ import annotations

import pytest

from bot.simulator import Sim
from tests.simulator.kit import Api, make_sim


@pytest.fixture
def sim() -> Sim:
    return make_sim()[0]


@pytest.fixture
def api(sim: Sim) -> Api:
    return Api(sim)
