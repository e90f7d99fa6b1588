"""What held when: the plan asked at every moment at which a customer's labels could change.

A moment is either one millisecond after something became known, or a recheck moment that the answer
before it named. Between two such moments nothing can change, so the walk is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warmlist.rules.conclude import Conclusion

#: More rechecks than this between two events would mean that recheck moments do not advance.
ROUNDS = 1_000


@dataclass(frozen=True, slots=True)
class Answer:
    """The plan's answer about one customer as of one moment: fact values and what follows."""

    customer_id: int
    as_of: int
    values: Mapping[str, Any]
    concluded: Conclusion


#: Answers for pairs (customer, as_of).
Ask = Callable[[Sequence[tuple[int, int]]], list[Answer]]


def walk(ask: Ask, points: Mapping[int, Iterable[int]], now_ms: int) -> dict[int, list[Answer]]:
    """Ask at the given moments and at every recheck moment between them and up to now.

    points: customer -> moments (ms). Returns each customer's answers in order of time.
    """
    answers: dict[int, dict[int, Answer]] = {customer: {} for customer in points}
    open_ = sorted({(customer, p) for customer, ps in points.items() for p in ps})
    for _ in range(ROUNDS):
        if not open_:
            break
        for answer in ask(open_):
            answers[answer.customer_id][answer.as_of] = answer
        open_ = [
            (customer, moment)
            for customer in {c for c, _ in open_}
            for moment in _missing(answers[customer], now_ms)
        ]
    else:
        raise AssertionError("recheck moments do not advance")
    return {c: [found[t] for t in sorted(found)] for c, found in answers.items()}


def _missing(found: Mapping[int, Answer], now_ms: int) -> list[int]:
    """Recheck moments before the next answer, or up to now behind the last one, not asked yet."""
    moments = sorted(found)
    missing = []
    for place, moment in enumerate(moments):
        recheck = found[moment].concluded.recheck_at
        limit = moments[place + 1] - 1 if place + 1 < len(moments) else now_ms
        if recheck is not None and recheck <= limit:
            missing.append(recheck)
    return missing
