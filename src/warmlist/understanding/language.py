"""Which of five languages a message is in, or that it does not tell.

Chinese is known by its script, Latin languages by their small words. Spanish, French, Portuguese
and others are recognised only as "none of ours": their words count against, so that a Spanish
message is `unknown` and not Italian.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from warmlist.understanding.normalise import TRADITIONAL

UNKNOWN = "unknown"
CHINESE = ("zh-Hans", "zh-Hant")
LATIN = ("en", "it", "de")

_OTHER = "other"
_SMALL_WORDS: dict[str, str] = {
    "en": """the a an is are am was were be been i you he she we they it this that these those my
        your his her our their me him us them and or but not do does did don't have
        has had what which when where who why how can could will would should may
        for from with of on at to in if any some there here just please thanks thank
        hello hi hey yes yeah okay i'm it's i'll i'd you're want need get got buy u
        ur pls plz im dont whats too one still send let about""",
    "it": """a me il lo la i gli le un uno una di da del della dei delle dal dalla al alla ai alle nel
        nella che chi cosa come quando quanto quanta quanti quante quale quali dove
        perche e sono sei siamo siete ho hai ha abbiamo avete hanno non mi ti ci vi
        si ma anche se per con su questo questa questi queste quello quella ciao
        salve buongiorno buonasera grazie prego vorrei posso puoi potete c'e piu
        molto tutto solo ancora gia va bene ok xke cmq nn sn quindi oppure sul fa
        mio mia tuo vostro vostra vostri avrei po""",
    "de": """der die das den dem des ein eine einen einem einer und oder aber nicht kein keine
        keinen ich du er sie es wir ihr mich dich mir dir uns euch ihnen ist sind
        war bin bist seid haben habe hab hat habt hast kann konnen konnt wird werden
        wurde was wie wo wann warum welche welcher welches wieviel viel mit von zu
        zum zur auf fur bei nach aus im am in an noch schon auch nur sehr bitte
        danke hallo moin servus gruss gibt gibts ja nein mal dann wenn mein meine
        eure euer eurer konnte mochte hatte gerne gern fuer""",
    _OTHER: """el los las una que es por para con como pero muy esta este estoy tengo tiene tienen
        cuanto cuesta hola gracias y le les des du et est une je vous nous avec pour
        mais pas sur dans quel combien bonjour merci o os um uma nao voce voces
        quanto custa ola obrigado obrigada tem isso ve bir bu ne kadar var mi yok
        icin merhaba saya anda apa berapa harga yang dan ini itu tidak bisa ada kya
        hai kitna kitne ka ki ke mujhe nahi aap bhai""",
}  # fmt: skip
_VOTES: dict[str, tuple[str, ...]] = {}
for _lang, _words in _SMALL_WORDS.items():
    for _word in set(_words.split()):
        _VOTES[_word] = (*_VOTES.get(_word, ()), _lang)

_WORD = re.compile(r"[a-z']+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_NOT_OURS = re.compile(
    r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0900-\u097f\u0e00-\u0e7f]"
)
_TRADITIONAL_ONLY = frozenset(t for t, s in TRADITIONAL.items() if t != s)
_SIMPLIFIED_ONLY = frozenset(s for t, s in TRADITIONAL.items() if t != s) - frozenset(
    "系台里只后发干板余"
)
#: Longer texts are judged by their beginning.
_ENOUGH = 600


@dataclass(frozen=True, slots=True)
class Guess:
    """lang: one of the five, or `unknown`. read_as: languages ('zh', 'en', 'it', 'de') to read."""

    lang: str
    read_as: tuple[str, ...]


def detect(text: str, folded: str, hint: str | None = None) -> Guess:
    """Guess the language of a message.

    folded: the same text after `normalise.fold`. hint: the customer's language as known elsewhere
    (BCP 47); it decides only where the words do not. Chinese without a character that tells the two
    scripts apart is called by the hint, else zh-Hans.
    """
    folded = folded[:_ENOUGH]
    chinese = _HAN.search(folded) is not None
    foreign = _NOT_OURS.search(folded) is not None
    latin, latin_langs = _latin(folded, hint)
    if not chinese:
        return Guess(
            UNKNOWN if foreign else latin, () if foreign and not latin_langs else latin_langs
        )
    if foreign:
        return Guess(UNKNOWN, latin_langs)
    words = len(_WORD.findall(folded))
    if latin != UNKNOWN and words > len(_HAN.findall(folded)):
        return Guess(latin, ("zh", *latin_langs))
    return Guess(_script(text[:_ENOUGH], hint), ("zh", *latin_langs))


def _script(text: str, hint: str | None) -> str:
    traditional = sum(char in _TRADITIONAL_ONLY for char in text)
    simplified = sum(char in _SIMPLIFIED_ONLY for char in text)
    if traditional == simplified:
        return "zh-Hant" if hint in ("zh-Hant", "zh-TW", "zh-HK", "zh-MO") else "zh-Hans"
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _latin(folded: str, hint: str | None) -> tuple[str, tuple[str, ...]]:
    """The Latin language, and those in which the text may be read (nearly as many votes)."""
    scores = dict.fromkeys((*LATIN, _OTHER), 0.0)
    words = _WORD.findall(folded)
    for word in words:
        for lang in (langs := _VOTES.get(word, ())):
            scores[lang] += 1 / len(langs)
    best = max(scores.values())
    known = (hint or "").partition("-")[0]
    if best == 0:
        if known in LATIN:
            return known, (known,)
        return UNKNOWN, () if known and known != "zh" else LATIN
    leaders = [lang for lang, score in scores.items() if score == best]
    readable = tuple(lang for lang in LATIN if scores[lang] * 2 > best)
    if len(leaders) > 1:
        return (known, readable) if known in leaders else (UNKNOWN, readable)
    if leaders[0] == _OTHER:
        return UNKNOWN, () if best >= 2 else readable
    return leaders[0], readable
