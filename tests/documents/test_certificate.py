from __future__ import annotations

import io
from datetime import date

import docx

from service.documents.certificate import make_certificates
from service.documents.packages import check_package
from service.documents.records import CertificateRecord


def a_record(name: str, code: str) -> CertificateRecord:
    return CertificateRecord(
        title="荣誉证书",
        name=f"{name}同志",
        body=["授予“好青年”称号。", "特发此证。"],
        issuer="某市团委",
        day=date(2024, 4, 12),
        number="2024-0001",
        code=code,
        verify_at="https://example.org/public/certificates",
    )


def texts(data: bytes) -> list[list[str]]:
    """A list a certificate: the texts of its four parts."""
    document = docx.Document(io.BytesIO(data))
    return [["|".join(p.text for p in row.cells[0].paragraphs) for row in t.rows] for t in document.tables]


def test_certificate_says_whom_what_by_whom_and_how_it_is_verified() -> None:
    data = make_certificates([a_record("陈示范", "0123 4567 89ab cdef")])

    check_package(data, "docx")
    assert texts(data) == [
        [
            "荣誉证书",
            "陈示范同志：|授予“好青年”称号。|特发此证。",
            "某市团委|2024年4月12日",
            "证书编号：2024-0001    验证码：0123 4567 89ab cdef    查验：https://example.org/public/certificates",
        ]
    ]


def test_each_certificate_begins_a_page_in_the_order_given() -> None:
    data = make_certificates([a_record("陈示范", "a"), a_record("李示例", "b"), a_record("王演示", "c")])

    body = docx.Document(io.BytesIO(data)).element.body.xml
    assert [parts[1].partition("同志")[0] for parts in texts(data)] == ["陈示范", "李示例", "王演示"]
    assert body.count('w:type="page"') == 2


def test_what_xml_cannot_hold_is_left_out() -> None:
    (parts,) = texts(make_certificates([a_record("陈\x00示范", "a")]))

    assert parts[1].startswith("陈示范同志：")
