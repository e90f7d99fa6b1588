"""What the pages say is there: links lead somewhere, commands exist, files are where they are said."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from babel import Locale
from typer.testing import CliRunner

from docs.pages import ROOT, anchors, fences, pages, prose
from warmlist.cli import cli
from warmlist.settings import PREFIX, SECRETS, Settings
from warmlist.understanding.lexicon.files import LANGUAGES

pytestmark = pytest.mark.unit

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_WORD = re.compile(r"`([^`\n]+)`")
#: Paths of a machine, and what belongs to no reader: home folders, temporary ones, real addresses.
_PRIVATE = re.compile(
    r"(?<![\w.-])/(?:work|tmp|home|root|Users)/|@(?!example\.|db\.example\.)[\w-]+\.(?:com|org|net)"
)
_PHONE = re.compile(r"\+\d{8,}")
#: Invented people of the examples.
PHONES = {"+393331234567", "+447400123456", "+393477654321"}
_MAKE = re.compile(r"^([a-z]+):", re.MULTILINE)


def links() -> Iterator[tuple[str, str]]:
    for page, text in pages().items():
        yield from ((page, link) for link in _LINK.findall(prose(text)))


def test_every_internal_link_leads_somewhere() -> None:
    wrong = []
    for page, link in links():
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists():
            wrong.append(f"{page}: {link}")
        elif anchor and anchor not in anchors(target.read_text("utf-8")):
            wrong.append(f"{page}: {link}: no such heading")
    assert not wrong, "\n".join(wrong)


def test_every_page_can_be_reached_from_the_index() -> None:
    reached = {
        str(((ROOT / page).parent / link.partition("#")[0]).resolve().relative_to(ROOT.resolve()))
        for page, link in links()
        if page in ("README.md", "CHANGELOG.md", "docs/index.md") and "://" not in link
    }
    assert not set(pages()) - reached - {"README.md"}


def commands() -> Iterator[tuple[str, list[str]]]:
    """(page, words) of every command line of ours in a block of shell."""
    for fence in fences("sh"):
        for line in fence.text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while words and "=" in words[0]:
                words = words[1:]
            if words and words[0] in ("warmlist", "make"):
                yield fence.page, words


def test_every_command_in_the_pages_exists_with_its_options() -> None:
    targets = set(_MAKE.findall((ROOT / "Makefile").read_text("utf-8")))
    found = list(commands())
    assert len(found) > 30
    for page, words in found:
        if words[0] == "make":
            assert words[1] in targets, f"{page}: {' '.join(words)}"
            continue
        command = typer.main.get_command(cli)
        rest = words[1:]
        while hasattr(command, "commands"):
            assert set(rest[:1]) & set(command.commands), f"{page}: {' '.join(words)}"
            command, rest = command.commands[rest[0]], rest[1:]
        options = {o for p in command.params for o in getattr(p, "opts", ())} | {"--help"}
        given = {word.partition("=")[0] for word in rest if word.startswith("--")}
        assert given <= options, f"{page}: {' '.join(words)}"


def test_every_command_tells_its_help() -> None:
    groups = typer.main.get_command(cli).commands
    ours = [words for _, words in commands() if words[0] == "warmlist"]
    for line in {tuple(w[1:3] if hasattr(groups[w[1]], "commands") else w[1:2]) for w in ours}:
        result = CliRunner().invoke(cli, [*line, "--help"])
        assert result.exit_code == 0, line
        assert "Example:" in result.output


def test_every_setting_named_in_the_pages_is_one() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS}
    for page, text in pages().items():
        named = set(re.findall(r"WARMLIST_[A-Z_]+[A-Z]", text)) - {"WARMLIST_TEST"}
        assert named <= known, page


def test_every_file_that_a_page_names_is_there() -> None:
    endings = (".py", ".sql", ".yaml", ".txt")
    package = ROOT / "src/warmlist"
    made = {"own.yaml"}  # by the reader, in the tutorial
    wrong = []
    for page, text in pages().items():
        for word in _WORD.findall(prose(text)):
            if (
                not word.endswith(endings)
                or word.startswith((".", "Plan.", "my-rules/"))
                or "*" in word
                or " " in word
                or word.endswith(tuple(made))
            ):
                continue
            places = (ROOT / word, package / word, package / "packs/chat_sales" / word,
                      package / "facts/streams" / word)  # fmt: skip
            if not any(place.exists() for place in places):
                wrong.append(f"{page}: {word}")
    assert not wrong, "\n".join(wrong)


def test_the_architecture_tells_of_every_part_of_the_house() -> None:
    text = pages()["docs/architecture.md"]
    parts = {p.name + "/" if p.is_dir() else p.name for p in (ROOT / "src/warmlist").iterdir()}
    parts = {p for p in parts if p.endswith(("/", ".py"))}
    missing = {p for p in parts if not p.startswith("__") and f"`{p}`" not in text}
    has_code = {
        p for p in missing
        if not p.endswith("/") or any((ROOT / "src/warmlist" / p).rglob("*.py"))
    }  # fmt: skip
    assert not has_code


def test_the_glossary_has_each_word_once_and_in_order() -> None:
    words = re.findall(r"^### (.+)$", pages()["docs/glossary.md"], re.MULTILINE)
    assert words == sorted(set(words))
    fixed = (
        "delivery event customer handle signal fact rule label dimension pack assignment evidence "
        "playbook follow-up guard refusal send attempt receipt holdout position spine stream recheck "
        "mirror standing tag finding segment operation"
    )
    assert set(words) == set(fixed.split())


def test_no_page_holds_a_path_of_a_machine_or_a_person() -> None:
    for page, text in pages().items():
        assert not _PRIVATE.search(text), f"{page}: {_PRIVATE.search(text)}"
        assert set(_PHONE.findall(text)) <= PHONES, page


def test_pages_are_short_enough_to_read() -> None:
    """Tables aside, a page is read in one go, and its lines fit beside another window."""
    for page, text in pages().items():
        by_hand = re.sub(
            r"<!-- (begin|measured) .*?<!-- (end [\w-]+|/measured) -->", "", text, flags=re.DOTALL
        )
        long = [
            line for line in prose(by_hand).splitlines()
            if len(line) > 115 and not line.lstrip().startswith(("|", "![", "- ", "1", "2", "3"))
        ]  # fmt: skip
        assert not long, f"{page}: {long[0]}"
        assert len(prose(by_hand).splitlines()) < 200, page


def test_the_readme_names_the_languages_that_are_read() -> None:
    sentence = next(s for s in pages()["README.md"].split(". ") if "Messages are read in" in s)
    assert all(Locale(language).english_name in sentence for language in LANGUAGES)
    assert len(re.findall(r"[A-Z][a-z]+(?:ese|ish|ian|man)", sentence)) == len(LANGUAGES)


def test_the_licence_is_there() -> None:
    licence = Path(ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
