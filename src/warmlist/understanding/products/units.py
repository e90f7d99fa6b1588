"""Units of measure, in every spelling that customers use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from warmlist.errors import BadInput
from warmlist.understanding.normalise import fold
from warmlist.understanding.products.spelling import spelled
from warmlist.understanding.products.words import is_dense, is_letter


@dataclass(frozen=True, slots=True)
class Unit:
    """name: the one spelling. attribute: what it tells by itself. opened: takes any ending."""

    name: str
    attribute: str
    opened: bool


@cache
def _units() -> tuple[dict[str, Unit], int]:
    """Unit by each spelling, and the longest spelling's length."""
    found: dict[str, Unit] = {}
    path = resources.files(__package__) / "words" / "units.txt"
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("#!") or not line:
            continue
        name, *parts = line.split(" ; ")
        if len(parts) != 2:
            raise BadInput(f"units.txt:{number}: write: unit ; attribute ; word | word")
        for word in parts[1].split(" | "):
            folded = fold(word.strip("* "))
            text = spelled(folded, range(len(folded)))[0]
            opened = word.endswith("*") or len(text) > 3
            found.setdefault(text, Unit(name, parts[0], opened))
    return found, max(map(len, found))


def unit_at(text: str, place: int) -> tuple[Unit, int] | None:
    """The unit that stands at a place, one blank or hyphen apart at most, and where it ends."""
    units, longest = _units()
    if text[place : place + 1] in (" ", "-"):
        place += 1
    for end in range(min(place + longest, len(text)), place, -1):
        unit = units.get(text[place:end])
        if unit is None:
            continue
        while end < len(text) and is_letter(text[end]) and not is_dense(text[end - 1]):
            if not unit.opened:
                break
            end += 1
        else:
            return unit, end
    return None
