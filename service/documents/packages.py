"""Office files as ZIP packages: what they claim to be, and whether they are safe to open."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Literal

from lxml import etree

from service.errors import Invalid

Kind = Literal["docx", "xlsx"]

MAX_ENTRIES = 1_000
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_RATIO = 100  # unpacked to packed
BLOCK = 1024 * 1024
MAX_LISTING_BYTES = 1024 * 1024  # of one .rels file or [Content_Types].xml

MAIN_PARTS: dict[Kind, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
PROGRAMS = {"docx": "Word", "xlsx": "Excel"}
LINK_ADVICE = {
    "docx": "请全选后按 Ctrl+Shift+F9 去掉超链接，或导出为 PDF 再上传。",
    "xlsx": "请选中单元格，右键“取消超链接”后再上传。",
}
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".ole")
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_LONGEST = max(map(len, _DOCTYPES))
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"  # .doc and .xls, and new files that need a password
#: what zipfile, zlib and lxml raise for a file that was cut, changed or made up
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    etree.XMLSyntaxError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


class UnsafePackage(Invalid):
    """The file is not what its name says, or opening it could do harm."""


def check_package(data: bytes, kind: Kind) -> None:
    """Refuse a file that is no such package, unpacks to too much, or carries programs or links.

    Nothing is unpacked before the listing has been judged: a ZIP bomb is refused by its numbers.
    """
    if data.startswith(_OLD_OR_LOCKED):
        raise UnsafePackage(
            "这是旧版格式，或设有打开密码，系统无法核验。"
            f"请取消密码，用 {PROGRAMS[kind]} 或 WPS 另存为 .{kind} 后再上传。"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_listing(package, len(data))
            _check_kind(package, kind)
            _check_parts(package, kind)
    except DAMAGE as broken:
        raise _not_a_package(kind) from broken


def _check_listing(package: zipfile.ZipFile, packed: int) -> None:
    entries = package.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UnsafePackage(
            f"文件内含 {len(entries)} 个部件，超过上限 {MAX_ENTRIES}，不能接收。请另存为新文件再上传。"
        )
    names = [entry.filename.lower() for entry in entries]
    if len(set(names)) < len(names) or any(".." in name.split("/") or "\\" in name for name in names):
        raise UnsafePackage("文件内部的目录不正常（重名或越出目录），不能接收。请另存为新文件再上传。")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnsafePackage("文件解压后超过 50 MB，不能接收。请压缩其中的图片后再上传。")
    # entries that overlap claim more packed bytes than the file has
    claimed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_RATIO * max(claimed, 1) or claimed > packed:
        raise UnsafePackage("文件压缩比异常，疑似压缩炸弹，不能接收。请用 Word 或 Excel 另存后再上传。")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnsafePackage("文件设有打开密码，系统无法核验。请取消密码后再上传。")


def _check_kind(package: zipfile.ZipFile, kind: Kind) -> None:
    if "[Content_Types].xml" not in package.namelist():
        raise _not_a_package(kind)
    types = _parse(_read(package, "[Content_Types].xml"))
    found = {element.get("ContentType", "") for element in types.iter("{*}Override", "{*}Default")}
    if any("macroEnabled" in name or "vbaProject" in name for name in found):
        raise _with_macros(kind)
    if MAIN_PARTS[kind] not in found:
        raise _not_a_package(kind)


def _check_parts(package: zipfile.ZipFile, kind: Kind) -> None:
    for entry in package.infolist():
        name = entry.filename.lower()
        if name.endswith("vbaproject.bin"):
            raise _with_macros(kind)
        if name.endswith(_ARCHIVES) or "/embeddings/" in name or "/activex/" in name:
            raise UnsafePackage(f"文件里嵌有别的文件或控件（{entry.filename}），不能接收。请删除后再上传。")
        if name.endswith(".rels"):
            _check_relationships(_read(package, entry.filename), kind)
        elif name.endswith((".xml", ".vml")):
            _check_markup(package, entry, kind)


def _check_relationships(markup: bytes, kind: Kind) -> None:
    for link in _parse(markup).iter("{*}Relationship"):
        if link.get("TargetMode", "").lower() == "external":
            target = link.get("Target", "")[:80]
            raise UnsafePackage(f"文件里有指向外部的链接（{target}），不能接收。{LINK_ADVICE[kind]}")


def _check_markup(package: zipfile.ZipFile, entry: zipfile.ZipInfo, kind: Kind) -> None:
    """Look for a DOCTYPE through the whole part: a long comment may stand before it."""
    tail = b""
    with package.open(entry) as part:
        while block := part.read(BLOCK):
            if any(mark in tail + block for mark in _DOCTYPES):
                raise UnsafePackage(
                    f"文件内部含有文档类型声明，不能接收。请用 {PROGRAMS[kind]} 另存后再上传。"
                )
            tail = block[-_LONGEST:]


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    if package.getinfo(name).file_size > MAX_LISTING_BYTES:
        raise UnsafePackage("文件内部的目录过大，不能接收。请另存为新文件再上传。")
    return package.read(name)


def _parse(markup: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(markup, parser)
    if root.getroottree().docinfo.doctype:
        raise UnsafePackage("文件内部含有文档类型声明，不能接收。请另存为新文件再上传。")
    return root


def _with_macros(kind: Kind) -> UnsafePackage:
    return UnsafePackage(f"文件带有宏，不能接收。请在 {PROGRAMS[kind]} 里另存为 .{kind}（不含宏）再上传。")


def _not_a_package(kind: Kind) -> UnsafePackage:
    return UnsafePackage(
        f"这不是完好的 {PROGRAMS[kind]} 文件（.{kind}），不能接收。"
        f"旧格式（.{kind[:-1]}）或改过扩展名的文件，请用 {PROGRAMS[kind]} 或 WPS 另存为 .{kind} 后再上传。"
    )
