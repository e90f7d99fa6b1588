"""Installs the locked requirements and this checkout into the environment that runs it."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements/dev.txt"
PIP = (sys.executable, "-m", "pip", "--quiet")
UV = (sys.executable, "-m", "uv", "--quiet", "pip")


def main() -> None:
    """uv first, since it is ten times faster; pip where uv finds no packages (its own settings)."""
    say("installing uv with pip")
    install_uv()
    say(
        "installing requirements/dev.txt (hashes are checked); a minute or two when nothing is kept"
    )
    wanted = ("install", "--require-hashes", "-r", str(LOCK))
    if run(*UV, *wanted):
        say("uv could not; trying with pip")
        stop_if(run(*PIP, *wanted))
    say("installing this checkout")
    stop_if(run(*PIP, "install", "--no-deps", "--no-build-isolation", "-e", str(ROOT)))


def install_uv() -> None:
    """uv's own entry of the lock file, hashes included."""
    entry = re.search(r"^uv==(?:.*\\\n)*.*$", LOCK.read_text("utf-8"), re.MULTILINE)
    if entry is None:
        sys.exit(f"install: {LOCK} has no entry for uv")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(entry[0] + "\n")
        file.flush()
        stop_if(run(*PIP, "install", "--require-hashes", "-r", file.name))


def run(*command: str) -> int:
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def stop_if(code: int) -> None:
    if code:
        sys.exit("install: that failed; the messages above say why. Run make again to go on.")


def say(text: str) -> None:
    print(f"install: {text}", flush=True)


if __name__ == "__main__":
    main()
