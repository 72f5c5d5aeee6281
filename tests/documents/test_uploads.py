from __future__ import annotations

import hashlib
import io

import docx
import pytest
from PIL import Image

from service.documents.uploads import AttachmentInfo, check_attachment, clean_name
from service.errors import Invalid

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def a_document() -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def test_pdf_is_accepted():
    info = check_attachment(PDF, "参保证明.PDF")

    assert info == AttachmentInfo(
        name="参保证明.PDF",
        content_type="application/pdf",
        data=PDF,
        sha256=hashlib.sha256(PDF).hexdigest(),
    )


def test_word_file_is_accepted():
    info = check_attachment(a_document(), "详细材料.docx")

    assert (info.name, info.content_type.rsplit(".", 1)[-1]) == ("详细材料.docx", "document")


def test_picture_is_encoded_anew():
    out = io.BytesIO()
    Image.new("RGBA", (200, 100), (255, 0, 0, 128)).save(out, "PNG")

    info = check_attachment(out.getvalue() + b"<?php ?>", "扫描件.png")

    again = Image.open(io.BytesIO(info.data))
    assert (info.content_type, again.size, again.mode, b"php" in info.data) == (
        "image/png",
        (200, 100),
        "RGB",
        False,
    )


def test_type_the_slot_does_not_take_is_refused():
    with pytest.raises(Invalid, match=r"此处只收 PDF（[.]pdf），请转换后再上传"):
        check_attachment(a_document(), "材料.docx", ("application/pdf",))


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "a.pdf", "空文件"),
        (PDF, "a.exe", "此处只收 PDF"),
        (PDF, "a", "此处只收 PDF"),
        (PDF, "a.docx", "这不是完好的 Word 文件"),
        (b"MZ\x90\x00", "a.pdf", "内容与扩展名不符"),
        (PDF[:30], "a.pdf", "不完整"),
        (PDF, "a.png", "须为 png 格式"),
        (PDF * 300_000, "a.pdf", "超过上限 20 MB"),
    ],
    ids=["empty", "program", "bare", "swapped", "disguised", "cut", "no-picture", "huge"],
)
def test_wrong_attachment_is_refused(data, name, message):
    with pytest.raises(Invalid, match=message):
        check_attachment(data, name)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\材料\\事迹.docx", "事迹.docx"),
        ("a\u202efdp.exe\x00", "afdp.exe"),
        ("..", "未命名"),
        ("", "未命名"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_name_is_only_a_name(name, clean):
    assert clean_name(name) == clean
