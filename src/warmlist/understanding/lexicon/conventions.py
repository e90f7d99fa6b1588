"""Conventions between signals: which one holds where the words show several."""

from __future__ import annotations

import re

from warmlist.understanding.lexicon.guards import Hit, Scene

_Standing = dict[str, list[Hit]]

_WORD = re.compile(r"\S+")
#: Patterns below it are words that may stand beside politeness and are none by themselves ("team").
_POLITE = 0.5
_LONGEST_NAME = 12
_LESS_THAN_OPT_OUT = ("frequency_preference", "refusal", "prefers_text", "purchase_commitment")


def apply(scene: Scene, standing: _Standing) -> None:
    """Change the standing hits in place; every rule is one function below."""
    for rule in (
        _postage_of_a_return_is_after_sales,
        _shipping_cost_is_no_price,
        _a_bare_price_is_no_question_of_its_own,
        _a_counter_offer_is_no_commitment,
        _too_expensive_and_goodbye,
        _a_time_is_no_opt_out,
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


def _postage_of_a_return_is_after_sales(scene: Scene, standing: _Standing) -> None:
    """Who asks for the postage of what they send back asks about a return, not a delivery."""
    if hits := standing.get("delivery_inquiry"):
        back = scene.helpers.get("giving_back", ())
        returns = [h for h in hits if any(scene.share_a_sentence(h, b) for b in back)]
        if returns:
            standing.setdefault("after_sales_inquiry", []).extend(returns)
            _keep(standing, "delivery_inquiry", [h for h in hits if h not in returns])


def _shipping_cost_is_no_price(_scene: Scene, standing: _Standing) -> None:
    """Where two kinds of question share words, the narrower one holds: shipping cost, fit."""
    for loser, winner in (
        ("price_inquiry", "delivery_inquiry"),
        ("price_inquiry", "after_sales_inquiry"),
        ("stock_inquiry", "spec_inquiry"),
        ("spec_inquiry", "after_sales_inquiry"),
        ("need_statement", "prefers_image"),
        ("stock_inquiry", "discount_inquiry"),
        ("stock_inquiry", "complaint"),
        ("delivery_inquiry", "stock_inquiry"),
        ("comparison_inquiry", "spec_inquiry"),
        ("comparison_inquiry", "discount_inquiry"),
        ("purchase_commitment", "after_sales_inquiry"),
        ("need_statement", "after_sales_inquiry"),
        ("need_statement", "spec_inquiry"),
        ("need_statement", "price_inquiry"),
    ):
        if loser in standing and winner in standing:
            _keep(standing, loser, _without_overlap(standing[loser], standing[winner]))


def _a_bare_price_is_no_question_of_its_own(_scene: Scene, standing: _Standing) -> None:
    """The mere word "price" within a discount question ("anything off the price?") asks no price."""
    if "price_inquiry" in standing and "discount_inquiry" in standing:
        prices = standing["price_inquiry"]
        bare = [hit for hit in prices if hit.pattern.asks]
        apart = _without_overlap(bare, standing["discount_inquiry"])
        kept = [hit for hit in prices if hit not in bare or hit in apart]
        _keep(standing, "price_inquiry", kept)


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


def _a_time_is_no_opt_out(_scene: Scene, standing: _Standing) -> None:
    """The wish "not before nine" says when, where the time comes first and the ban after it."""
    if "opt_out" in standing and "time_preference" in standing:
        times = standing["time_preference"]
        bans = [
            ban for ban in standing["opt_out"]
            if not any(time.start < ban.start < time.end for time in times)
        ]  # fmt: skip
        _keep(standing, "opt_out", bans)


def _opt_out_beats_frequency(_scene: Scene, standing: _Standing) -> None:
    """Who wants no message at all states no frequency, and does not merely refuse one offer."""
    if "opt_out" in standing:
        sure = any(hit.pattern.confidence >= 0.8 for hit in standing["opt_out"])
        for name in _LESS_THAN_OPT_OUT if sure else ():
            if name in standing:
                _keep(standing, name, _without_overlap(standing[name], standing["opt_out"]))


def _courtesy_stands_alone(scene: Scene, standing: _Standing) -> None:
    """Courtesy only where it covers every word of the message, one name beside it apart."""
    if not (hits := standing.pop("courtesy", None)) or standing:
        return
    polite = [hit for hit in hits if hit.pattern.confidence >= _POLITE]
    if not polite or scene.helpers.get("dear"):
        return
    rest = list(scene.text)
    for hit in hits:
        rest[hit.start : hit.end] = " " * (hit.end - hit.start)
    words = [m for m in _WORD.finditer("".join(rest)) if any(map(str.isalnum, m[0]))]
    if not words or (len(words) == 1 and _is_a_name(scene.text, words[0], polite)):
        standing["courtesy"] = polite


def _is_a_name(text: str, word: re.Match[str], polite: list[Hit]) -> bool:
    """Whether a word that no pattern knows can be whom the politeness beside it is for."""
    start, end = word.span()
    beside = any(
        not text[hit.end : start].strip(" ,!.") if hit.end <= start else
        not text[end : hit.start].strip(" ,!.")
        for hit in polite
    )  # fmt: skip
    return beside and word[0][0].islower() and len(word[0]) <= _LONGEST_NAME
