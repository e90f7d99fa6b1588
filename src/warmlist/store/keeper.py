"""The process that keeps the embedded PostgreSQL running for as long as somebody uses it.

Users of one embedded database hold a shared lock on its file `users.lock`. The keeper starts the
server, starts it again after a crash, and stops it as soon as it can take that lock for itself
alone. The kernel releases the lock of a killed process, so the server never outlives its users; the
kernel also tells the server when the keeper is killed (Linux).

Started as `python -P -m warmlist.store.keeper PLAN`, PLAN being a `Plan` as JSON. It needs no
library, so that it starts fast and stays small.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from warmlist import clock

#: How often the keeper looks at its server and its users, seconds.
LOOK_EVERY = 0.1
#: A fast shutdown that takes longer than this is followed by an immediate one, seconds.
PATIENCE = 60.0
#: After so many starts in a row that failed within seconds the keeper gives up.
MOST_FAILURES = 8
PR_SET_PDEATHSIG = 1
#: What the signals mean to PostgreSQL: end all sessions and stop; stop as after a crash.
FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT


@dataclass(frozen=True, slots=True)
class Plan:
    """What the keeper must know. Paths are absolute."""

    base: str  # folder of the embedded database: locks and log
    data: str  # PostgreSQL's data folder
    socket: str  # folder of its socket, mode 0700
    program: str  # the `postgres` program
    options: tuple[tuple[str, str], ...]  # its configuration
    uid: int | None  # user to run the server as; None = this one
    gid: int | None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        told = json.loads(text)
        told["options"] = tuple((name, value) for name, value in told["options"])
        return cls(**told)


def try_lock(file: IO[str], how: int) -> bool:
    """Take a lock without waiting; False when somebody holds one that excludes it."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def clean_environment() -> dict[str, str]:
    """What PostgreSQL's programs inherit: nothing secret, and no locale or zone of this machine."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def server_process(data: Path) -> int | None:
    """Process id of the server that runs on this data folder, None when there is none.

    The file that names it may be left over, and its number may be another process's by now.
    """
    try:
        pid = int((data / "postmaster.pid").read_text(errors="replace").split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if pid > 0 and os.fsencode(data) in _command_line(pid) else None


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return b""
    listed = subprocess.run(
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
    )
    return listed.stdout


def stop_left_over(data: Path) -> None:
    """Stop a server whose keeper was killed; forget one that is gone."""
    pid = server_process(data)
    if pid is None:
        (data / "postmaster.pid").unlink(missing_ok=True)
        return
    for how in (FAST, IMMEDIATE):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if server_process(data) is None:
                return
            time.sleep(LOOK_EVERY)


class Keeper:
    """One server and those who use it."""

    def __init__(self, plan: Plan, log: IO[str]) -> None:
        self._plan = plan
        self._log = log
        self._users = (Path(plan.base) / "users.lock").open("a+")
        self._server: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._failures = 0

    def keep(self) -> None:
        """Returns when nobody uses the server any more, or when it cannot be started."""
        while not try_lock(self._users, fcntl.LOCK_EX):
            if self._server is None or self._server.poll() is not None:
                self._note_end()
                if self._failures >= MOST_FAILURES:
                    self.say("PostgreSQL does not start; giving up")
                    return
                self._start()
            time.sleep(LOOK_EVERY)
        self._stop()

    def release(self) -> None:
        """Let new users in."""
        self._users.close()

    def say(self, text: str) -> None:
        stamp = clock.rfc3339(clock.now_ms())
        self._log.write(f"{stamp} [keeper {os.getpid()}] {text}\n")
        self._log.flush()

    def _start(self) -> None:
        stop_left_over(Path(self._plan.data))
        options = [part for name, value in self._plan.options for part in ("-c", f"{name}={value}")]
        self._started_at = time.monotonic()
        self._server = subprocess.Popen(
            [self._plan.program, "-D", self._plan.data, *options],
            cwd="/",
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            user=self._plan.uid,
            group=self._plan.gid,
            extra_groups=None if self._plan.uid is None else [],
            preexec_fn=_die_with(os.getpid()),
        )

    def _note_end(self) -> None:
        """Count starts that fail at once, and wait a little longer after each."""
        if self._server is None:
            return
        self.say(f"PostgreSQL ended with code {self._server.returncode}; it is started again")
        if time.monotonic() - self._started_at > 10:
            self._failures = 0
        self._failures += 1
        time.sleep(min(0.2 * self._failures, 2.0))

    def _stop(self) -> None:
        if self._server is None:
            return
        for how in (FAST, IMMEDIATE):
            if self._server.poll() is None:
                self._server.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.wait(PATIENCE)
                return


def _die_with(keeper: int) -> Callable[[], None] | None:
    """For the child between fork and exec: ask the kernel for SIGINT when the keeper dies."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(FAST), 0, 0, 0)
        if os.getppid() != keeper:
            os._exit(1)

    return ask


def _detach(log: IO[str]) -> None:
    """Become a process of our own: no terminal, no signal meant for somebody else."""
    os.setsid()
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log.fileno(), 1), (log.fileno(), 2)):
        os.dup2(source, target)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: None)


def main(argument: str) -> None:
    """Take the keeper's lock and go on in the background.

    The starter has seen, under `start.lock`, that the lock is free; others only probe it.
    """
    plan = Plan.from_json(argument)
    lock = (Path(plan.base) / "keeper.lock").open("a+")
    fcntl.flock(lock, fcntl.LOCK_EX)
    if os.fork():
        os._exit(0)  # the child shares the lock
    log = (Path(plan.base) / "server.log").open("a", encoding="utf-8", errors="replace")
    _detach(log)
    keeper = Keeper(plan, log)
    keeper.keep()
    lock.close()  # before `users.lock`: who gets that one must not see a keeper any more
    keeper.release()


if __name__ == "__main__":
    main(sys.argv[1])
