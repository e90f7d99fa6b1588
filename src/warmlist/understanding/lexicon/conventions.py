"""Conventions between signals: which one holds where the words show several."""

from __future__ import annotations

from warmlist.understanding.lexicon.guards import Hit, Scene

_Standing = dict[str, list[Hit]]


def apply(scene: Scene, standing: _Standing) -> None:
    """Change the standing hits in place; every rule is one function below."""
    for rule in (
        _shipping_cost_is_no_price,
        _a_counter_offer_is_no_commitment,
        _too_expensive_and_goodbye,
        _opt_out_beats_frequency,
        _courtesy_stands_alone,
    ):
        rule(scene, standing)


def _without_overlap(hits: list[Hit], others: list[Hit]) -> list[Hit]:
    return [h for h in hits if not any(o.start < h.end and h.start < o.end for o in others)]


def _keep(standing: _Standing, name: str, hits: list[Hit]) -> None:
    if hits:
        standing[name] = hits
    else:
        standing.pop(name, None)


def _shipping_cost_is_no_price(_scene: Scene, standing: _Standing) -> None:
    """Where two kinds of question share words, the narrower one holds: shipping cost, fit."""
    for loser, winner in (
        ("price_inquiry", "delivery_inquiry"),
        ("price_inquiry", "after_sales_inquiry"),
        ("stock_inquiry", "spec_inquiry"),
        ("need_statement", "prefers_image"),
        ("need_statement", "after_sales_inquiry"),
    ):
        if loser in standing and winner in standing:
            _keep(standing, loser, _without_overlap(standing[loser], standing[winner]))


def _a_counter_offer_is_no_commitment(_scene: Scene, standing: _Standing) -> None:
    """The offer "at 250 I buy" is a discount question: a promise that hangs on the price."""
    if "purchase_commitment" in standing and "discount_inquiry" in standing:
        commitments = standing["purchase_commitment"]
        offers = standing["discount_inquiry"]
        _keep(standing, "purchase_commitment", _without_overlap(commitments, offers))


def _too_expensive_and_goodbye(scene: Scene, standing: _Standing) -> None:
    """Too expensive: with a goodbye a refusal, with "can you do less?" a discount, else nothing."""
    dear = [hit for hit in scene.helpers.get("dear", ()) if scene.stands(hit, "refusal")]
    if dear and scene.helpers.get("goodbye") and "discount_inquiry" not in standing:
        standing.setdefault("refusal", []).extend(dear)


def _opt_out_beats_frequency(_scene: Scene, standing: _Standing) -> None:
    """Who wants no message at all states no frequency, and does not merely refuse one offer."""
    if "opt_out" in standing:
        sure = any(hit.pattern.confidence >= 0.8 for hit in standing["opt_out"])
        for name in ("frequency_preference", "refusal") if sure else ():
            if name in standing:
                _keep(standing, name, _without_overlap(standing[name], standing["opt_out"]))


def _courtesy_stands_alone(scene: Scene, standing: _Standing) -> None:
    """Courtesy only where it covers every word of the message, one name apart."""
    if not (hits := standing.pop("courtesy", None)) or standing:
        return
    rest = list(scene.text)
    for hit in hits:
        rest[hit.start : hit.end] = " " * (hit.end - hit.start)
    words = [word for word in "".join(rest).split() if any(map(str.isalnum, word))]
    if not words or (len(words) == 1 and len(hits) >= 2 and len(words[0]) <= 12):
        standing["courtesy"] = hits
