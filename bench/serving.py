"""The real `warmlist serve` in a process of its own, on the copy of the big database."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.processes import peak_mb, rss_mb
from bench.webhooks import SECRET
from bench.workshop import Workshop

HOST, OWNER, PASSWORD = "127.0.0.1", "owner", "bench-password"
PATIENCE = 60.0


@dataclass(frozen=True)
class Served:
    """A running `serve`."""

    pid: int
    port: int

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"

    def rss(self) -> float:
        """Resident memory now, MB."""
        return rss_mb(self.pid)

    def peak(self) -> float:
        """The most it had, MB."""
        return peak_mb(self.pid)

    def sign_in(self) -> str:
        """The owner's cookie."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        form = urlencode({"name": OWNER, "password": PASSWORD, "next": "/"})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/sign-in", form, kind)
        answer = connection.getresponse()
        cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        connection.close()
        if answer.status != 303 or not cookie:
            raise RuntimeError(f"signing in was answered with {answer.status}")
        return cookie

    def answers(self, path: str) -> bool:
        """Whether GET path is answered with 200."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@contextmanager
def serving(shop: Workshop) -> Iterator[Served]:
    """Start `warmlist serve` and wait until it is ready; stop it as a terminal would."""
    port = _free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WARMLIST_")}
    given = {
        "DATABASE_URL": shop.dsn, "HOME": str(shop.home), "HOST": HOST, "PORT": str(port),
        "OWNER_NAME": OWNER, "OWNER_PASSWORD": PASSWORD, "WHATSAPP_APP_SECRET": SECRET,
        "LOG_LEVEL": "info",
    }  # fmt: skip
    with (shop.folder / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "warmlist", "serve"],
            env=kept | {f"WARMLIST_{name}": value for name, value in given.items()},
            stdout=log, stderr=log,
        )  # fmt: skip
        served = Served(process.pid, port)
        try:
            until = time.monotonic() + PATIENCE
            while not served.answers("/readyz"):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"serve did not start; see {log.name}")
                time.sleep(0.1)
            yield served
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port
