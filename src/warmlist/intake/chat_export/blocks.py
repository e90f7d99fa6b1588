"""The lines of a chat export, put together into messages."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from warmlist.intake.chat_export.stamps import MARKS, Stamp, read_stamp
from warmlist.intake.problems import LineProblem

_LONGEST_AUTHOR = 100


@dataclass(slots=True)
class Block:
    """One message or notice: its stamp, who wrote it (None: nobody named), its lines as they are.

    number: of its first line, from 1.
    """

    number: int
    stamp: Stamp
    author: str | None
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole export: its blocks in the order of the file, and what could not be placed."""

    blocks: list[Block]
    problems: list[LineProblem]


def parse_blocks(raw_lines: Iterable[bytes]) -> Parsed:
    """The raw lines of an export -> blocks; a line without a stamp belongs to the one before.

    One phone writes one form of stamp: a stamp of another form is text that somebody pasted. It
    stays part of the message it stands in, and is reported.
    """
    problems: list[LineProblem] = []
    lines = [(number, _decoded(number, raw, problems)) for number, raw in _numbered(raw_lines)]
    heads = {number: head for number, line in lines if (head := read_stamp(line))}
    shapes = Counter(stamp.shape for stamp, _ in heads.values())
    shape = shapes.most_common(1)[0][0] if shapes else None
    blocks: list[Block] = []
    for number, line in lines:
        head = heads.get(number)
        if head is not None and head[0].shape == shape:
            author, text = split_author(head[1])
            blocks.append(Block(number, head[0], author, [text]))
            continue
        if head is not None:
            problems.append(
                LineProblem(
                    number,
                    "begins with a time stamp of another form; read as part of the message before",
                    kept=bool(blocks),
                )
            )
        elif not blocks and line.strip(MARKS + " "):
            problems.append(LineProblem(number, "stands before the first time stamp"))
        if blocks:
            blocks[-1].lines.append(line)
    for block in blocks:
        while len(block.lines) > 1 and not block.lines[-1].strip(MARKS + " "):
            block.lines.pop()
    return Parsed(blocks, problems)


def split_author(rest: str) -> tuple[str | None, str]:
    """'Jo: hello' -> ('Jo', 'hello'); a notice has no author: (None, the whole line)."""
    name, colon, text = rest.partition(":")
    while colon and text[:1] not in ("", " ", "\u200e", "\u200f", "\u00a0"):
        further, colon, text = text.partition(":")
        name = f"{name}:{further}"
    author = name.strip(MARKS + " \u00a0\u202f")
    if not colon or not author or len(author) > _LONGEST_AUTHOR:
        return None, rest
    if author.startswith("~"):
        author = author[1:].strip(MARKS + " \u00a0\u202f") or author
    return author, text[1:] if text[:1] in (" ", "\u00a0") else text


def _numbered(raw_lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, raw in enumerate(raw_lines, start=1):
        yield number, raw.removesuffix(b"\n").removesuffix(b"\r")


def _decoded(number: int, raw: bytes, problems: list[LineProblem]) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        problems.append(
            LineProblem(number, "is not UTF-8 text; what is unreadable became U+FFFD", kept=True)
        )
        return raw.decode("utf-8", "replace")
