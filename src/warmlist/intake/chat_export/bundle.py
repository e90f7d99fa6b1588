"""Opens an export as the phone gives it: a text file, or a zip with the text and its media."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from warmlist.errors import BadInput
from warmlist.intake.chat_export.marks import chat_title

#: Far more than any chat: a text that unpacks to more is no chat.
LARGEST_TEXT = 2 << 30
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def open_export(path: Path) -> Iterator[tuple[Iterator[bytes], str | None]]:
    """Gives the raw lines of the chat's text, and the chat's name if the file's name tells it.

    BadInput: a zip without a chat text, with several, encrypted or broken; a text in UTF-16.
    """
    if not zipfile.is_zipfile(path):
        if path.suffix.lower() == ".zip":
            raise BadInput("it is no readable zip file", hint="export the chat again")
        with path.open("rb") as text:
            yield _lines(text), chat_title(path.stem)
        return
    with zipfile.ZipFile(path) as bundle:
        member = _chat_member(bundle)
        title = chat_title(PurePosixPath(member.filename).stem) or chat_title(path.stem)
        try:
            with bundle.open(member) as text:
                yield _lines(text), title
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
            raise BadInput("it cannot be unpacked", hint="export the chat again") from None


def _chat_member(bundle: zipfile.ZipFile) -> zipfile.ZipInfo:
    texts = [
        member
        for member in bundle.infolist()
        if member.filename.lower().endswith(".txt")
        and not member.is_dir()
        and not member.filename.startswith("__MACOSX")
    ]
    chats = [
        member
        for member in texts
        if PurePosixPath(member.filename).name == "_chat.txt"
        or chat_title(PurePosixPath(member.filename).stem) is not None
    ]
    found = chats if chats else texts
    if len(found) != 1:
        many = "several chat texts" if found else "no chat text (_chat.txt)"
        raise BadInput(f"it holds {many}", hint="unpack it and import the text file")
    if found[0].file_size > LARGEST_TEXT:
        raise BadInput("it unpacks to more than 2 GiB of text")
    return found[0]


def _lines(text: IO[bytes]) -> Iterator[bytes]:
    for number, raw in enumerate(text):
        if number == 0:
            if raw.startswith(_UTF16):
                raise BadInput("it is UTF-16", hint="save it as UTF-8")
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        yield raw
