"""What a reader could not take, said so that somebody can mend the file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineProblem:
    """One thing in a file that was not read, or was read with a doubt.

    number: the line of the file, from 1 (the element, in a JSON array). reason: one sentence that
    never quotes personal data, the same for every line with the same trouble, so that a report can
    count it. kept: the event of the line was kept all the same; this is a warning.
    """

    number: int
    reason: str
    kept: bool = False
