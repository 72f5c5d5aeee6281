"""Taking a file that was handed in leaves a line: who took it, whose it is and what for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from service.models import Attachment, HistoryEvent, Nomination, User, UserTask
from service.programmes.privacy.disclosures import EXPORTS
from service.workflow.context import Context
from tests.web.browser import Browser

JPEG = b"\xff\xd8"


def exported(ctx: Context) -> list[tuple[str, dict[str, Any]]]:
    query = select(HistoryEvent).where(HistoryEvent.stream == EXPORTS).order_by(HistoryEvent.id)
    return [(event.kind, dict(event.details)) for event in ctx.session.scalars(query)]


def test_a_download_is_noted_and_a_picture_looked_at_in_place_is_not(
    browse: Callable[..., Browser], ctx: Context
) -> None:
    photo = ctx.session.scalars(select(Attachment).where(Attachment.content_type == "image/jpeg")).first()
    assert photo is not None
    browser = browse("shiwei")

    statuses = [browser.get(f"/attachments/{photo.id}{way}").status for way in ("?inline=1", "/thumbnail")]
    taken = browser.post(
        f"/attachments/{photo.id}", {"receiver": "省委组织处", "purpose": "上报", "note": "复核"}
    )

    ctx.session.rollback()
    assert [*statuses, taken.status] == [200, 200, 200]
    assert taken.response.data[:2] == JPEG
    [(kind, details)] = exported(ctx)
    assert (kind, details) == (
        "file.downloaded",
        {
            "nomination": photo.nomination_id,
            "paper": photo.slot,
            "purpose": "上报：复核",
            "receiver": "省委组织处",
        },
    )


def test_a_photo_is_offered_whole_beside_its_small_picture(
    browse: Callable[..., Browser], ctx: Context, task_at: Callable[..., int]
) -> None:
    task = ctx.session.get_one(UserTask, task_at("recommender_opinion"))
    of_task = select(Attachment.id).join(Nomination, Nomination.id == Attachment.nomination_id)
    photos = ctx.session.scalars(
        of_task.where(
            Nomination.instance_id == task.instance_id, Attachment.content_type == "image/jpeg"
        ).order_by(Attachment.id)
    ).all()

    page = browse("liyang").get(f"/tasks/{task.id}")

    assert sorted(map(int, page.all(r'<p class="mb-1"><a href="/attachments/(\d+)"'))) == photos != []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"receiver": "甲", "purpose": "办理"}, "请写明交给谁使用"),
        ({"receiver": "市人社局"}, "请选择用途：办理、存档、上报、其他"),
        ({"receiver": "市人社局", "purpose": "其他"}, "请写明用途，2 至 100 个字"),
    ],
)
def test_a_download_without_receiver_or_purpose_is_asked_for_them(
    browse: Callable[..., Browser], ctx: Context, said: dict[str, str], told: str
) -> None:
    number = ctx.session.scalars(select(Attachment.id)).first()
    browser = browse("shiwei")

    asked, refused = browser.get(f"/attachments/{number}"), browser.post(f"/attachments/{number}", said)

    ctx.session.rollback()
    assert (asked.status, "交给谁、做什么用，都记入历史" in asked.text) == (200, True)
    assert (refused.status, told in refused.text) == (422, True)
    assert exported(ctx) == []


def test_whoever_handed_a_file_in_takes_it_back_unasked(browse: Callable[..., Browser], ctx: Context) -> None:
    file = ctx.session.scalars(select(Attachment)).first()
    assert file is not None
    file.uploaded_by_id = ctx.session.scalars(select(User.id).where(User.login == "shiwei")).one()
    ctx.session.commit()

    taken = browse("shiwei").get(f"/attachments/{file.id}")

    ctx.session.rollback()
    [(_kind, details)] = exported(ctx)
    assert taken.response.headers["Content-Disposition"].startswith("attachment")
    assert details["purpose"] == "取回本人提交的文件"
