"""What the app writes in place of files, calls, deleted and edited messages, in many languages."""

from __future__ import annotations

import pytest

from warmlist.intake.chat_export.marks import chat_title, read_marks, vocabulary

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<Media omitted>", "other"),
        ("<Medien ausgeschlossen>", "other"),
        ("<Media omessi>", "other"),
        ("<Multimedia omitido>", "other"),
        ("<Mídia oculta>", "other"),
        ("<Médias omis>", "other"),
        ("<省略多媒体文件>", "other"),
        ("<忽略多媒體檔>", "other"),
        ("<تم استبعاد الوسائط>", "other"),
        ("<मीडिया के बिना>", "other"),
        ("<Media tidak disertakan>", "other"),
        ("<Medya dahil edilmedi>", "other"),
        ("<Без медиафайлов>", "other"),
        ("<メディアは含まれていません>", "other"),
        ("\u200eimage omitted", "image"),
        ("\u200eBild weggelassen", "image"),
        ("\u200eimmagine omessa", "image"),
        ("\u200eimagen omitida", "image"),
        ("\u200eimagem ocultada", "image"),
        ("\u200eimage absente", "image"),
        ("\u200e图像已忽略", "image"),
        ("\u200eلم يتم إدراج الصورة", "image"),
        ("\u200egambar tidak disertakan", "image"),
        ("\u200egörüntü dahil edilmedi", "image"),
        ("\u200eизображение отсутствует", "image"),
        ("\u200e画像は含まれていません", "image"),
        ("\u200eफ़ोटो हटाई गई", "image"),
        ("\u200evideo omesso", "video"),
        ("\u200eaudio omitted", "audio"),
        ("\u200eÇıkartma dahil edilmedi", "sticker"),
        ("\u200eGIF omitted", "image"),
        ("listino.pdf • \u200e2 pagine \u200edocumento omesso", "document"),
        ("IMG-20240315-WA0001.jpg (file attached)", "image"),
        ("VID-20240315-WA0002.mp4 (Datei angehängt)", "video"),
        ("PTT-20240315-WA0003.opus (file allegato)", "audio"),
        ("STK-20240315-WA0004.webp (archivo adjunto)", "sticker"),
        ("DOC-20240315-WA0005.pdf (in a language unheard of)", "document"),
        ("报价单 2024.xlsx (文件附件)", "document"),
        ("Jo.vcf (arquivo anexado)", "other"),
        ("\u200e<attached: 00000012-PHOTO-2024-03-15-18-05-09.jpg>", "image"),
        ("\u200e<Anhang: 00000013-AUDIO-2024-03-15-18-05-09.opus>", "audio"),
        ("\u200e<allegato: 00000014-STICKER-2024-03-15-18-05-09.webp>", "sticker"),
        ("\u200e<pièce jointe : 00000015-devis.pdf>", "document"),
        ("\u200e<附件：00000016-VIDEO-2024-03-15-18-05-09.mp4>", "video"),
    ],
)
def test_a_file_is_known_by_its_kind(text, kind):
    said = read_marks(text)
    assert (said.kind, said.mark, said.text) == (kind, "media", "")
    assert not said.notice


@pytest.mark.parametrize(
    "text",
    [
        "<Media omitted>\nquesto in blu?",
        "IMG-20240315-WA0001.jpg (file allegato)\nquesto in blu?",
        "questo in blu? \u200e<allegato: 00000012-PHOTO-2024-03-15-18-05-09.jpg>",
        "questo in blu? \u200eimmagine omessa",
    ],
)
def test_a_caption_stays_the_text(text):
    assert read_marks(text).text == "questo in blu?"


@pytest.mark.parametrize(
    "text",
    [
        "This message was deleted", "You deleted this message.",
        "This message was deleted by admin Li.", "Diese Nachricht wurde gelöscht.",
        "Questo messaggio è stato eliminato.", "Eliminaste este mensaje.", "Mensagem apagada",
        "Ce message a été supprimé", "此消息已删除", "تم حذف هذه الرسالة", "यह मैसेज डिलीट किया गया",
        "Pesan ini telah dihapus", "Bu mesaj silindi.", "Данное сообщение удалено",
        "このメッセージは削除されました",
    ],
)  # fmt: skip
def test_a_deleted_message_has_no_text(text):
    for written in (text, f"\u200e{text}"):
        said = read_marks(written)
        assert (said.kind, said.mark, said.text) == ("other", "deleted", "")


@pytest.mark.parametrize(
    "mark",
    [
        "<This message was edited>", "<Diese Nachricht wurde bearbeitet.>",
        "<Questo messaggio è stato modificato>", "<Se editó este mensaje.>", "<Mensagem editada>",
        "<Ce message a été modifié>", "<此消息已编辑>", "<Bu mesaj düzenlendi>",
        "<تم تعديل هذه الرسالة>", "<Pesan ini diedit>", "<Сообщение изменено>",
    ],
)  # fmt: skip
def test_an_edited_message_loses_the_mark_and_keeps_its_text(mark):
    for between in (" ", " \u200e", "\u200e"):
        said = read_marks(f"40 € statt 50{between}{mark}")
        assert (said.text, said.edited, said.kind) == ("40 € statt 50", True, "text")


@pytest.mark.parametrize(
    "text",
    ["Missed voice call", "\u200eVerpasster Videoanruf", "\u200eVoice call, \u200e5 min",
     "\u200eVideochiamata persa", "\u200e未接语音通话", "\u200eCevapsız sesli arama."],
)  # fmt: skip
def test_a_call_is_a_call(text):
    assert read_marks(text).kind == "call"


@pytest.mark.parametrize(
    "text",
    ["Hello <b>there</b>", "videochiamata", "Voice call", "a (b)", "null", "x.y", "<3", "image",
     "voice call me tomorrow please, it is about the order of last week", "5 < 6 > 4", "",
     "I deleted this message", "see list.pdf (page 3 of it)"],
)  # fmt: skip
def test_ordinary_text_is_left_alone(text):
    said = read_marks(text)
    assert (said.kind, said.text, said.mark, said.edited) == ("text", text, "", False)


def test_words_of_the_app_that_are_not_known_are_strange_but_kept():
    said = read_marks("\u200eEtwas ganz Neues")
    assert (said.kind, said.text, said.strange) == ("other", "Etwas ganz Neues", True)


def test_a_place_and_a_poll_are_no_plain_text():
    assert read_marks("location: https://maps.google.com/?q=45.1,9.2").mark == "place"
    assert read_marks("Posizione: https://maps.google.com/?q=45.1,9.2").mark == "place"
    assert read_marks("POLL:\nBlau?\nOPTION: ja (1 vote)").mark == "poll"


@pytest.mark.parametrize(
    ("stem", "title"),
    [
        ("WhatsApp Chat with Anna Rossi", "Anna Rossi"),
        ("WhatsApp Chat - Anna", "Anna"),
        ("WhatsApp Chat with Anna (1)", "Anna"),
        ("WhatsApp_Chat_with_Anna", "Anna"),
        ("WhatsApp Chat mit +49 151 1234567", "+49 151 1234567"),
        ("Chat WhatsApp con Anna", "Anna"),
        ("Chat de WhatsApp con Anna", "Anna"),
        ("Conversa do WhatsApp com Anna", "Anna"),
        ("Discussion WhatsApp avec Anna", "Anna"),
        ("与王先生的 WhatsApp 聊天", "王先生"),
        ("Anna ile WhatsApp Sohbeti", "Anna"),
        ("Чат WhatsApp с Анна", "Анна"),
        ("_chat", None),
        ("orders", None),
    ],
)
def test_the_name_of_the_file_tells_the_name_of_the_chat(stem, title):
    assert chat_title(stem) == title


def test_no_phrase_means_two_things():
    words = vocabulary()
    assert not set(words.omitted) & words.deleted
    assert not set(words.omitted) & words.edited
