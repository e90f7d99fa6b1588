"""The files of a pack as somebody sent them: a zip archive, or texts by path.

They are written to a folder of their own to be read, so paths must be a pack's, sizes are limited,
and the tricks of zip and YAML that make much out of little are refused.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from warmlist.errors import BadInput, BadPack
from warmlist.rules.layers import PARTS
from warmlist.rules.shape import check_shape

LARGEST = 1024 * 1024  # bytes, of all files together
MOST_FILES = 200
_PATH = re.compile(
    r"((facts|labels|messages|playbooks|tests)/)?[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.yaml"
)


def unzip(body: bytes) -> dict[str, str]:
    """The YAML files of an archive; a folder around all of them is left away."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = [info for info in archive.infolist() if _is_meant(info.filename)]
            if len(names) > MOST_FILES or sum(info.file_size for info in names) > LARGEST:
                raise _too_large()
            found = {info.filename: _text(_unpacked(archive, info)) for info in names}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise BadInput("the body is no zip archive that can be read") from None
    return _without_folder(found)


def _is_meant(name: str) -> bool:
    """A Mac adds shadows of its own to every archive."""
    return name.endswith(".yaml") and not name.startswith("__MACOSX/")


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The archive's own word about sizes is not trusted."""
    with archive.open(info) as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise _too_large()
    return content


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("a file of the archive is not UTF-8 text") from None


def _without_folder(files: Mapping[str, str]) -> dict[str, str]:
    around = next(
        (name.removesuffix("pack.yaml") for name in files if name.endswith("/pack.yaml")), ""
    )
    if "pack.yaml" in files or not all(name.startswith(around) for name in files):
        return dict(files)
    return {name.removeprefix(around): text for name, text in files.items()}


@contextmanager
def folder(files: Mapping[str, str]) -> Iterator[Path]:
    """A folder that holds these files, for as long as it is used.

    Raises BadInput for paths that are no pack's, and BadPack for what must not reach the reader.
    """
    if len(files) > MOST_FILES or sum(len(text) for text in files.values()) > LARGEST:
        raise _too_large()
    for name in files:
        if not _PATH.fullmatch(name):
            raise BadInput(
                "a file's path is not one of a pack",
                hint=f"pack.yaml, thresholds.yaml, and .yaml files in {', '.join(PARTS)}",
            )
    for needed in ("pack.yaml", "thresholds.yaml"):
        if needed not in files:
            raise BadPack(f"{needed}:1:1: the file is missing")
    for name, text in files.items():
        check_shape(name, text)
    with tempfile.TemporaryDirectory(prefix="warmlist-pack-") as made:
        for name, text in files.items():
            path = Path(made) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        yield Path(made)


def _too_large() -> BadInput:
    return BadInput(f"the pack is larger than {LARGEST} bytes or {MOST_FILES} files")
