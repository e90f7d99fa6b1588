"""A process of our own beside this one, one at a time: what takes long does not keep the rest waiting."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog

log = structlog.get_logger(__name__)


@dataclass
class Child:
    """At most one process of a module of ours; the caller keeps threads apart.

    module: what `python -m` runs. failed: what the log says of one that ended badly.
    """

    module: str
    failed: str
    process: subprocess.Popen[bytes] | None = None

    def start(self, order: Mapping[str, Any]) -> None:
        """Start it; the order goes in by standard input as JSON, so no secret is an argument."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        assert self.process.stdin is not None
        with self.process.stdin as stdin:
            stdin.write(orjson.dumps(order))

    def running(self) -> bool:
        """Whether it is under way; one that failed meanwhile is logged."""
        if self.process is None:
            return False
        if self.process.poll() is None:
            return True
        if self.process.returncode:
            log.error(self.failed, code=self.process.returncode)
        self.process = None
        return False

    def stop(self) -> None:
        """End it; what it saved stays."""
        if self.running():
            assert self.process is not None
            self.process.terminate()
            self.process.wait()
            self.process = None
