"""Customers' sentences in fourteen languages: hours, days, caps; each beside the note it comes to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmlist.understanding.preferences import Preferences, parse_note, preferences_in
from warmlist.understanding.preferences.sentence import grammar_for
from warmlist.understanding.preferences.words import LANGUAGES

pytestmark = pytest.mark.unit

AFTER_EIGHT, BEFORE_TEN, TWO_TO_FOUR, SUNDAY = "20–24", "not 0–10", "14–16", "not Sun"
WEEKDAYS, WEEKEND, EVENINGS, HALF = "Mon–Fri 9–18", "Sat–Sun", "Mon–Fri 18–22", "20:30–24:00"
WEEKLY, TWICE, FORTNIGHTLY, NIGHT = "max 1 a week", "max 2 a month", "max 2 a month", "not 22–8"

SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        "please only after eight in the evening": AFTER_EIGHT,
        "never before 10": BEFORE_TEN,
        "call me between 2 and 4": TWO_TO_FOUR,
        "please don't write on Sundays": SUNDAY,
        "weekdays from 9 to 6 only": WEEKDAYS,
        "only at the weekend": WEEKEND,
        "Monday to Friday in the evening": EVENINGS,
        "after half past eight pm": HALF,
        "once a week at most": WEEKLY,
        "two messages a month is plenty": TWICE,
        "every two weeks is enough": FORTNIGHTLY,
        "not at night please": NIGHT,
        "not between 10pm and 7am": "not 22–7",
        "Tuesdays and Thursdays after 5pm": "Tue, Thu 17–24",
    },
    "it": {
        "per favore solo dopo le otto di sera": AFTER_EIGHT,
        "non chiamarmi prima delle 10": BEFORE_TEN,
        "mi chiami tra le due e le quattro": TWO_TO_FOUR,
        "la domenica non scrivetemi": SUNDAY,
        "solo nei giorni feriali dalle 9 alle 18": WEEKDAYS,
        "solo nel fine settimana": WEEKEND,
        "dal lunedì al venerdì la sera": EVENINGS,
        "dopo le otto e mezza di sera": HALF,
        "massimo una volta a settimana": WEEKLY,
        "due messaggi al mese bastano": TWICE,
        "una volta ogni due settimane": FORTNIGHTLY,
        "di notte no per favore": NIGHT,
        "non dalle 13 alle 15": "not 13–15",
        "il martedì e il giovedì dopo le 17": "Tue, Thu 17–24",
    },
    "de": {
        "bitte nur abends nach acht": AFTER_EIGHT,
        "nicht vor 10 Uhr anrufen": BEFORE_TEN,
        "zwischen zwei und vier am Nachmittag": TWO_TO_FOUR,
        "sonntags bitte nicht schreiben": SUNDAY,
        "nur werktags von 9 bis 18 Uhr": WEEKDAYS,
        "nur am Wochenende": WEEKEND,
        "Montag bis Freitag abends": EVENINGS,
        "abends nach halb neun": HALF,
        "max einmal die Woche": WEEKLY,
        "zwei Nachrichten im Monat reichen": TWICE,
        "alle zwei Wochen reicht": FORTNIGHTLY,
        "bitte nicht nachts": NIGHT,
        "nicht von 22 bis 7 Uhr": "not 22–7",
        "dienstags und donnerstags ab 17 Uhr": "Tue, Thu 17–24",
    },
    "zh-Hans": {
        "请只在晚上八点以后联系我": AFTER_EIGHT,
        "十点以前不要打电话": BEFORE_TEN,
        "下午两点到四点打给我": TWO_TO_FOUR,
        "周日别发消息": SUNDAY,
        "工作日9点到18点": WEEKDAYS,
        "只有周末有空": WEEKEND,
        "周一到周五晚上": EVENINGS,
        "晚上八点半以后": HALF,
        "一周最多一次": WEEKLY,
        "一个月发两次就够了": TWICE,
        "两周一次就行": FORTNIGHTLY,
        "半夜不要发": NIGHT,
        "工作日白天别打电话": "not Mon–Fri 8–18",
        "周二和周四下午五点以后": "Tue, Thu 17–24",
    },
    "zh-Hant": {
        "請只在晚上八點以後聯絡我": AFTER_EIGHT,
        "十點以前不要打電話": BEFORE_TEN,
        "下午兩點到四點打給我": TWO_TO_FOUR,
        "週日別傳訊息": SUNDAY,
        "只有週末有空": WEEKEND,
        "一週最多一次": WEEKLY,
        "半個月一次就好": FORTNIGHTLY,
    },
    "es": {
        "solo después de las ocho de la noche": AFTER_EIGHT,
        "no me llame antes de las 10": BEFORE_TEN,
        "llámame entre las dos y las cuatro": TWO_TO_FOUR,
        "los domingos no me escriban": SUNDAY,
        "solo entre semana de 9 a 18": WEEKDAYS,
        "solo los fines de semana": WEEKEND,
        "después de las ocho y media de la noche": HALF,
        "máximo una vez por semana": WEEKLY,
        "dos mensajes al mes bastan": TWICE,
        "una vez cada dos semanas": FORTNIGHTLY,
        "de noche no, por favor": NIGHT,
        "martes y jueves a partir de las 17": "Tue, Thu 17–24",
        "lunes a viernes por la tarde": "Mon–Fri 14–18",
    },
    "pt-BR": {
        "só depois das oito da noite": AFTER_EIGHT,
        "não me ligue antes das 10": BEFORE_TEN,
        "me chama entre as duas e as quatro": TWO_TO_FOUR,
        "domingo não me manda mensagem": SUNDAY,
        "só em dias úteis das 9 às 18h": WEEKDAYS,
        "só no fim de semana": WEEKEND,
        "depois das oito e meia da noite": HALF,
        "no máximo uma vez por semana": WEEKLY,
        "duas mensagens por mês está bom": TWICE,
        "uma vez a cada duas semanas": FORTNIGHTLY,
        "de noite não, por favor": NIGHT,
        "terça e quinta depois das 17h": "Tue, Thu 17–24",
        "de segunda a sexta à tarde": "Mon–Fri 14–18",
    },
    "fr": {
        "seulement après huit heures du soir": AFTER_EIGHT,
        "ne m'appelez pas avant 10h": BEFORE_TEN,
        "appelez-moi entre 14h et 16h": TWO_TO_FOUR,
        "pas le dimanche s'il vous plaît": SUNDAY,
        "en semaine de 9h à 18h": WEEKDAYS,
        "seulement le week-end": WEEKEND,
        "après 20h30": HALF,
        "une fois par semaine maximum": WEEKLY,
        "deux messages par mois ça suffit": TWICE,
        "toutes les deux semaines": FORTNIGHTLY,
        "pas la nuit": NIGHT,
        "le mardi et le jeudi après 17h": "Tue, Thu 17–24",
        "du lundi au vendredi le soir": EVENINGS,
    },
    "ru": {
        "пишите только после восьми вечера": AFTER_EIGHT,
        "не звоните до 10": BEFORE_TEN,
        "звоните с двух до четырёх": TWO_TO_FOUR,
        "по воскресеньям не пишите": SUNDAY,
        "только в будни с 9 до 18": WEEKDAYS,
        "только по выходным": WEEKEND,
        "с понедельника по пятницу вечером": EVENINGS,
        "после 20:30": HALF,
        "не чаще раза в неделю": WEEKLY,
        "два раза в месяц достаточно": TWICE,
        "раз в две недели": FORTNIGHTLY,
        "ночью не пишите": NIGHT,
        "после половины девятого вечера": HALF,
    },
    "tr": {
        "lütfen sadece akşam sekizden sonra yazın": AFTER_EIGHT,
        "saat 10'dan önce aramayın": BEFORE_TEN,
        "14 ile 16 arası arayın": TWO_TO_FOUR,
        "pazar günleri yazmayın": SUNDAY,
        "sadece hafta içi 9-18 arası": WEEKDAYS,
        "sadece hafta sonu": WEEKEND,
        "20.30'dan sonra": HALF,
        "haftada en fazla bir kez": WEEKLY,
        "ayda iki mesaj yeter": TWICE,
        "iki haftada bir yeter": FORTNIGHTLY,
        "gece yazmayın": NIGHT,
        "akşam sekiz buçuktan sonra": HALF,
    },
    "id": {
        "tolong hubungi setelah jam 8 malam saja": AFTER_EIGHT,
        "jangan telepon sebelum jam 10": BEFORE_TEN,
        "telepon antara jam 2 sampai jam 4": TWO_TO_FOUR,
        "hari minggu jangan chat": SUNDAY,
        "hari kerja jam 9 sampai 18 saja": WEEKDAYS,
        "akhir pekan saja": WEEKEND,
        "setelah pukul 20.30": HALF,
        "maksimal seminggu sekali": WEEKLY,
        "sebulan dua kali cukup": TWICE,
        "dua minggu sekali": FORTNIGHTLY,
        "jangan malam malam": NIGHT,
        "senin sampai jumat jam 9 sampai 17": "Mon–Fri 9–17",
    },
    "hi": {
        "कृपया रात 8 बजे के बाद ही फोन करें": AFTER_EIGHT,
        "सुबह 10 बजे से पहले फोन मत करना": BEFORE_TEN,
        "दोपहर 2 से 4 के बीच कॉल करना": TWO_TO_FOUR,
        "रविवार को मैसेज मत करो": SUNDAY,
        "हफ्ते में एक बार": WEEKLY,
        "महीने में दो बार काफी है": TWICE,
        "raat 8 baje ke baad hi call karo": AFTER_EIGHT,
        "subah 10 baje se pehle call mat karna": BEFORE_TEN,
        "shaam saadhe aath baje ke baad": HALF,
        "sunday ko call mat karo": SUNDAY,
        "hafte mein ek baar bas": WEEKLY,
        "pandrah din mein ek baar": FORTNIGHTLY,
    },
    "ar": {
        "راسلوني بعد الساعة ٨ مساء فقط": AFTER_EIGHT,
        "لا تتصلوا قبل الساعة 10": BEFORE_TEN,
        "اتصل بي بين الساعة ٢ و ٤ العصر": TWO_TO_FOUR,
        "لا ترسلوا يوم الأحد": SUNDAY,
        "مرة في الأسبوع تكفي": WEEKLY,
        "مرتين في الشهر": TWICE,
        "كل أسبوعين مرة": FORTNIGHTLY,
        "بالليل بعد ٩ بس": "21–24",
        "لا ترسلون بالليل": NIGHT,
        "يوم السبت فقط": "Sat",
    },
    "ja": {
        "夜8時以降に連絡してください": AFTER_EIGHT,
        "10時前は電話しないでください": BEFORE_TEN,
        "14時から16時の間に電話ください": TWO_TO_FOUR,
        "日曜日は連絡しないで": SUNDAY,
        "平日9時から18時まで": WEEKDAYS,
        "週末だけお願いします": WEEKEND,
        "夜8時半以降なら大丈夫": HALF,
        "週に1回で十分です": WEEKLY,
        "月に2回までにして": TWICE,
        "2週間に1回くらいで": FORTNIGHTLY,
        "夜中はやめてください": NIGHT,
        "火曜と木曜の17時以降": "Tue, Thu 17–24",
    },
}  # fmt: skip
ALL = [(lang, text, note) for lang, said in SENTENCES.items() for text, note in said.items()]


@pytest.mark.parametrize(("lang", "text", "note"), ALL, ids=[f"{x[0]}: {x[1]}" for x in ALL])
def test_a_sentence_comes_to_its_note(lang: str, text: str, note: str) -> None:
    signal = "frequency_preference" if note.startswith("max") else "time_preference"
    assert preferences_in(text, lang, [signal]) == parse_note(note).preferences


def test_every_language_has_sentences() -> None:
    assert {lang.partition("-")[0] for lang in SENTENCES} == set(LANGUAGES)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("только после восьми", "ru"),
        ("只在晚上", "zh"),
        ("夜だけ", "ja"),
        ("solo di sera per favore, grazie", "it"),
        ("akşam sekizden sonra arayın", "tr"),
    ],
)
def test_the_language_is_found_where_it_is_not_told(text: str, lang: str) -> None:
    rules = grammar_for(text, None)
    assert rules is not None
    assert rules.lang == lang


def test_signals_decide_which_fields_are_looked_for() -> None:
    text = "call me after eight in the evening, at most once a week"
    assert preferences_in(text, "en", ["prefers_voice"]) == Preferences(channel_format="voice")
    every = preferences_in(text, "en", ["prefers_voice", "time_preference", "frequency_preference"])
    assert every == parse_note("voice only | 20–24 | max 1 a week").preferences
    assert preferences_in(text, "en", ["price_inquiry"]) is None
    assert preferences_in("send both", "en", ["prefers_image", "prefers_video"]) is None


def test_no_calls_means_text_but_no_calls_before_ten_does_not() -> None:
    assert preferences_in("please no calls", "en") == Preferences(channel_format="text")
    assert preferences_in("please no calls before ten", "en") == parse_note("not 0–10").preferences


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("I'll write when I need it", "en"),
        ("la ricontatto io", "it"),
        ("ich melde mich bei Bedarf", "de"),
        ("我再联系你", "zh-Hans"),
    ],
)
def test_who_will_write_is_passive(text: str, lang: str) -> None:
    assert preferences_in(text, lang, ["defer_contact"]) == Preferences(passive=True)
    assert preferences_in(text, lang) == Preferences(passive=True)


@pytest.mark.parametrize(
    "text", ["", " ", "🙏", "\x00", "\ud800", "a" * 65_536, "8" * 5_000, "()" * 99]
)
def test_nothing_is_found_where_nothing_is_said(text: str) -> None:
    assert preferences_in(text) is None
    assert preferences_in(text, "en", ["time_preference", "frequency_preference"]) is None


_words = sorted({word for said in SENTENCES.values() for text in said for word in text.split()})
_scraps = st.lists(st.sampled_from(_words) | st.text(max_size=6) | st.integers(0, 99).map(str)).map(
    " ".join
)


@pytest.mark.parametrize("lang", [*LANGUAGES, None])
@given(text=_scraps)
@settings(max_examples=60, deadline=None)
def test_any_jumble_of_times_is_read_without_a_fault(lang: str | None, text: str) -> None:
    preferences_in(text, lang)


@pytest.mark.parametrize(
    ("signals", "form"),
    [
        (["prefers_text", "prefers_image"], "text"),
        (["prefers_video", "prefers_voice"], "voice"),
        (["prefers_text", "prefers_voice"], None),
        (["prefers_image", "prefers_video"], None),
    ],
)
def test_of_two_forms_the_way_to_talk_is_the_wish(signals: list[str], form: str | None) -> None:
    found = preferences_in("as you like", "en", signals)
    assert (found.channel_format if found else None) == form
