from __future__ import annotations

import io
import os

import pytest
from PIL import Image

from service.errors import Invalid
from service.programmes.rule.photos import PhotoRule, check_photo

PORTRAIT = PhotoRule(label="免冠彩照", min_bytes=1_000_000)
AT_WORK = PhotoRule(label="工作照", min_bytes=1_000_000, min_is_error=True)
ORIENTATION, MAKE = 0x0112, 0x010F


def a_photo(
    width: int = 413, height: int = 579, *, form: str = "JPEG", mode: str = "RGB", **options
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, form, **options)
    return out.getvalue()


def a_noisy_photo() -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", (1000, 1000), os.urandom(1000 * 1000 * 3)).save(out, "JPEG", quality=95)
    return out.getvalue()


def test_photo_is_encoded_anew_without_its_metadata():
    exif = Image.Exif()
    exif[MAKE] = "camera of the made-up person"
    exif[ORIENTATION] = 6
    data = a_photo(300, 200, exif=exif) + b"<?php appended ?>"

    info = check_photo(data, PhotoRule(label="免冠彩照"))

    again = Image.open(io.BytesIO(info.data))
    assert (info.width, info.height, again.size) == (200, 300, (200, 300))
    assert (dict(again.getexif()), b"php" in info.data, info.original_size) == ({}, False, len(data))


def test_small_portrait_only_warns():
    data = a_photo()

    warnings = check_photo(data, PORTRAIT).warnings

    assert warnings == (
        f"免冠彩照有 {len(data) / 1e6:.2f}".rstrip("0").rstrip(".")
        + " MB，通知要求 1 MB 以上；如有更清晰的原图，请换上。",
    )


def test_small_photo_at_work_is_refused():
    with pytest.raises(Invalid, match="通知要求 1 MB 以上，请上传未经压缩的原图"):
        check_photo(a_photo(), AT_WORK)


def test_large_photo_at_work_is_accepted():
    data = a_noisy_photo()

    assert (len(data) > 1_000_000, check_photo(data, AT_WORK).warnings) == (True, ())


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_photo_of_another_colour_mode_becomes_rgb(mode):
    info = check_photo(a_photo(mode=mode), PhotoRule(label="工作照"))

    assert Image.open(io.BytesIO(info.data)).mode == "RGB"


def test_photo_of_a_telephone_with_two_pictures_is_accepted():
    data = a_photo(form="MPO", save_all=True, append_images=[Image.new("RGB", (413, 579))])

    assert check_photo(data, PhotoRule(label="工作照")).width == 413


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "空文件"),
        (a_photo(form="PNG"), "须为 jpg 格式"),
        (a_photo(form="GIF"), "须为 jpg 格式"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "须为 jpg 格式"),
        (b"\xff\xd8\xff" + b"\x00" * 500, "已损坏或不完整"),
        (a_noisy_photo()[:50_000], "已损坏或不完整"),
        (a_photo(40, 40), "只有 40×40 像素"),
        (a_photo(9000, 6000), "像素超过 5000 万"),
        (a_photo(20_000, 10_000, mode="L"), "像素超过 5000 万"),
        (a_photo() + b"\x00" * 20_000_000, "超过上限 20 MB"),
    ],
    ids=["empty", "png", "gif", "svg", "magic-only", "cut", "tiny", "large", "bomb", "heavy"],
)
def test_wrong_photo_is_refused(data, message):
    with pytest.raises(Invalid, match=message):
        check_photo(data, PhotoRule(label="工作照"))


def test_a_small_file_that_is_no_photo_is_told_what_it_is_not() -> None:
    rule = PhotoRule(label="工作照", min_bytes=1_000_000, min_is_error=True)

    with pytest.raises(Invalid, match="此文件不是"):
        check_photo(b"just words", rule)
