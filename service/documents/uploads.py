"""What may be attached to a nomination besides photos: documents, plain text, scans, checked by content."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from service.documents.file_text import TXT, XLSX
from service.documents.images import clean_image
from service.documents.packages import UnsafePackage, check_package
from service.errors import Invalid

MAX_BYTES = 20_000_000
MAX_NAME, MAX_SUFFIX = 120, 20
#: extension to media type; several extensions may mean one type
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": XLSX,
    "txt": TXT,
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
}
_NAMES = {
    "application/pdf": "PDF（.pdf）",
    MEDIA_TYPES["docx"]: "Word（.docx）",
    XLSX: "Excel（.xlsx）",
    TXT: "纯文本（.txt）",
    "image/jpeg": "照片（.jpg）",
    "image/png": "图片（.png）",
}
_PDF_TAIL = 4096  # the end mark may be followed by a few stray bytes


@dataclass(frozen=True, kw_only=True)
class AttachmentInfo:
    """A checked attachment, ready to be stored."""

    name: str  #: file name without folders or control characters
    content_type: str
    data: bytes  #: what to store: as uploaded, or a picture encoded anew
    sha256: str  #: of data


def check_attachment(
    data: bytes, name: str, types: Collection[str] = tuple(_NAMES), *, max_bytes: int = MAX_BYTES
) -> AttachmentInfo:
    """Check a file against the media types a slot takes: its content must be what its name says."""
    clean = clean_name(name)
    content_type = MEDIA_TYPES.get(PurePosixPath(clean).suffix.lower().removeprefix("."), "")
    if content_type not in types:
        accepted = "、".join(_NAMES[kind] for kind in _NAMES if kind in types)
        raise Invalid(f"“{clean}”不能接收：此处只收 {accepted}，请转换后再上传。")
    if not data:
        raise Invalid(f"“{clean}”是空文件，请重新选择。")
    if len(data) > max_bytes:
        raise Invalid(
            f"“{clean}”有 {len(data) / 1e6:.1f} MB，超过上限 {max_bytes / 1e6:.0f} MB，请压缩后再上传。"
        )
    kept = _check_content(data, content_type, clean)
    return AttachmentInfo(
        name=clean, content_type=content_type, data=kept, sha256=hashlib.sha256(kept).hexdigest()
    )


def clean_name(name: str) -> str:
    """Return a file name that is only a name: no folders, no control or direction marks, not too long."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    path = PurePosixPath(kept.strip(". ") or "未命名")
    suffix = path.suffix[:MAX_SUFFIX]
    return path.stem[: MAX_NAME - len(suffix)] + suffix


def _check_content(data: bytes, content_type: str, name: str) -> bytes:
    if content_type == MEDIA_TYPES["pdf"]:
        _check_pdf(data)
    elif content_type == MEDIA_TYPES["docx"]:
        check_package(data, "docx")
    elif content_type == XLSX:
        check_package(data, "xlsx")
    elif content_type == TXT:
        _check_plain_text(data)
    else:
        return clean_image(data, "PNG" if content_type == "image/png" else "JPEG", f"“{name}”").data
    return data


def _check_plain_text(data: bytes) -> None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            words = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in words:
            return
    raise UnsafePackage("这不是纯文本文件（.txt），请另存为 UTF-8 编码的纯文本后再上传。")


def _check_pdf(data: bytes) -> None:
    if not data.startswith(b"%PDF-"):
        raise UnsafePackage("这不是 PDF 文件（内容与扩展名不符），请重新导出后上传。")
    if b"%%EOF" not in data[-_PDF_TAIL:]:
        raise UnsafePackage("PDF 文件不完整，可能上传中断，请重新上传。")
