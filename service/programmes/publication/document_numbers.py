"""发文字号 of official papers: given by the organiser when the office has it, and noted in the history."""

from __future__ import annotations

import re

from sqlalchemy import select

from service.errors import Invalid
from service.models import DocumentNumber, Nomination, Notice, Round
from service.programmes.round import rounds
from service.workflow import history
from service.workflow.context import Context

MOST = 60  #: characters
GIVEN = "document.numbered"
#: a year in whatever brackets were at hand; GB/T 9704 sets it in hexagonal ones
_YEAR = re.compile(r"[\[［【（(〔]\s*((?:19|20)[0-9]{2})\s*[\]］】）)〕]")


def give_to_notice(ctx: Context, entry: Round, notice: Notice, number: str) -> None:
    """Keep the number of a published list; an empty one takes it back."""
    found = select(DocumentNumber).where(DocumentNumber.notice_id == notice.id)
    _keep(ctx, entry, ctx.session.scalar(found), number, notice=notice)


def give_to_disqualification(ctx: Context, nomination: Nomination, number: str) -> None:
    """Keep the number of the paper that tells somebody that he lost his place; an empty one takes it back."""
    found = select(DocumentNumber).where(DocumentNumber.nomination_id == nomination.id)
    _keep(ctx, nomination.round, ctx.session.scalar(found), number, nomination=nomination)


def find_of_disqualification(ctx: Context, nomination: Nomination) -> str:
    """Return the number of the paper to somebody who lost his place; empty where none was given."""
    query = select(DocumentNumber.number).where(DocumentNumber.nomination_id == nomination.id)
    return ctx.session.scalar(query) or ""


def _keep(
    ctx: Context,
    entry: Round,
    found: DocumentNumber | None,
    number: str,
    *,
    notice: Notice | None = None,
    nomination: Nomination | None = None,
) -> None:
    rounds.require_organiser(ctx, entry)
    words = _YEAR.sub(r"〔\1〕", " ".join(number.split()))
    if len(words) > MOST:
        raise Invalid("发文字号太长。", fields={"number": f"最多 {MOST} 个字"})
    if not words.isprintable():
        raise Invalid("发文字号写法不对。", fields={"number": "请只填写文字和数字"})
    before = found.number if found is not None else ""
    if words == before:
        return
    if found is None:
        found = DocumentNumber(
            round_id=entry.id,
            notice_id=notice.id if notice else None,
            nomination_id=nomination.id if nomination else None,
        )
        ctx.session.add(found)
    found.number = words
    ctx.session.flush()
    history.record_in(
        ctx, f"round:{entry.id}", GIVEN, round_id=entry.id, notice=notice.id if notice else None,
        nomination=nomination.id if nomination else None, before=before, number=words,
    )  # fmt: skip
