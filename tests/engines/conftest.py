"""Engines beside DuckDB: Sail always, Apache Spark where Java and Spark are installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import clusters
from support.asking import engine


@pytest.fixture(scope="session", autouse=True)
def _main_is_a_file() -> None:
    """Spark's client takes a program without a file, as a worker of pytest is, for its own doctests."""
    main = sys.modules["__main__"]
    if not hasattr(main, "__file__"):
        main.__file__ = __file__


@pytest.fixture(scope="session")
def sail() -> Iterator[str]:
    """Address of Sail, in this process."""
    with clusters.sail() as remote:
        yield remote


@pytest.fixture(scope="session")
def apache_spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of Apache Spark: a master and two workers on loopback."""
    try:
        clusters.spark_home()
    except clusters.Missing as missing:
        pytest.skip(str(missing))
    folder: Path = tmp_path_factory.mktemp("spark")
    with clusters.spark(folder, conf=clusters.FOR_LITTLE) as remote:
        yield remote


@pytest.fixture(scope="session", autouse=True)
def _engine_closed() -> Iterator[None]:
    """DuckDB complains when a program ends before its connections do."""
    yield
    engine().close()
