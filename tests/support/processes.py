"""Other processes in tests: Python code in a process of its own, and what runs on a data folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from warmlist.store import keeper
from warmlist.store.binaries import can_enter

_PATIENCE = 30.0

Process = subprocess.Popen


@contextmanager
def running(code: str, *arguments: object, user: int | None = None) -> Iterator[subprocess.Popen]:
    """Python code in another process, until the end of the block; `sys.argv[1:]` = arguments."""
    python, environment = (sys.executable, None) if user is None else _python_for(user)
    process = subprocess.Popen(
        [python, "-P", "-c", textwrap.dedent(code), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        user=user,
        extra_groups=None if user is None else [],
        cwd="/",
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _python_for(user: int) -> tuple[str, dict[str, str]]:
    """A Python of our version that this user may run, with our packages. Skips without one."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for program in (Path(sys.executable), Path("/usr/bin") / version):
        if program.exists() and can_enter(program.resolve().parent, user, user):
            packages = [entry for entry in sys.path if entry]
            return str(program), {"PYTHONPATH": os.pathsep.join(packages), "PATH": "/usr/bin:/bin"}
    pytest.skip(f"no {version} that an ordinary user may run is installed here")


def hears(process: subprocess.Popen, word: str) -> bool:
    """Wait until the process says this line; False when it ends without."""
    assert process.stdout is not None
    return any(line.strip() == word for line in process.stdout)


def eventually(question: Callable[[], object], patience: float = _PATIENCE) -> bool:
    """Whether the question is answered with yes within some seconds."""
    until = time.monotonic() + patience
    while not question():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def server(base: Path) -> int | None:
    """Process id of the PostgreSQL that runs on the embedded database in this folder."""
    return keeper.server_process(base / "data")


def keeper_of(base: Path) -> int | None:
    """Process id of the keeper of the embedded database in this folder."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            command = command_line(int(entry.name))
            if keeper.__name__ in command and str(base) in command:
                return int(entry.name)
    return None


def command_line(pid: int) -> str:
    """The words that a process was started with, as everybody on the machine can see them."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def kill(pid: int | None) -> None:
    """kill -9."""
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
