"""The browser of the tests: found, or installed by `python tests/support/browsers.py`.

In this order: WARMLIST_TEST_BROWSER, a Chromium on PATH, Debian's package where we are root,
Playwright's own download.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

#: The headless shell comes first: it makes no requests of its own, the full browser does.
PROGRAMS = ("chromium-headless-shell", "headless_shell", "chromium", "chromium-browser")
#: With a sandbox it does not start in containers; the rest keeps it from asking other hosts.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=AutofillServerCommunication,CertificateTransparencyComponentUpdater,"
    "MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,Translate",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
]
ADVICE = (
    "the browser tests need Chromium: run `make test`, which installs it, or install "
    "chromium-headless-shell, or set WARMLIST_TEST_BROWSER to the program"
)
_DEBIAN_PACKAGES = ("chromium-headless-shell", "fonts-noto-cjk")


def find() -> str | None:
    """Path of a Chromium that is installed, None when there is none."""
    given = os.environ.get("WARMLIST_TEST_BROWSER")
    if given:
        return given
    on_path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    return on_path or _playwrights_own()


def _playwrights_own() -> str | None:
    """The headless shell in Playwright's own folder, newest first."""
    folders = [
        Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright"),
        Path.home() / "Library/Caches/ms-playwright",
    ]
    found = [
        program
        for folder in folders
        for name in ("headless_shell", "chrome-headless-shell")
        for program in folder.glob(f"chromium_headless_shell-*/*/{name}")
    ]
    return str(max(found, key=lambda program: program.stat().st_mtime)) if found else None


def install() -> str:
    """Install a browser; returns its path. Exits with advice when nothing works."""
    if os.geteuid() == 0 and shutil.which("apt-get") and _run("apt-get", "update", "-qq"):
        say(f"installing {' and '.join(_DEBIAN_PACKAGES)} with apt-get")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *_DEBIAN_PACKAGES)
    if find() is None:
        say("downloading Playwright's Chromium into its own folder")
        _run(sys.executable, "-m", "playwright", "install", "--only-shell", "chromium")
    found = find()
    if found is None:
        sys.exit(ADVICE)
    return found


def _run(*command: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, check=False).returncode == 0


def say(text: str) -> None:
    print(f"browser: {text}", flush=True)


if __name__ == "__main__":
    say(find() or install())
