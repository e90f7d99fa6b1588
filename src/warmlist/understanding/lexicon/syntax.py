"""The small language that patterns are written in, and what it compiles to.

    how much (is|are)      words, and a choice between words
    (the )?price, colou?r  something that may be missing
    warrant*               any ending of a word
    (very |so )*, ( )+     a choice repeated, at most four times
    how much .. cost       up to four other words between (in Chinese: up to six characters);
                           at the end of a pattern up to four words more
    #                      a number, with its currency if it has one
    ^                      beginning of a clause, greetings before it apart
    $                      end of a clause; at the end of a line also before "please" and the like
    ?                      where nothing stands before it: a question mark
    <name>                 what a line `name = ...` of the same file stands for

There is no unbounded repetition, so no message can make a pattern run away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from warmlist.errors import BadInput
from warmlist.understanding.normalise import fold

_NUMBER = (
    r"(?:[€$£¥] ?)?\d[\d.,]{0,9}k?(?: ?(?:[€$£¥%]|euros?\b|eur\b|usd\b|dollars?\b|bucks?\b|rmb\b"
    r"|块|元|欧|刀|美金))?"
)
_GAP_BLANKS = r"(?: [^\s.,!?;:。、]{1,30}){0,4} "
_GAP_AFTER_BLANK = r"(?:[^\s.,!?;:。、]{1,30} ){0,4}"
_GAP_CHARS = r"[^\s.,!?;:。、]{0,6}"
_GAP_AT_END = r"(?: [^\s.,!?;:。、]{1,30}){0,4}"
_GAPS = {
    True: ((" .. ", _GAP_BLANKS), (".. ", _GAP_AFTER_BLANK), (" ..", _GAP_AT_END)),
    False: (("..", _GAP_CHARS),),
}
_ENDING = r"\w{0,14}"
_MACRO = re.compile(r"<(\w+)>")
_OPENERS = re.compile(r"(ä|ö|ü)")
_CLAUSE_END = r"(?= ?[^\w '\-/&]| ?\Z)"
_DEEPEST = 12
#: Of more words than this it takes longer to see that none is there than to try the pattern.
_FEW = 8
#: Characters that stand for themselves, but for the last where a ? follows.
_PLAIN = re.compile(r"(?:[\w',-]| (?!\.\.))+(?!\?)")


@dataclass(frozen=True, slots=True)
class Compiled:
    """regex: source over folded text, its group 1 is the evidence. literals: one must occur. also:
    of these one must occur too; none where nothing more is known."""

    regex: str
    literals: frozenset[str]
    also: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Piece:
    regex: str
    literals: frozenset[str] | None  # None: nothing that must occur
    text: str | None = None  # set when the piece is these very characters
    also: frozenset[str] = frozenset()  # of these one must occur too


class _Parser:
    """Recursive descent over one pattern; positions are for messages only."""

    def __init__(self, source: str, *, spaced: bool) -> None:
        self.source = source
        self.at = 0
        self.spaced = spaced

    def choice(self, depth: int = 0) -> _Piece:
        if depth > _DEEPEST:
            raise BadInput(f"pattern {self.source!r} is nested too deeply; write two patterns")
        options = [self.sequence(depth)]
        while self.peek() == "|":
            self.at += 1
            options.append(self.sequence(depth))
        if len(options) == 1:
            return options[0]
        known: frozenset[str] | None = frozenset()
        for option in options:
            known = None if known is None or option.literals is None else known | option.literals
        return _Piece(f"(?:{'|'.join(o.regex for o in options)})", known)

    def sequence(self, depth: int) -> _Piece:
        pieces: list[_Piece] = []
        while (char := self.peek()) and char not in "|)":
            pieces.append(self.item(depth))
        return _join(pieces)

    def item(self, depth: int) -> _Piece:
        for written, regex in _GAPS[self.spaced]:
            if self.source.startswith(written, self.at):
                self.at += len(written)
                return _Piece(regex, None)
        if plain := _PLAIN.match(self.source, self.at):
            self.at = plain.end()
            return _Piece(re.escape(plain[0]), frozenset((plain[0],)), plain[0])
        char = self.source[self.at]
        self.at += 1
        if char == "(":
            piece = self.group(depth)
        elif char == "#":
            return _Piece(_NUMBER, None)
        elif char == "*":
            return _Piece(_ENDING, None)
        elif char == "$":
            return _Piece(_CLAUSE_END, None)
        elif char in "^<>+":
            raise BadInput(f"pattern {self.source!r}: {char} stands where it means nothing")
        else:
            piece = _Piece(re.escape(char), frozenset((char,)), char)
        if self.peek() == "?":
            self.at += 1
            return _Piece(f"(?:{piece.regex})?", None)
        return piece

    def group(self, depth: int) -> _Piece:
        """What stands between ( and ), with the * or + behind it."""
        piece = self.choice(depth + 1)
        if self.peek() != ")":
            raise BadInput(f"pattern {self.source!r}: a ( is not closed; add )")
        self.at += 1
        if self.peek() == "*":
            self.at += 1
            return _Piece(f"(?:{piece.regex}){{0,4}}", None)
        if self.peek() == "+":
            self.at += 1
            return _Piece(f"(?:{piece.regex}){{1,4}}", piece.literals)
        return _Piece(f"(?:{piece.regex})", piece.literals)

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]


def _join(pieces: list[_Piece]) -> _Piece:
    """Pieces in a row: of what must occur in each, the longest is the best to look for."""
    candidates: list[frozenset[str]] = []
    run = ""
    for piece in (*pieces, _Piece("", None)):
        if piece.text is not None:
            run += piece.text
            continue
        if run:
            candidates.append(frozenset((run,)))
        run = ""
        if piece.literals:
            candidates.append(piece.literals)
    best = max(candidates, key=_telling, default=None)
    others = [each for each in candidates if each is not best and len(each) <= _FEW]
    also = max(others, key=_telling, default=frozenset[str]())
    return _Piece("".join(piece.regex for piece in pieces), best, also=also)


def _telling(literals: frozenset[str]) -> int:
    return min(map(len, literals))


def expand(source: str, macros: Mapping[str, str]) -> str:
    """Put what a name stands for in its place; raises BadInput for an unknown name."""
    for _ in range(_DEEPEST):
        if not (match := _MACRO.search(source)):
            return source
        if match[1] not in macros:
            raise BadInput(f"pattern {source!r}: <{match[1]}> is not defined above it")
        source = f"{source[: match.start()]}({macros[match[1]]}){source[match.end() :]}"
    raise BadInput(f"pattern {source!r}: its names stand for each other")


def compile_pattern(source: str, macros: Mapping[str, str], *, spaced: bool) -> Compiled:
    """One pattern line -> regular expression over folded text, and literals for the prefilter.

    macros: may hold 'hi' (what may precede ^) and 'tail' (what may come before $). spaced: whether
    the language puts blanks between words. Raises BadInput where the line is not in the language.
    """
    opens, closes = source.startswith("^"), source.endswith("$")
    body = expand(source.removeprefix("^").removesuffix("$").strip(), macros)
    # Typed without an umlaut key, ü is u or ue.
    body = _OPENERS.sub(lambda m: fold(m[1]) + "e?", body)
    parser = _Parser(fold(body), spaced=spaced)
    piece = parser.choice()
    if parser.peek():
        raise BadInput(f"pattern {source!r}: a ) has no (")
    if not piece.literals:
        raise BadInput(f"pattern {source!r} has no word that must occur; name one")
    return Compiled(
        _before(macros, opens=opens, spaced=spaced)
        + f"({piece.regex})"
        + _after(macros, closes=closes, spaced=spaced, may_end_blank=body.endswith(")*")),
        piece.literals,
        piece.also,
    )


def _before(macros: Mapping[str, str], *, opens: bool, spaced: bool) -> str:
    edge = r"(?<!\w)" if spaced else ""
    if not opens:
        return edge
    start = r"(?:^ ?|(?<=[^\w '\-/&#@]) ?|(?<=[^\w '\-/&#@] ))"
    return start + _affix(macros, "hi", r"{} ?,? ?", spaced=spaced) + edge


def _after(macros: Mapping[str, str], *, closes: bool, spaced: bool, may_end_blank: bool) -> str:
    edge = r"(?!\w)" if spaced else ""
    if edge and may_end_blank:
        edge = r"(?:(?!\w)|(?<= ))"
    if not closes:
        return edge
    return edge + _affix(macros, "tail", r" ?,? ?{}", spaced=spaced) + _CLAUSE_END


def _affix(macros: Mapping[str, str], name: str, shape: str, *, spaced: bool) -> str:
    if name not in macros:
        return ""
    return _affix_of(expand(macros[name], macros), shape, spaced=spaced)


@cache
def _affix_of(source: str, shape: str, *, spaced: bool) -> str:
    regex = _Parser(fold(source), spaced=spaced).choice().regex
    edged = rf"(?<!\w){regex}(?!\w)" if spaced else regex
    return f"(?:{shape.format(edged)}){{0,2}}"
