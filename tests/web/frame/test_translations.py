"""The English catalogue covers every Chinese text of the pages, and its compiled form is the current one."""

from __future__ import annotations

from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

WEB = Path(__file__).resolve().parents[3] / "service" / "web"
CATALOGUE = WEB / "translations" / "en" / "LC_MESSAGES"
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


def test_every_text_of_the_pages_is_in_the_english_catalogue() -> None:
    found = extract_from_dir(WEB, METHODS, keywords=KEYWORDS)
    texts = {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}
    with (CATALOGUE / "messages.po").open("rb") as file:
        translated = {
            message.id[0] if isinstance(message.id, tuple) else message.id
            for message in read_po(file)
            if message.id and message.string and not message.fuzzy
        }

    missing = sorted(texts - translated)

    assert missing == []


def test_the_compiled_catalogue_is_the_current_one() -> None:
    with (
        (CATALOGUE / "messages.po").open("rb") as written,
        (CATALOGUE / "messages.mo").open("rb") as compiled,
    ):
        source = {read_text(message.id): read_text(message.string) for message in read_po(written)}
        in_use = {read_text(message.id): read_text(message.string) for message in read_mo(compiled)}

    assert {**source, "": ""} == {**in_use, "": ""}


def read_text(words: str | list[str] | tuple[str, ...]) -> str:
    return words if isinstance(words, str) else "|".join(words)
