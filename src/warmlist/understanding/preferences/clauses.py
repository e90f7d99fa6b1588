"""Cuts a message into clauses, and knows what each of them is about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from warmlist.understanding.preferences.lexer import Token
from warmlist.understanding.preferences.model import Window


@dataclass(slots=True)
class Clause:
    """Part of a message between two marks, with what it says of time.

    refers: it says "after that" of a time in an earlier clause.
    """

    tokens: list[Token]
    windows: list[Window] = field(default_factory=list)
    refers: bool = False

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.tokens)

    @property
    def of_contact(self) -> bool:
        """Whether it speaks of writing, calling or being reachable."""
        return self.has("contact", "format", "only", "free", "enough")


def clauses(tokens: list[Token]) -> list[Clause]:
    """Cut at marks and at words such as "but"; a comma between two days or times does not cut."""
    found: list[Clause] = [Clause([])]
    for at, token in enumerate(tokens):
        if token.kind in ("break", "but", "else") and not _inside_a_list(tokens, at):
            found.append(Clause([token] if token.kind == "else" else []))
        elif token.kind == "break":
            found[-1].tokens.append(replace(token, kind="and"))
        else:
            found[-1].tokens.append(token)
    return [clause for clause in found if clause.tokens]


def _inside_a_list(tokens: list[Token], at: int) -> bool:
    if tokens[at].kind != "break" or not 0 < at < len(tokens) - 1:
        return False
    return tokens[at - 1].kind == tokens[at + 1].kind == "day" and tokens[at].text.strip() in ",、/"
