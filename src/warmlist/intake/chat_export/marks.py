"""What the phone app writes in place of something: files, calls, deleted and edited messages.

The words are data (`marks.yaml`); this file knows the forms they stand in.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

import yaml

from warmlist.intake.chat_export.stamps import MARKS

_KINDS = ("image", "video", "audio", "sticker", "document", "other")
#: The mark before which an iPhone writes words of its own.
OWN_WORDS = "\u200e"
_DIRECTION = re.compile(f"[{MARKS}]")

_EXTENSIONS = {
    "image": "jpg jpeg png heic heif gif bmp tif tiff",
    "video": "mp4 mov 3gp mkv avi webm m4v",
    "audio": "opus ogg m4a mp3 aac amr wav oga",
    "sticker": "webp",
    "document": "pdf doc docx xls xlsx ppt pptx txt csv zip rar odt ods odp apk pages numbers rtf",
    "other": "vcf",
}
_KIND_OF_EXTENSION = {ext: kind for kind, exts in _EXTENSIONS.items() for ext in exts.split()}
_FILE = r"(?P<file>[^\n<>]{1,200}?\.[A-Za-z0-9]{2,5})"
_ANDROID_FILE = re.compile(rf"{_FILE} \((?P<word>[^()\n]{{2,40}})\)(?:\n(?P<caption>.*))?", re.S)
_NAMED_FILE = re.compile(rf"[^<>:：\n]{{2,40}}? ?[:：] ?{_FILE}")
_BRACKETED = re.compile(r"<\s?(?P<words>[^<>\n]{3,60}?)\s?>(?:\n(?P<caption>.*))?", re.S)
_APP_FILE = re.compile(r"(?:IMG|VID|AUD|PTT|STK|DOC|GIF)-\d{8}-WA\d+\.\w+")
_PLACE = re.compile(r"[^\W\d_ ]{2,20}: https?://(?:maps\.google\.|maps\.app|foursquare)\S*", re.I)
_POLL = re.compile(r"(?:POLL|SONDAGGIO|UMFRAGE|ENCUESTA|ENQUETE|SONDAGE|投票|ANKET|ОПРОС):\n")


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says once the app's own marks are taken off.

    kind: as in the contract's message event. text: the words of the author (a caption, for files).
    mark: what the app wrote instead: media, deleted, call, place, poll; '' for plain text.
    notice: the app itself speaks, nobody wrote this. strange: words of the app that are not known.
    """

    kind: str = "text"
    text: str = ""
    mark: str = ""
    edited: bool = False
    notice: bool = False
    strange: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of `marks.yaml`, turned round: phrase -> what it means."""

    omitted: Mapping[str, str]
    deleted: frozenset[str]
    edited: frozenset[str]
    attached: frozenset[str]
    missed: frozenset[str]
    talked: frozenset[str]
    notices: tuple[str, ...]
    titles: tuple[re.Pattern[str], ...]
    order_of: Mapping[str, str]


def folded(text: str) -> str:
    """Text for comparing: no letter case, direction marks, odd spaces or final full stop."""
    plain = unicodedata.normalize("NFKC", _DIRECTION.sub("", text))
    return " ".join(plain.split()).rstrip(".。").casefold()


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Every language's marks, read once."""
    source = files(__package__).joinpath("marks.yaml").read_text("utf-8")
    languages: dict[str, dict[str, list[str]]] = yaml.safe_load(source)

    def phrases(key: str) -> list[str]:
        return [folded(phrase) for words in languages.values() for phrase in words[key]]

    omitted = {phrase: kind for kind in _KINDS for phrase in phrases(kind)}
    order_of: dict[str, str] = {}
    for words in languages.values():
        for key in ("media", *_KINDS, "deleted", "edited", "notices"):
            order_of |= {folded(phrase): str(words["order"] or "") for phrase in words[key]}
    titles = [title for words in languages.values() for title in words["titles"]]
    return Vocabulary(
        omitted=omitted | dict.fromkeys(phrases("media"), "media"),
        deleted=frozenset(phrases("deleted")),
        edited=frozenset(phrases("edited")),
        attached=frozenset(phrases("attached")),
        missed=frozenset(phrases("missed")),
        talked=frozenset(phrases("talked")),
        notices=tuple(
            unicodedata.normalize("NFKC", phrase).casefold()
            for words in languages.values()
            for phrase in words["notices"]
        ),
        titles=tuple(_title_form(title) for title in titles),
        order_of=order_of,
    )


def _title_form(title: str) -> re.Pattern[str]:
    before, after = (re.escape(part).replace(r"\ ", "[ _]") for part in title.split("{}"))
    return re.compile(rf"{before}(.+?){after}(?: ?\(\d+\))?", re.I)


def chat_title(file_stem: str) -> str | None:
    """'WhatsApp Chat with Jo (1)' -> 'Jo'; None when the name has no known form."""
    name = unicodedata.normalize("NFC", _DIRECTION.sub("", file_stem)).strip()
    for form in vocabulary().titles:
        if found := form.fullmatch(name):
            return found[1].strip()
    return None


def is_notice(text: str) -> bool:
    """Whether the app's own sentences are in this text."""
    plain = unicodedata.normalize("NFKC", _DIRECTION.sub("", text)).casefold()
    return any(part in plain for part in vocabulary().notices)


def usual_order(text: str) -> str | None:
    """How phones date that write such a line; None when its language does not tell."""
    plain = folded(text.strip().strip("<>"))
    words = vocabulary().order_of
    if plain in words:
        return words[plain] or None
    if len(plain) > 40:
        return next((order for part, order in words.items() if part in plain and order), None)
    return None


def read_marks(raw: str) -> Said:
    """The text of one message, as exported -> what its author said."""
    own_words = raw.startswith(OWN_WORDS)
    text, edited = _without_edit_mark(raw)
    text = text.removeprefix(OWN_WORDS)
    said = _file(text) or _instead(text, own_words=own_words)
    if said is not None:
        return replace(said, edited=edited)
    if own_words:
        known = is_notice(text)
        return Said("other", text, "notice", notice=known, strange=not known)
    if _PLACE.match(text):
        return Said("other", text, "place", edited=edited)
    if _POLL.match(text):
        return Said("other", text, "poll", edited=edited)
    return Said("text", text, edited=edited)


def _without_edit_mark(raw: str) -> tuple[str, bool]:
    text, inside = _last_angle(raw)
    if folded(inside) in vocabulary().edited:
        return text.rstrip(OWN_WORDS + " \n"), True
    return raw, False


def _last_angle(text: str) -> tuple[str, str]:
    """'before <inside>' -> ('before ', 'inside'); ('', '') where the text ends otherwise."""
    ended = text.rstrip()
    if not ended.endswith(">"):
        return "", ""
    before, angle, inside = ended[:-1].rpartition("<")
    return (before, inside) if angle and len(inside) < 300 else ("", "")


def _file(text: str) -> Said | None:
    """A file that was attached or left out, with its caption."""
    words = vocabulary()
    if text.startswith("<") and (found := _BRACKETED.fullmatch(text)):
        kind = words.omitted.get(folded(found["words"]))
        if kind is not None:
            return Said("other" if kind == "media" else kind, found["caption"] or "", "media")
    if (found := _ANDROID_FILE.fullmatch(text)) and (
        folded(found["word"]) in words.attached or _APP_FILE.fullmatch(found["file"])
    ):
        return Said(_kind_of_file(found["file"]), found["caption"] or "", "media")
    before, inside = _last_angle(text)
    if found := _NAMED_FILE.fullmatch(inside):
        return Said(_kind_of_file(found["file"]), before.rstrip(OWN_WORDS + " \n"), "media")
    caption, mark, last = text.rpartition(OWN_WORDS)
    kind = words.omitted.get(folded(last))
    if kind is not None:
        caption = _DIRECTION.sub("", caption).strip() if mark else ""
        if kind == "document" and " • " in caption:
            caption = ""  # the file's name and length, not words of the author
        return Said("other" if kind == "media" else kind, caption, "media")
    return None


def _kind_of_file(name: str) -> str:
    upper = name.upper()
    for word, kind in (("-PHOTO-", "image"), ("-VIDEO-", "video"), ("-AUDIO-", "audio")):
        if word in upper:
            return kind
    if "-STICKER-" in upper or upper.startswith("STK-"):
        return "sticker"
    return _KIND_OF_EXTENSION.get(name.rpartition(".")[2].lower(), "document")


def _instead(text: str, *, own_words: bool) -> Said | None:
    """A message that was taken back, or a call."""
    if "\n" in text or len(text) > 120:
        return None
    plain, words = folded(text), vocabulary()
    if plain in words.deleted or plain.startswith("this message was deleted by admin "):
        return Said("other", "", "deleted")
    first = re.split(r"[,.،、]| - |\s·\s", plain)[0].strip()
    if first in words.missed or (own_words and first in words.talked):
        return Said("call", "", "call")
    return None
