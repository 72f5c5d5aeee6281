"""Taking a file that was handed in leaves a line: who took it, whose it is and what for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from service.models import Attachment, HistoryEvent
from service.programmes.privacy.disclosures import EXPORTS
from service.workflow.context import Context
from tests.web.browser import Browser


def exported(ctx: Context) -> list[tuple[str, dict[str, Any]]]:
    query = select(HistoryEvent).where(HistoryEvent.stream == EXPORTS).order_by(HistoryEvent.id)
    return [(event.kind, dict(event.details)) for event in ctx.session.scalars(query)]


def test_a_download_is_noted_and_a_picture_looked_at_in_place_is_not(
    browse: Callable[..., Browser], ctx: Context
) -> None:
    photo = ctx.session.scalars(select(Attachment).where(Attachment.content_type == "image/jpeg")).first()
    assert photo is not None
    browser = browse("shiwei")

    statuses = [
        browser.get(f"/attachments/{photo.id}{way}").status for way in ("?inline=1", "/thumbnail", "")
    ]

    ctx.session.rollback()
    assert statuses == [200, 200, 200]
    [(kind, details)] = exported(ctx)
    assert (kind, details) == (
        "file.downloaded",
        {
            "nomination": photo.nomination_id,
            "paper": photo.slot,
            "purpose": "办理时下载",
            "receiver": "演示-市委青年发展部",
        },
    )
