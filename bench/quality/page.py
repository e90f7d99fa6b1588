"""The tables of docs/reference/label-quality.md, made of bench/results/label_quality.json.

The page holds prose written by hand, and tables between `<!-- measured NAME -->` and `<!-- /measured -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bench.quality.study import ORDER

Shops = Mapping[str, Mapping[str, Any]]
_BLOCK = re.compile(r"(<!-- measured ([\w-]+) -->\n).*?(<!-- /measured -->)", re.DOTALL)
_SCORES = {
    "recency": "recency", "frequency": "frequency", "money": "money",
    "rfm_quintiles": "quintiles of the three, added", "bg_nbd": "BG/NBD",
    "bg_nbd_money": "BG/NBD × Gamma-Gamma",
}  # fmt: skip
_MODELS = {
    "rfm": "a model of recency, frequency, money", "labels alone": "a model of the labels alone",
    "rfm + all": "a model of both",
}  # fmt: skip
#: Whose expected numbers are set beside what came: (key, what it expects).
_EXPECTS = (
    ("bg_nbd", "orders, BG/NBD"), ("bg_nbd_money", "revenue, BG/NBD × Gamma-Gamma"),
    ("rfm", "buyers, a model of recency, frequency, money"),
    ("labels alone", "buyers, a model of the labels alone"),
)  # fmt: skip


def written(page: str, shops: Shops) -> str:
    """The page with its tables made anew. shops: the `shops` of the result's data."""

    def block(match: re.Match[str]) -> str:
        lines = "\n".join(TABLES[match[2]](shops))
        return f"{match[1]}\n{lines}\n\n{match[3]}"

    return _BLOCK.sub(block, page)


def data(shops: Shops) -> Iterator[str]:
    """What was asked of which shop."""
    rows = []
    for shop in shops.values():
        day, cut = _last(shop)
        revenue = f"{cut['revenue'] / 100:,.0f} {shop['currency']}"
        rows.append(
            (
                shop["name"], shop["says"], f"{shop['events']:,}", day, f"{cut['customers']:,}",
                f"{cut['buyers']:,} ({_percent(cut['buyers'] / cut['customers'])} %)", revenue,
            )
        )  # fmt: skip
    head = (
        "Data",
        "What it is",
        "Orders",
        "Cut",
        "Customers by then",
        "Buyers after",
        "Revenue after",
    )
    return _table(head, rows)


def labels(shops: Shops) -> Iterator[str]:
    """What each label holds at the last cut, and below what the best by plain scores hold."""
    head = ["Label"]
    for shop in shops.values():
        head += [f"{shop['name']}: customers → buyers / revenue", "lift"]
    rows = []
    for dimension, label in _labels(shops):
        cells = [f"{dimension} **{label}**"]
        for shop in shops.values():
            cells += _held(_find(_last(shop)[1], dimension, label))
        rows.append(cells)
    for name, said in _SCORES.items():
        cells = [f"best 15 % by {said}"]
        for shop in shops.values():
            top = _last(shop)[1]["ranks"][name]["top"]["15%"]
            cells += [f"15 → {_percent(top['of_buyers'])} / {_percent(top['of_revenue'])}",
                      f"{top['of_buyers'] / 0.15:.2f}"]  # fmt: skip
        rows.append(cells)
    return _table(head, rows)


def ranks(shops: Shops) -> Iterator[str]:
    """AUC of dimensions, plain scores and models."""
    names = {**{d: f"{d}, as ordered" for d in _dimensions(shops)}, **_SCORES, **_MODELS}
    return _by_shop(shops, names, lambda cut, name: cut["ranks"][name], _interval)


def adds(shops: Shops) -> Iterator[str]:
    """What dimensions add to a model of recency, frequency and money."""
    names = {f"rfm + {d}": d for d in ORDER} | {"rfm + all": "all six"}
    return _by_shop(shops, names, lambda cut, name: cut["adds"][name], _difference)


def rates(shops: Shops) -> Iterator[str]:
    """Of those with a label, how many bought, cut after cut."""
    head = ["Label", *(f"{s['name']}: {', '.join(s['cuts'])}" for s in shops.values())]
    rows = []
    for dimension, label in _labels(shops):
        found = [
            [_find(cut, dimension, label).get("rate") for cut in shop["cuts"].values()]
            for shop in shops.values()
        ]
        told = [", ".join("–" if r is None else _percent(r) for r in cuts) for cuts in found]
        rows.append([f"{dimension} **{label}**", *told])
    return _table(head, rows)


def expected(shops: Shops) -> Iterator[str]:
    """How much was expected for each one that came."""
    head = ["Expected / came", *(f"{s['name']}" for s in shops.values())]
    rows = [
        [said, *(f"{_last(s)[1]['calibration'][name]:.2f}" for s in shops.values())]
        for name, said in _EXPECTS
    ]
    brier = [
        [f"Brier score, {_MODELS[name]}",
         *(f"{_last(s)[1]['calibration'][f'{name}: Brier']:.3f}" for s in shops.values())]
        for name in ("rfm", "labels alone", "rfm + all")
    ]  # fmt: skip
    return _table(head, rows + brier)


def stated(shops: Shops) -> Iterator[str]:
    """Shares and close rates that the pack states, beside what there was."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name, shop in shops.items():
        for row in _last(shop)[1]["stated"]:
            found.setdefault((row["dimension"], row["label"]), {})[name] = row
    rows = []
    for (dimension, label), by_shop in found.items():
        for what, unit in (("share", "of customers"), ("outcome", "order within 14 days")):
            first = next(iter(by_shop.values()))
            if first[f"stated_{what}"] is None:
                continue
            came = [f"{_percent(by_shop[n][what])} %" if n in by_shop else "nobody" for n in shops]
            said = "–".join(f"{v:g}" for v in dict.fromkeys(first[f"stated_{what}"]))
            rows.append([f"{dimension} **{label}**, {unit}", first["source"], f"{said} %", *came])
    return _table(["Label", "Row", "Stated", *(s["name"] for s in shops.values())], rows)


TABLES: Mapping[str, Callable[[Shops], Iterator[str]]] = {
    "data": data, "labels": labels, "ranks": ranks, "adds": adds, "rates": rates,
    "expected": expected, "stated": stated,
}  # fmt: skip


def _by_shop(
    shops: Shops, names: Mapping[str, str], pick: Callable[[Any, str], Any],
    told: Callable[[Sequence[float | None]], str],
) -> Iterator[str]:  # fmt: skip
    head = [""]
    for shop in shops.values():
        head += [f"{shop['name']}: buyers", "revenue"]
    rows = []
    for name, said in names.items():
        cells = [said]
        for shop in shops.values():
            found = pick(_last(shop)[1], name)
            cells += [told(found["auc"]), told(found["money_auc"])]
        rows.append(cells)
    return _table(head, rows)


def _held(found: Mapping[str, Any]) -> list[str]:
    if not found.get("customers"):
        return ["nobody", ""]
    held = f"{_percent(found['share'])} → {_percent(found['of_buyers'])} / {_percent(found['of_revenue'])}"
    if "same" in found:
        same = found["same"]["bg_nbd_money"]
        held += f" [{_percent(same['of_buyers'])} / {_percent(same['of_revenue'])}]"
    value, low, high = found["lift"]
    nothing = " =" if low <= 1 <= high else ""
    return [held, f"{value:.2f} ({low:.2f}–{high:.2f}){nothing}"]


def _labels(shops: Shops) -> list[tuple[str, str]]:
    """Labels that somebody has somewhere, in the order of the first shop."""
    rows = [row for s in shops.values() for cut in s["cuts"].values() for row in cut["labels"]]
    had = {(r["dimension"], r["label"]) for r in rows if r["customers"]}
    order = dict.fromkeys((r["dimension"], r["label"]) for r in rows)
    return [key for key in order if key in had]


def _dimensions(shops: Shops) -> list[str]:
    return list(dict.fromkeys(dimension for dimension, _ in _labels(shops)))


def _find(cut: Mapping[str, Any], dimension: str, label: str) -> Mapping[str, Any]:
    return next(r for r in cut["labels"] if (r["dimension"], r["label"]) == (dimension, label))


def _last(shop: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    *_, (day, cut) = shop["cuts"].items()
    return day, cut


def _interval(figure: Sequence[float | None]) -> str:
    value, low, high = figure
    return "–" if value is None else f"{value:.3f} ({low:.3f}–{high:.3f})"


def _difference(figure: Sequence[float | None]) -> str:
    value, low, high = figure
    if value is None or low is None or high is None:
        return "–"
    value, low, high = (v + 0.0 for v in (value, low, high))  # no -0
    return f"{value:+.4f} ({low:+.4f} to {high:+.4f})" + (" =" if low <= 0 <= high else "")


def _percent(share: float) -> str:
    """As few digits as tell it from nothing."""
    percent = 100 * share
    return f"{percent:.0f}" if percent >= 9.5 or percent == 0 else f"{percent:.1f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
