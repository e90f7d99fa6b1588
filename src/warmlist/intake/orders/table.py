"""CSV files as shops write them: any of the usual encodings and separators, gzip too; streamed."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, cast

from warmlist.errors import BadInput
from warmlist.intake.problems import LineProblem

_CHUNK = 1 << 20
_SEPARATORS = ",;\t|"
_LONGEST_CELL = 1 << 20
Row = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The header of a file and what follows it.

    rows: (line number from 1, cells), or a problem; each row has as many cells as the header.
    comma_decimals: numbers are likely written 1.234,50.
    """

    header: Row
    rows: Iterator[tuple[int, Row] | LineProblem]
    comma_decimals: bool


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Opens a CSV file; BadInput when it has no header. Memory is bounded by one row."""
    encoding = _encoding(path)
    with (
        _open(path) as raw,
        io.TextIOWrapper(raw, encoding, errors="replace", newline="") as text,
    ):
        lines = iter(text)
        first = next(lines, "")
        if not first.strip():
            raise BadInput("the file has no header line")
        separator = max(_SEPARATORS, key=first.count)
        reader = csv.reader(chain([first], lines), delimiter=separator)
        header = [cell.strip() for cell in next(reader)]
        yield Table(header, _rows(reader, len(header)), separator == ";")


def _rows(reader: Any, width: int) -> Iterator[tuple[int, Row] | LineProblem]:
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        while True:
            number = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield LineProblem(number, "is not CSV: a quotation mark is missing or misplaced")
                continue
            if len(row) == width:
                yield number, row
            elif any(cell.strip() for cell in row):
                fewer = "fewer" if len(row) < width else "more"
                yield LineProblem(number, f"has {fewer} cells than the header")
    finally:
        csv.field_size_limit(before)


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def _encoding(path: Path) -> str:
    """UTF-16 by its mark, UTF-8 if the whole file is, else Windows' Western European."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _open(path) as raw:
        try:
            start = raw.read(2)
            if start in (b"\xff\xfe", b"\xfe\xff"):
                return "utf-16"
            decoder.decode(start)
            while chunk := raw.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
        except (OSError, EOFError, zlib.error):
            raise BadInput("the gzip file is damaged", hint="download it again") from None
    return "utf-8-sig"
