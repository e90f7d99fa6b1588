"""One shop, several cuts: labels, plain scores and models beside each other, as JSON values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.quality import learned, rivals, scores
from bench.quality.book import Book, Floats, Ledger, book, ledger
from bench.quality.labelled import Labels, labels_at, plan_in, with_ranks
from bench.quality.readers import Shop
from bench.quality.rivals import Expected
from bench.quality.scores import Measured
from warmlist.plan.compile import Plan

#: The days ahead that are asked about, and those in which a stated close rate counts.
AHEAD, SOON = 90, 14
#: Dimension -> what each label counts, so that who has more stands higher. Written down, not fitted.
ORDER: Mapping[str, Mapping[str, int]] = {
    "lifecycle": {"returning": 3, "new": 2, "dormant": 1},
    "loyalty": {"active": 2, "loyal": 1},
    "buying": {"active_buyer": 2, "sleeping": -1},
    "value": {"high": 4, "promising": 3, "ordinary": 2, "low": 1},
    "spend_tier": {"high": 3, "mid": 2, "low": 1},
    "purchase_frequency": {"monthly": 3, "quarterly": 2, "yearly": 1},
}
SETS = ("loyalty", "buying")
#: Of these, a second set of labels tells what limits alone say, where no job has ranked anybody.
RANKED = ("value", "spend_tier")
BY_LIMITS = " by limits"
#: Shares of customers whose best are looked at by every score.
TOP = (0.05, 0.15)
#: Beside which scores a label is set: as many customers, the best (or, where lift < 1, the last).
BESIDE = ("recency", "bg_nbd", "bg_nbd_money")


#: Models that are told of by themselves; of the others, what they add.
WHOLE = ("rfm", "labels alone", "rfm + all")


@dataclass(frozen=True)
class Cut:
    """What is known at one moment, and what came."""

    known: Ledger
    soon: Ledger
    labels: Labels
    scores: Mapping[str, Floats]
    expected: Expected


def study(shop: Shop, say: Callable[[str], object]) -> dict[str, Any]:
    """Everything about one shop, which must be there."""
    assert shop.path is not None
    say(f"reading {shop.name}")
    events = book(shop.read(shop.path), shop.money)
    told: dict[str, Any] = {
        "name": shop.name, "says": shop.says, "currency": shop.money.currency,
        "customers": events.handles.num_rows, "events": events.events.num_rows, "cuts": {},
    }  # fmt: skip
    before: Cut | None = None
    for day, at in zip(shop.cuts, shop.moments(), strict=True):
        say(f"{shop.name} as of {day}")
        plan = plan_in(shop.money, at)
        cut = _cut(shop, events, plan, at)
        told["cuts"][day] = _told(cut, plan, before)
        before = cut
    return told


def _cut(shop: Shop, events: Book, plan: Plan, at: int) -> Cut:
    known = ledger(events, at, AHEAD)
    ranked = with_ranks(events, plan, shop.money, at)
    labels = labels_at(ranked, plan, at, known.customers)
    bare = labels_at(events, plan, at, known.customers)
    labels |= {(d + BY_LIMITS, k): v for (d, k), v in bare.items() if d in RANKED}
    expected = rivals.bg_nbd(events, at, AHEAD, known.customers)
    found = {**rivals.plain(known), "bg_nbd": expected.orders, "bg_nbd_money": expected.revenue}
    return Cut(known, ledger(events, at, SOON), labels, found, expected)


def _told(cut: Cut, plan: Plan, before: Cut | None) -> dict[str, Any]:
    known = cut.known
    orders = {d: _order(cut.labels, d) for d in _dimensions()}
    models = _models(cut, before) if before is not None else {}
    ranks = {**orders, **cut.scores}
    draws = _Draws(cut, ranks, models)
    told: dict[str, Any] = {
        "customers": len(known.customers),
        "buyers": int(known.buys.sum()),
        "orders": int(known.orders.sum()),
        "revenue": round(known.revenue.sum()),
        "labels": [_label(cut, key, draws, before) for key in draws.keys],
        "ranks": {name: draws.rank(name) | _tops(score, known) for name, score in ranks.items()},
        "calibration": {
            "bg_nbd": _ratio(cut.expected.orders, known.orders),
            "bg_nbd_money": _ratio(cut.expected.revenue, known.revenue),
        },
        "stated": _stated(cut, plan),
    }
    for name in [name for name in WHOLE if name in models]:
        chance = models[name].chance
        told["ranks"][name] = draws.rank(name)
        told["calibration"][name] = _ratio(chance, known.buys)
        told["calibration"][f"{name}: Brier"] = _plain(np.mean((chance - known.buys) ** 2))
    if before is not None:
        told["adds"] = {name: draws.adds(name) for name in models if name.startswith("rfm + ")}
    return told


class _Draws:
    """Every figure of all resamples, taken together so that two figures can be set against each other."""

    def __init__(
        self, cut: Cut, ranks: Mapping[str, Floats], models: Mapping[str, learned.Learned]
    ) -> None:
        known = cut.known
        self.keys = [(d, k) for d in _dimensions() for k in _keys(cut.labels, d)]
        pieces: dict[Any, list[Floats]] = {}
        for weights in scores.draws(len(known.customers)):
            for name, score in ranks.items():
                pieces.setdefault(name, []).append(
                    np.stack(scores.aucs(score, known.buys, known.revenue, weights))
                )
            for name, model in models.items():
                buyers = scores.auc(model.chance, known.buys, 1 - known.buys, weights)
                everybody = np.ones_like(known.buys)
                money = scores.auc(model.worth, known.revenue, everybody, weights)
                pieces.setdefault(name, []).append(np.stack([buyers, money]))
            for key in self.keys:
                has = cut.labels[key]
                lifts = [scores.lift(has, what, weights) for what in (known.buys, known.revenue)]
                pieces.setdefault(key, []).append(np.stack(lifts))
        self._of = {name: np.concatenate(parts, axis=1) for name, parts in pieces.items()}

    def rank(self, name: str) -> dict[str, Any]:
        buyers, money = self._of[name]
        return {"auc": Measured.of(buyers).told, "money_auc": Measured.of(money).told}

    def lifts(self, key: tuple[str, str]) -> dict[str, Any]:
        buyers, money = self._of[key]
        return {"lift": Measured.of(buyers).told, "money_lift": Measured.of(money).told}

    def adds(self, name: str) -> dict[str, Any]:
        """How much better than recency, frequency and money alone."""
        buyers, money = self._of[name] - self._of["rfm"]
        return {"auc": Measured.of(buyers).told, "money_auc": Measured.of(money).told}


def _label(cut: Cut, key: tuple[str, str], draws: _Draws, before: Cut | None) -> dict[str, Any]:
    known, has = cut.known, cut.labels[key]
    once = np.ones((1, len(has)))
    told: dict[str, Any] = {"dimension": key[0], "label": key[1], "customers": int(has.sum())}
    if not has.any():
        return told
    told |= {
        "share": _plain(has.mean()),
        "of_buyers": _plain(scores.caught(has, known.buys, once)[0]),
        "of_revenue": _plain(scores.caught(has, known.revenue, once)[0]),
        "rate": _plain(known.buys[has].mean()),
        **draws.lifts(key),
    }
    if before is not None and before.labels[key].any():
        told["rate_before"] = _plain(before.known.buys[before.labels[key]].mean())
    last = told["lift"][0] < 1
    if not _at_an_end(cut.labels, key):
        return told
    told["same"] = {}
    for name in BESIDE:
        score = cut.scores[name]
        chosen = scores.top(-score if last else score, has.sum())
        told["same"][name] = {
            "of_buyers": _plain(scores.caught(chosen, known.buys, once)[0]),
            "of_revenue": _plain(scores.caught(chosen, known.revenue, once)[0]),
        }
    return told


def _at_an_end(labels: Labels, key: tuple[str, str]) -> bool:
    """Whether the best, or the last, by a score may be set beside a label; not beside a middle one."""
    if key[0] in SETS:
        return True
    has, places = labels[key], _order(labels, key[0])
    others = places[~has]
    above, below = (others > places[has].max()).any(), (others < places[has].min()).any()
    return not (above and below)


def _tops(score: Floats, known: Ledger) -> dict[str, Any]:
    """What the best by a score hold."""
    once = np.ones((1, len(score)))
    told = {}
    for share in TOP:
        chosen = scores.top(score, share * len(score))
        told[f"{share:.0%}"] = {
            "of_buyers": _plain(scores.caught(chosen, known.buys, once)[0]),
            "of_revenue": _plain(scores.caught(chosen, known.revenue, once)[0]),
        }
    return {"top": told}


def _models(cut: Cut, before: Cut) -> dict[str, learned.Learned]:
    """Fitted at the cut before: rfm alone, each dimension with it, all of them with it and without."""
    every = set(ORDER)
    plain, now = learned.figures(before.known), learned.figures(cut.known)
    found = {"rfm": learned.learn(plain, before.known, now)}
    for name, dimensions in {**{d: {d} for d in ORDER}, "all": every}.items():
        old, new = (learned.flags(c.labels, dimensions) for c in (before, cut))
        found[f"rfm + {name}"] = learned.learn(
            np.hstack([plain, old]), before.known, np.hstack([now, new])
        )
    old, new = (learned.flags(c.labels, every) for c in (before, cut))
    return found | {"labels alone": learned.learn(old, before.known, new)}


def _stated(cut: Cut, plan: Plan) -> list[dict[str, Any]]:
    """Labels of which the pack states a share of customers or a close rate, beside what came.

    Close rates: who ordered within 14 days. Only labels that orders alone give to somebody.
    """
    told = []
    for d in plan.pack.dimensions:
        if d.key not in (*ORDER, "follow_up"):
            continue
        for key, label in d.labels.items():
            has = cut.labels[d.key, key]
            if (label.share or label.outcome) and has.any():
                told.append(
                    {
                        "dimension": d.key, "label": key, "source": label.source,
                        "stated_share": label.share, "share": _plain(has.mean()),
                        "stated_outcome": label.outcome, "outcome": _plain(cut.soon.buys[has].mean()),
                    }
                )  # fmt: skip
    return told


def _order(labels: Labels, dimension: str) -> Floats:
    """Each customer's place by the labels of a dimension; 0 without any."""
    counts = ORDER[dimension.removesuffix(BY_LIMITS)]
    return sum(
        (labels[dimension, key] * float(count) for key, count in counts.items()),
        np.zeros(len(next(iter(labels.values())))),
    )


def _dimensions() -> list[str]:
    return [n for d in ORDER for n in ([d, d + BY_LIMITS] if d in RANKED else [d])]


def _keys(labels: Labels, dimension: str) -> list[str]:
    return [k for d, k in labels if d == dimension]


def _ratio(expected: Floats, came: Floats) -> float:
    """Expected for each one that came; 1 = calibrated in the large."""
    return round(float(expected.sum() / came.sum()), 4)


def _plain(value: Any) -> float:
    return round(float(value), 4)
