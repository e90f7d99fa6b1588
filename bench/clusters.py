"""What starts Sail and Apache Spark for tests starts them for benchmarks."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any


def tools() -> Any:
    """The module `support.clusters` of the tests."""
    folder = str(Path(__file__).parents[1] / "tests")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("support.clusters")
