"""Photos of a nomination: real JPEGs of the size the notice asks for, stored without their metadata."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from service.documents.images import MAX_PIXELS, clean_image, require_kind
from service.errors import Invalid

MAX_BYTES = 20_000_000
MIN_SIDE = 100


@dataclass(frozen=True, kw_only=True)
class PhotoRule:
    """What one photo slot takes."""

    label: str  #: as the page names it: 免冠彩照, 工作照
    min_bytes: int = 0  #: “1M以上”; see requirements A-02 for why it only warns for the portrait
    min_is_error: bool = False
    max_bytes: int = MAX_BYTES
    max_pixels: int = MAX_PIXELS


@dataclass(frozen=True, kw_only=True)
class PhotoInfo:
    """A checked photo. ``data`` is the picture encoded anew: no EXIF, no place, nothing appended."""

    data: bytes
    sha256: str  #: of data
    width: int
    height: int
    original_size: int  #: bytes as uploaded: what min_bytes was held against
    warnings: tuple[str, ...] = ()


def check_photo(data: bytes, rule: PhotoRule) -> PhotoInfo:
    """Check an uploaded photo and encode it anew, turned upright."""
    warnings = _check_size(data, rule)
    picture = clean_image(data, "JPEG", rule.label, max_pixels=rule.max_pixels)
    if min(picture.width, picture.height) < MIN_SIDE:
        raise Invalid(
            f"{rule.label}只有 {picture.width}×{picture.height} 像素，无法印制。请上传更清晰的照片。"
        )
    return PhotoInfo(
        data=picture.data,
        sha256=hashlib.sha256(picture.data).hexdigest(),
        width=picture.width,
        height=picture.height,
        original_size=len(data),
        warnings=warnings,
    )


def _check_size(data: bytes, rule: PhotoRule) -> tuple[str, ...]:
    if not data:
        raise Invalid(f"{rule.label}是空文件，请重新选择。")
    require_kind(data, "JPEG", rule.label)  # of a small text file named .jpg the size is not what is wrong
    if len(data) > rule.max_bytes:
        raise Invalid(
            f"{rule.label}有 {_megabytes(len(data))}，超过上限 {_megabytes(rule.max_bytes)}，请压缩后再上传。"
        )
    if len(data) >= rule.min_bytes:
        return ()
    sentence = f"{rule.label}有 {_megabytes(len(data))}，通知要求 {_megabytes(rule.min_bytes)} 以上"
    if rule.min_is_error:
        raise Invalid(f"{sentence}，请上传未经压缩的原图。")
    return (f"{sentence}；如有更清晰的原图，请换上。",)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.2f}".rstrip("0").rstrip(".") + " MB"
