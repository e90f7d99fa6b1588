"""Settings of generated tests; the engine that all of them share is closed at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from support.asking import engine

settings.register_profile(
    "agreement",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
settings.load_profile("agreement")


@pytest.fixture(scope="session", autouse=True)
def _engine_closed() -> Iterator[None]:
    """DuckDB complains when a program ends before its connections do."""
    yield
    engine().close()
