"""The drawings of the Team page as plain coordinates; templates turn them into SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Width and height of a drawing's own coordinates.
WIDTH, HEIGHT = 900, 220
_GAP = 6  # between the columns of a stack, and between the blocks of a flow
_BLOCK = 14  # width of a block of a flow


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that stands for a label; `place` counts columns or blocks from the first."""

    label: str | None
    place: int
    x: float
    y: float
    width: float
    height: float
    value: float


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Customers who went from one label to another; `path` is an SVG path."""

    was: str | None
    became: str | None
    path: str
    customers: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Blocks on the left (then) and on the right (now), and the ribbons between."""

    left: tuple[Box, ...]
    right: tuple[Box, ...]
    ribbons: tuple[Ribbon, ...]


def stack(shares: Mapping[str, Sequence[float]]) -> list[Box]:
    """Columns of shares (percent), one a moment, the first label on top."""
    columns = len(next(iter(shares.values()), ()))
    step = WIDTH / columns if columns else 0
    boxes = []
    for place in range(columns):
        top = 0.0
        for label, values in shares.items():
            height = HEIGHT * values[place] / 100
            if height > 0:
                x = place * step + _GAP / 2
                boxes.append(Box(label, place, x, top, step - _GAP, height, values[place]))
            top += height
    return boxes


def spark(values: Sequence[float], width: int = 90, height: int = 22) -> str:
    """Points of a small line; the least value is at the bottom, the greatest on top."""
    least, most = min(values), max(values)
    span = (most - least) or 1
    step = width / max(1, len(values) - 1)
    return " ".join(
        f"{place * step:.1f},{height - 2 - (height - 4) * (value - least) / span:.1f}"
        for place, value in enumerate(values)
    )


def flow(ways: Mapping[tuple[str | None, str | None], int], order: Sequence[str | None]) -> Flow:
    """Who had which label then and has which now; `order` is that of the blocks, from the top."""
    total = sum(ways.values())
    room = HEIGHT - _GAP * (max(2, len(order)) - 1)
    scale = room / total if total else 0
    left = _blocks({a: sum(n for (x, _), n in ways.items() if x == a) for a in order}, 0, scale)
    right = _blocks(
        {b: sum(n for (_, y), n in ways.items() if y == b) for b in order}, WIDTH - _BLOCK, scale
    )
    from_y = {box.label: box.y for box in left}
    to_y = {box.label: box.y for box in right}
    ribbons = []
    for was in order:
        for became in order:
            n = ways.get((was, became), 0)
            if n:
                thick = n * scale
                path = _ribbon(from_y[was], to_y[became], thick)
                ribbons.append(Ribbon(was, became, path, n))
                from_y[was] += thick
                to_y[became] += thick
    return Flow(tuple(left), tuple(right), tuple(ribbons))


def _blocks(sizes: Mapping[str | None, int], x: float, scale: float) -> list[Box]:
    boxes: list[Box] = []
    top = 0.0
    for place, (label, n) in enumerate(sizes.items()):
        if n:
            boxes.append(Box(label, place, x, top, _BLOCK, max(1.0, n * scale), n))
            top += n * scale + _GAP
    return boxes


def _ribbon(y0: float, y1: float, thick: float) -> str:
    x0, x1 = _BLOCK, WIDTH - _BLOCK
    middle = (x0 + x1) / 2
    return (
        f"M{x0} {y0:.1f}C{middle} {y0:.1f} {middle} {y1:.1f} {x1} {y1:.1f}"
        f"V{y1 + thick:.1f}C{middle} {y1 + thick:.1f} {middle} {y0 + thick:.1f} {x0} {y0 + thick:.1f}Z"
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """What was predicted for a stretch and what came, as heights of a bar and a line."""

    begins: int
    x: float
    width: float
    came: float
    predicted: float
    came_value: int
    predicted_value: float


def pairs(told: Sequence[tuple[int, float, int]]) -> list[Pair]:
    """(begins, predicted, came) as bars from the left, the greatest as high as the drawing."""
    most = max((max(predicted, came) for _, predicted, came in told), default=0) or 1
    step = WIDTH / max(1, len(told))
    return [
        Pair(
            begins, place * step + _GAP, step - 2 * _GAP, HEIGHT * came / most,
            HEIGHT * predicted / most, came, predicted,
        )
        for place, (begins, predicted, came) in enumerate(told)
    ]  # fmt: skip
