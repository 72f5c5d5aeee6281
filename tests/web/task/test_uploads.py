from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from service.models import Attachment, Nomination, UserTask
from service.programmes.demo import made_up
from service.wire import Runtime
from tests.web.browser import Browser

Browse = Callable[..., Browser]


@pytest.fixture
def address(service: Runtime, task_at: Callable[..., int]) -> str:
    """Where the files of a nomination go that is being filled in."""
    task_id = task_at("fill_in_form")
    query = select(Nomination.id).join(UserTask, UserTask.instance_id == Nomination.instance_id)
    with service.wiring.reading() as ctx:
        number = ctx.session.scalars(query.where(UserTask.id == task_id)).one()
    return f"/nominations/{number}/attachments"


def upload(browser: Browser, address: str, slot: str, name: str, data: bytes) -> dict[str, object]:
    boundary, body = encode_multipart({"slot": slot, "file": FileStorage(io.BytesIO(data), name)})
    content_type = f"multipart/form-data; boundary={boundary}"
    page = browser.fetch("POST", address, data=body, content_type=content_type)
    return {"status": page.status, **page.json}


def test_a_photo_goes_in_comes_back_small_and_goes(browse: Browse, address: str) -> None:
    browser = browse("tuanzhibu")

    item = upload(browser, address, "portrait", "证件照.jpg", made_up.photo())

    small = browser.client.get(str(item["thumbnail_url"]))
    assert (item["status"], item["filename"]) == (201, "证件照.jpg")
    with Image.open(io.BytesIO(small.get_data())) as picture:
        assert max(picture.size) <= 240
    assert browser.fetch("DELETE", str(item["delete_url"])).status == 204
    assert browser.get(str(item["thumbnail_url"])).status == 404


def test_a_photo_that_is_lost_is_taken_out(browse: Browse, address: str, tmp_path: Path) -> None:
    browser = browse("tuanzhibu")
    item = upload(browser, address, "portrait", "证件照.jpg", made_up.photo())
    shutil.rmtree(tmp_path / "data/files")

    assert browser.fetch("DELETE", str(item["delete_url"])).status == 204


@pytest.mark.parametrize(("size", "shown"), [((1000, 1400), (643, 900)), ((420, 560), (315, 420))])
def test_a_photo_looked_at_in_place_is_smaller_than_what_is_given_by_download(
    browse: Browse, address: str, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    browser, photo = browse("tuanzhibu"), io.BytesIO()
    Image.new("RGB", size).save(photo, "JPEG")
    item = upload(browser, address, "portrait", "证件照.jpg", photo.getvalue())

    looked_at = browser.client.get(str(item["url"]))
    given = browser.client.get(str(item["url"]).partition("?")[0])

    assert looked_at.headers.get("Content-Disposition") is None
    assert [Image.open(io.BytesIO(answer.get_data())).size for answer in (looked_at, given)] == [shown, size]


def test_a_file_is_given_back_as_a_download_and_never_sniffed(browse: Browse, address: str) -> None:
    browser = browse("tuanzhibu")
    pdf = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    item = upload(browser, address, "details", "事迹材料.pdf", pdf)

    given = browser.client.get(f"{item['url']}?inline=1")

    assert given.headers["Content-Disposition"].startswith("attachment")
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.get_data() == pdf


def test_what_is_no_photo_is_refused_in_a_sentence(browse: Browse, address: str) -> None:
    refused = upload(browse("tuanzhibu"), address, "portrait", "a.jpg", b"<script>alert(1)</script>" * 50000)

    assert refused["status"] == 422
    assert "jpg 格式的照片，此文件不是" in str(refused["message"])


def test_no_file_at_all_is_said(browse: Browse, address: str) -> None:
    assert browse("tuanzhibu").fetch("POST", address, data={"slot": "portrait"}).status == 422


def test_too_large_a_request_gets_a_sentence(browse: Browse, address: str) -> None:
    page = upload(browse("tuanzhibu"), address, "portrait", "a.jpg", b"x" * (33 * 1024 * 1024))

    assert (page["status"], "32 MB" in str(page["message"])) == (413, True)


def test_a_stranger_sees_no_file(browse: Browse, service: Runtime) -> None:
    with service.wiring.reading() as ctx:
        number = ctx.session.scalars(select(Attachment.id)).first()
    stranger = browse("jintan")

    assert stranger.get(f"/attachments/{number}").status == 404
    assert stranger.get(f"/attachments/{number}/thumbnail").status == 404
    assert stranger.fetch("DELETE", f"/attachments/{number}").status == 404


def test_a_photo_is_named_for_what_it_is(browse: Browse, address: str) -> None:
    item = upload(browse("tuanzhibu"), address, "portrait", "证件照.exe", made_up.photo())

    assert item["filename"] == "证件照.exe.jpg"


def test_nothing_of_a_file_stays_in_the_browser(browse: Browse, address: str) -> None:
    """The next file in the slot may get the number of the one that was removed."""
    browser = browse("tuanzhibu")
    item = upload(browser, address, "portrait", "证件照.jpg", made_up.photo())

    answers = [browser.client.get(str(item[key])) for key in ("url", "thumbnail_url")]

    assert [answer.headers["Cache-Control"] for answer in answers] == ["no-store", "no-store"]
