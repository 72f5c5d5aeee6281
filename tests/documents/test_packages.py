from __future__ import annotations

import io
import os
import zipfile

import docx
import openpyxl
import pytest

from service.documents.packages import MAIN_PARTS, UnsafePackage, check_package

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="{}"/></Types>'
)
EXTERNAL = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="attachedTemplate" Target="http://x.test/a.dotm" TargetMode="External"/>'
    "</Relationships>"
)


def a_document() -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def a_workbook() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def a_package(
    parts: dict[str, bytes | str], *, main: str = MAIN_PARTS["docx"], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        package.writestr("[Content_Types].xml", TYPES.format(main))
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def a_bomb() -> bytes:
    layer = b"0" * 10_000_000
    for _ in range(3):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            for copy in range(16):
                package.writestr(f"{copy}.zip", layer)
        layer = out.getvalue()
    return layer


def test_real_files_are_accepted():
    check_package(a_document(), "docx")
    check_package(a_workbook(), "xlsx")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "这不是完好的 Word 文件"),
        (b"hello", "这不是完好的 Word 文件"),
        (a_document()[:2000], "这不是完好的 Word 文件"),
        (a_workbook(), "这不是完好的 Word 文件"),
        (a_bomb(), "这不是完好的 Word 文件"),
        (a_package({"word/document.xml": b"0" * 1_000_000}), "疑似压缩炸弹"),
        (a_package({f"word/{n}.xml": b"<a/>" for n in range(1_000)}), "超过上限 1000"),
        (a_package({}, main="application/vnd.ms-word.document.macroEnabled.main+xml"), "带有宏"),
        (a_package({"word/vbaProject.bin": b"x"}), "带有宏"),
        (a_package({"word/embeddings/book.xlsx": b"x"}), "嵌有别的文件"),
        (a_package({"word/inner.zip": b"x"}), "嵌有别的文件"),
        (
            a_package({"word/_rels/settings.xml.rels": EXTERNAL}),
            "指向外部的链接（http://x.test/a.dotm）",
        ),
        (a_package({"word/document.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "文档类型声明"),
        (a_package({"word/document.xml": "<!DOCTYPE a><a/>".encode("utf-16")}), "文档类型声明"),
        (a_package({"_rels/.rels": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "文档类型声明"),
        (a_package({"word/document.xml": f"<!--{'x' * 70_000}--><!DOCTYPE a><a/>"}), "疑似压缩炸弹"),
        (
            a_package(
                {"word/document.xml": b"<!--" + os.urandom(70_000).hex().encode() + b"--><!DOCTYPE a><a/>"}
            ),
            "文档类型声明",
        ),
        (a_package({"../evil.xml": "<a/>"}), "重名或越出目录"),
        (a_package({"Word/a.xml": "<a/>", "word/A.xml": "<a/>"}), "重名或越出目录"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版格式，或设有打开密码"),
        (a_package({"_rels/.rels": "<a>"}), "这不是完好的 Word 文件"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_unsafe_package_is_refused(data, message):
    with pytest.raises(UnsafePackage) as refusal:
        check_package(data, "docx")

    assert message in refusal.value.message


def test_package_beyond_50_megabytes_is_refused():
    noise = os.urandom(1_050_000)
    parts = {f"word/media/{n}.png": noise for n in range(50)}

    with pytest.raises(UnsafePackage, match="解压后超过 50 MB"):
        check_package(a_package(parts, method=zipfile.ZIP_STORED), "docx")


def test_damaged_bytes_are_refused_in_words():
    good = a_document()

    for place in range(0, len(good), 997):
        broken = good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :]
        try:
            check_package(broken, "docx")
        except UnsafePackage as refusal:
            assert refusal.message.endswith("。")  # noqa: PT017 - some damage does no harm
