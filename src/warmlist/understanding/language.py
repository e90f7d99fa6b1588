"""Which of the languages of the lexicon a message is in, or that it does not tell.

Chinese is known by its script, Latin languages by their small words. French, Turkish, Indonesian
and others are recognised only as "none of ours": their words count against, so that a French
message is `unknown` and not Italian.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from warmlist.understanding.normalise import TRADITIONAL

UNKNOWN = "unknown"
CHINESE = ("zh-Hans", "zh-Hant")
LATIN = ("en", "it", "de", "es", "pt")

_OTHER = "other"
_SMALL_WORDS: dict[str, str] = {
    "en": """so much the a an is are am was were be been i you he she we they it this that these those my
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
        ne qualcuna qualcuno mio mia tuo vostro vostra vostri avrei po""",
    "de": """der die das den dem des ein eine einen einem einer und oder aber nicht kein keine
        keinen ich du er sie es wir ihr mich dich mir dir uns euch ihnen ist sind
        war bin bist seid haben habe hab hat habt hast kann konnen konnt wird werden
        wurde was wie wo wann warum welche welcher welches wieviel viel mit von zu
        zum zur auf fur bei nach aus im am in an noch schon auch nur sehr bitte
        danke hallo moin servus gruss gibt gibts ja nein mal dann wenn mein meine
        eure euer eurer konnte mochte hatte gerne gern fuer""",
    "es": """a el la los las un una unos unas que es son esta este esto estoy esta estan tengo tiene
        tienes tienen teneis por para con sin como pero muy mas si no me te se lo le les mi tu su
        y o de del al en cuando cuanto cuanta cuantos cuesta vale quiero puedo puede pueden
        podeis hola buenos buenas dias tardes noches gracias favor hay os ya tambien donde cual
        alguna algun nada todo bien soy ser va he ha queda aqui ahi yo usted ustedes vosotros
        porfa mucho mucha cuales quien aun hace hacer muchas perfecto saludos""",
    "pt": """favor o a os as um uma uns umas que e sao esta ta to tou estou tenho tem temos por pra para
        pro com sem como mas muito mais sim nao me te se lhe meu minha seu sua de do da dos
        das no na nos nas em quando quanto quanta quantos custa quero posso pode podem oi ola
        bom boa dia tarde noite obrigado obrigada valeu voce voces vc vcs ja tambem onde qual
        alguma algum nada tudo bem sou ser vai foi eu ai aqui isso esse essa ainda quem gente
        pfv obg blz ou ate faz fica chegou brigado brigada beleza""",
    _OTHER: """et des du est une je vous nous avec pour mais pas sur dans quel combien bonjour merci
        le les bir bu ne kadar var mi yok icin merhaba saya anda apa berapa harga yang dan ini itu
        tidak bisa ada kya hai kitna kitne ka ki ke mujhe nahi aap bhai""",
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
#: A word that three or more languages share tells nothing: such a message is read in all of them.
_HARDLY_A_WORD = 0.34
#: Longer texts are judged by their beginning.
_ENOUGH = 600


@dataclass(frozen=True, slots=True)
class Guess:
    """lang: one that the lexicon reads, or `unknown`. read_as: the pattern files to read with."""

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
        return UNKNOWN, ("zh", *LATIN) if known == "zh" else () if known else LATIN
    leaders = [lang for lang, score in scores.items() if score == best]
    readable = tuple(lang for lang in LATIN if scores[lang] * 2 > best or best <= _HARDLY_A_WORD)
    if len(leaders) > 1:
        return (known, readable) if known in leaders else (UNKNOWN, readable)
    if leaders[0] == _OTHER:
        return UNKNOWN, () if best >= 2 else readable
    return leaders[0], readable
