"""Pictures from outside: decoded whole within limits and encoded anew, so that nothing else comes along."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from service.errors import Invalid

MAX_PIXELS = 50_000_000  # a telephone's largest; unpacked it takes 150 MB
MAGIC = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}
QUALITY = 95

#: an unpacked picture takes up to 150 MB; as many at once as there are threads would not fit
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class CleanImage:
    """A picture encoded anew and turned upright: no EXIF, no place, nothing appended."""

    data: bytes
    width: int
    height: int


def clean_image(data: bytes, kind: str, label: str, *, max_pixels: int = MAX_PIXELS) -> CleanImage:
    """Decode a JPEG or PNG (``kind``) and encode it again; ``label`` is what the page calls it."""
    require_kind(data, kind, label)
    with _one_at_a_time:
        picture = _decode(data, kind, label, max_pixels)
        picture.info.clear()  # EXIF, colour profile, comments: what save would write again
        out = io.BytesIO()
        picture.save(out, kind, **({"quality": QUALITY} if kind == "JPEG" else {}))
    return CleanImage(data=out.getvalue(), width=picture.width, height=picture.height)


def require_kind(data: bytes, kind: str, label: str) -> None:
    """Refuse a file that does not even begin like a picture of the kind."""
    if not data.startswith(MAGIC[kind]):
        name = "jpg" if kind == "JPEG" else "png"
        raise Invalid(f"{label}须为 {name} 格式的照片，此文件不是。请用看图软件另存为 {name} 后再上传。")


def _decode(data: bytes, kind: str, label: str, max_pixels: int) -> Image.Image:
    """Decode the whole picture: a file that breaks off half-way fails here, not at the printer's."""
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as source:
            if source.width * source.height > max_pixels:
                raise Invalid(_too_many_pixels(label, max_pixels))
            source.load()
            ImageOps.exif_transpose(source, in_place=True)
            return _on_white(source)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise Invalid(_too_many_pixels(label, max_pixels)) from bomb
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, ArithmeticError, IndexError) as broken:
        raise Invalid(f"{label}文件已损坏或不完整，打不开。请重新导出后再上传。") from broken


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    clear = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def _too_many_pixels(label: str, max_pixels: int) -> str:
    return f"{label}像素超过 {max_pixels // 10_000} 万，不能接收。请缩小尺寸后再上传。"
