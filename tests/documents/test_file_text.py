"""The text of uploaded files, and what comes of files made to harm."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from service.documents import file_text
from service.documents.file_text import DOCX, PDF, TXT, XLSX, FileText, read_text

NUMBER = "320400199503010010"


def a_document() -> bytes:
    document = Document()
    paragraph = document.add_paragraph("证号")
    for run in (NUMBER[:6], NUMBER[6:14], NUMBER[14:]):
        paragraph.add_run(run)
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.add_table(1, 2).rows[0].cells[1].text = "13812345678"
    return _saved(document.save)


def a_workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["B2"] = NUMBER, 13812345678
    return _saved(book.save)


def a_pdf(*lines: str, password: str = "") -> bytes:
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for line in lines or ("",):
        page = writer.add_blank_page(200, 200)
        if line:
            content = DecodedStreamObject()
            content.set_data(f"BT /F1 12 Tf 10 100 Td ({line}) Tj ET".encode())
            page[NameObject("/Contents")] = writer._add_object(content)
            page[NameObject("/Resources")] = DictionaryObject(
                {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
            )
    if password:
        writer.encrypt(password, algorithm="AES-256")
    return _saved(writer.write)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def test_a_number_cut_into_runs_is_read_whole() -> None:
    read = read_text(a_document(), DOCX)

    assert read.problem == ""
    assert sorted(line for line in read.text.splitlines() if line) == sorted(
        ["内部资料", f"证号{NUMBER}", "13812345678"]
    )


def test_cells_are_read_as_text_and_as_numbers() -> None:
    read = read_text(a_workbook(), XLSX)

    assert {NUMBER, "13812345678"} <= set(read.text.splitlines())


def test_pages_of_a_pdf_are_read() -> None:
    assert read_text(a_pdf(NUMBER, "13812345678"), PDF) == FileText(text=f"{NUMBER}\n13812345678\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_plain_text_is_read_in_the_usual_encodings(encoding: str) -> None:
    assert read_text("电话 13812345678".encode(encoding), TXT).text == "电话 13812345678\n"


def test_a_scan_says_that_it_has_no_text() -> None:
    assert read_text(a_pdf(), PDF) == FileText(text="\n", problem="no-text")


def test_a_locked_file_says_so() -> None:
    assert read_text(a_pdf(NUMBER, password="secret"), PDF).problem == "encrypted"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n garbage \n%%EOF", PDF),
        (b"PK\x03\x04 not a package", DOCX),
        (b"\xff\xfe\xff\xff\x81", TXT),
        (b"", XLSX),
    ],
)
def test_what_is_damaged_is_said_to_be(data: bytes, kind: str) -> None:
    assert read_text(data, kind) == FileText(text="", problem="damaged")


def test_a_document_without_end_is_cut() -> None:
    out = io.BytesIO()
    body = f"<w:p><w:r><w:t>{'字' * 1000}</w:t></w:r></w:p>" * 2000
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "word/document.xml", f'<w:document xmlns:w="urn:w"><w:body>{body}</w:body></w:document>'
        )

    read = read_text(out.getvalue(), DOCX)

    assert (read.problem, len(read.text)) == ("cut", file_text.MAX_CHARACTERS)


def test_entities_and_depth_without_bound_are_damage() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]><d xmlns="urn:w"><p><t>&l9;</t></p></d>'
    deep = "<p>" * 100_000

    assert [_read_part(markup).problem for markup in (bomb, deep)] == ["damaged", "damaged"]


def test_many_pages_are_read_to_a_bound() -> None:
    read = read_text(a_pdf(*["1"] * (file_text.MAX_PAGES + 5)), PDF)

    assert (read.problem, len(read.text.split())) == ("cut", file_text.MAX_PAGES)


def test_a_reader_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_text, "PATIENCE", 0.01)

    assert read_text(a_pdf(NUMBER), PDF) == FileText(text="", problem="slow")


def _read_part(markup: str) -> FileText:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", markup)
    return read_text(out.getvalue(), DOCX)


def test_reader_is_given_no_secret_of_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = tmp_path / "reader"
    reader.write_text('#!/bin/sh\nprintf \'{"text": "read%s", "problem": ""}\' "$XUANSHU_FIELD_KEY"\n')
    reader.chmod(0o700)
    monkeypatch.setenv("XUANSHU_FIELD_KEY", "a secret")
    monkeypatch.setattr(sys, "executable", str(reader))

    assert read_text(b"x", TXT) == FileText(text="read")


@pytest.mark.parametrize("hidden", ["<!--x-->", "<?x?>"])
def test_number_with_a_comment_in_its_middle_is_read_whole(hidden: str) -> None:
    """Word shows the digits on both sides; so must whoever looks for them."""
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    said = f"{NUMBER[:9]}{hidden}{NUMBER[9:]}"
    markup = f"<w:document {names}><w:body><w:p><w:r><w:t>{said}</w:t></w:r></w:p></w:body></w:document>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", markup)

    assert read_text(out.getvalue(), DOCX) == FileText(text=f"{NUMBER}\n")
