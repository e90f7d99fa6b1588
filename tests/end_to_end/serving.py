"""The real `warmlist` in processes of its own: commands that end, and `serve` until it is stopped."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "correct horse battery"
APP_SECRET = "app-secret-of-the-tests"
VERIFY_TOKEN = "verify-token-of-the-tests"
SECRETS = {
    "WARMLIST_OWNER_PASSWORD": PASSWORD,
    "WARMLIST_WHATSAPP_APP_SECRET": APP_SECRET,
    "WARMLIST_WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
}
#: Seconds that a start may take on a busy machine, a recovery of PostgreSQL included.
PATIENCE = 90.0


def _early_zone(utc_hour: int) -> str:
    """A time zone in which it is about two in the morning.

    What is due within hours is then due today, at whatever hour the tests run.
    """
    ahead = 2 - utc_hour if utc_hour <= 14 else 26 - utc_hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


ZONE = _early_zone(datetime.now(UTC).hour)


@dataclass(frozen=True)
class Workspace:
    """A home folder or a database, and the environment that every command on it gets."""

    home: Path
    database_url: str | None = None
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Of this machine only what is no setting of Warmlist."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("WARMLIST_")}
        given = {"WARMLIST_DATABASE_URL": self.database_url} if self.database_url else {}
        settled = {"WARMLIST_HOME": str(self.home), "WARMLIST_TIME_ZONE": ZONE}
        return {**kept, **SECRETS, **settled, **given, **self.more}

    def run(self, *words: object, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        return subprocess.run(
            command(*words),
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=self.home,
            check=False,
        )

    def start(self, *words: object, log: Path) -> subprocess.Popen[bytes]:
        """A command that goes on; what it says is appended to `log`."""
        with log.open("ab") as out:
            return subprocess.Popen(
                command(*words),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.home,
            )

    def lines(self, *words: object) -> list[dict[str, Any]]:
        """What a command prints with `--format jsonl`."""
        done = self.run(*words, "--format", "jsonl")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "warmlist", *map(str, words)]


def _early_zone(utc_hour: int) -> str:
    """A time zone in which it is about two in the morning.

    What is due within hours is then due today, at whatever hour the tests run.
    """
    ahead = 2 - utc_hour if utc_hour <= 14 else 26 - utc_hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


ZONE = _early_zone(datetime.now(UTC).hour)


@dataclass
class Served:
    """A running `serve` (or `demo`)."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    @property
    def said(self) -> str:
        """Everything that it wrote to stdout and stderr."""
        return self.log.read_text("utf-8", "replace")

    def stop(self) -> int:
        """As a supervisor stops it; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """kill -9; nothing where it has ended already."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def post(self, delivery: object, **headers: str) -> httpx.Response:
        """A delivery (or raw bytes) to the WhatsApp door, signed unless `headers` sign it."""
        body = delivery if isinstance(delivery, bytes) else json.dumps(delivery).encode()
        signed = {"X-Hub-Signature-256": signature(body), **headers}
        return httpx.post(
            f"{self.address}/webhooks/whatsapp", content=body, headers=signed, timeout=30
        )


def signature(body: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(
    workspace: Workspace, *, port: int | None = None, what: str = "serve"
) -> Iterator[Served]:
    """A `serve` that is ready, ended at the end of the block if it has not ended by then."""
    served = start(workspace, port=port, what=what)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.process.terminate()
            try:
                served.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                served.kill()


def start(workspace: Workspace, *, port: int | None = None, what: str = "serve") -> Served:
    """A `serve` that is ready. The caller ends it."""
    chosen = port or free_port()
    log = workspace.home / "said.log"
    process = workspace.start(what, "--port", chosen, log=log)
    served = Served(process, f"http://127.0.0.1:{chosen}", log)
    try:
        wait_until_ready(served)
    except BaseException:
        served.kill()
        raise
    return served


def wait_until_ready(served: Served) -> None:
    until = time.monotonic() + PATIENCE
    while not answers(served.address):
        if served.process.poll() is not None:
            raise AssertionError(
                f"it ended with {served.process.returncode}: {served.said[-2000:]}"
            )
        if time.monotonic() > until:
            raise AssertionError(f"it is not ready after {PATIENCE:.0f} s: {served.said[-2000:]}")
        time.sleep(0.05)


def answers(address: str) -> bool:
    """Is it ready to work?"""
    try:
        return httpx.get(f"{address}/readyz", timeout=10).status_code == 200
    except httpx.HTTPError:
        return False
