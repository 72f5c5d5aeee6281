"""Reads the text of one file from standard input and writes it as JSON: a program of its own, under limits.

    python -m service.documents.read_file_text docx|xlsx|pdf|txt < file

Ends with 1 for a file that cannot be read, and by a signal when it goes beyond its limits.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator

from lxml import etree
from pypdf import PdfReader

from service.documents.file_text import MAX_CHARACTERS, MAX_PAGES

MEMORY = 1024**3
PROCESSOR_SECONDS = 10
_WORD_PARTS = (
    "word/document",
    "word/header",
    "word/footer",
    "word/footnotes",
    "word/endnotes",
    "word/comments",
)

Read = tuple[Iterator[str], str]


def read_docx(data: bytes) -> Read:
    """Read the paragraphs of a document, its headers, footers, notes and comments."""
    return _read_parts(data, _WORD_PARTS, paragraph="p", texts=("t", "delText")), ""


def read_xlsx(data: bytes) -> Read:
    """Read the cells of a workbook, a line each."""
    parts = ("xl/sharedStrings", "xl/worksheets/", "xl/comments")
    return _read_parts(data, parts, paragraph="si|c|comment", texts=("t", "v")), ""


def read_pdf(data: bytes) -> Read:
    """Read the pages of a PDF, the first so many of them."""
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return iter(()), "encrypted"
    problem = "cut" if len(reader.pages) > MAX_PAGES else ""
    return (page.extract_text() for page in reader.pages[:MAX_PAGES]), problem


def read_txt(data: bytes) -> Read:
    """Read a plain text in UTF-8 or GB 18030."""
    try:
        return iter([data.decode("utf-8-sig")]), ""
    except UnicodeDecodeError:
        return iter([data.decode("gb18030")]), ""


READERS: dict[str, Callable[[bytes], Read]] = {
    "docx": read_docx,
    "xlsx": read_xlsx,
    "pdf": read_pdf,
    "txt": read_txt,
}


def main(kind: str) -> None:
    """Read standard input and write what was found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    logging.disable()  # the library's remarks about a file are nobody's business
    pieces, problem = READERS[kind](sys.stdin.buffer.read())
    text = ""
    for piece in pieces:
        text += piece + "\n"
        if len(text) > MAX_CHARACTERS:
            problem = "cut"
            break
    if not (text.strip() or problem):
        problem = "no-text"
    json.dump({"text": text[:MAX_CHARACTERS], "problem": problem}, sys.stdout)


def _read_parts(
    data: bytes, parts: tuple[str, ...], *, paragraph: str, texts: tuple[str, ...]
) -> Iterator[str]:
    """Yield the text of every paragraph: a number cut into several runs is whole again."""
    ends = set(paragraph.split("|"))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            if name.startswith(parts) and name.endswith(".xml"):
                with package.open(name) as part:
                    yield from _read_markup(part, ends, texts)


def _read_markup(part: object, ends: set[str], texts: tuple[str, ...]) -> Iterator[str]:
    pieces: list[str] = []
    # a comment would end the text of its element here, and Word shows what follows it
    bare = {"remove_comments": True, "remove_pis": True}
    events = etree.iterparse(
        part, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, **bare
    )
    for _event, element in events:
        name = etree.QName(element).localname
        if name in texts and element.text:
            pieces.append(element.text)
        elif name in ends and pieces:
            yield "".join(pieces)
            pieces = []
        if name in ends or name in texts:
            element.clear()
    if pieces:
        yield "".join(pieces)


if __name__ == "__main__":
    main(sys.argv[1])
