"""The inbox: 待办, 已办, 我发起 and 抄送, and the steps that may be done in one go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request
from flask_babel import lazy_gettext as _

from service.models import Round, Stage
from service.programmes import wiring
from service.programmes.domain import FALLBACK_ZONE
from service.programmes.privacy import provision
from service.programmes.registration import confirmations
from service.programmes.round import rounds
from service.web.frame import words
from service.web.frame.numbers import number
from service.workflow.context import Context
from service.workflow.task import tasklist
from service.workflow.task.tasklist import Filter, Page

pages = Blueprint("inbox", __name__)

TABS: dict[str, tuple[Any, Callable[..., Page]]] = {
    "todo": (_("待办"), tasklist.list_todo),
    "signing": (_("加签"), tasklist.list_signing),
    "done": (_("已办"), tasklist.list_done),
    "started": (_("我发起"), tasklist.list_started),
    "copies": (_("抄送"), tasklist.list_copies),
}
#: lists of what is over for the actor: the instance of a row, whose title he may not be told any more
INSTANCES: dict[str, Callable[[Any], int]] = {
    "done": lambda task: task.instance_id,
    "started": lambda instance: instance.id,
    "copies": lambda copy: copy.task.instance_id,
}
DUE = {
    "": _("不限期限"),
    "overdue": _("已逾期"),
    "today": _("24 小时内"),
    "week": _("7 天内"),
    "later": _("以后再办"),
    "recused": _("须回避的"),
}


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A step of a round that the actor may do on one page."""

    round_id: int
    element_id: str
    batch_key: str
    name: str
    category: str
    round_title: str
    open: int


@pages.get("/")
def show() -> str:
    """Show one list of the inbox."""
    ctx: Context = g.ctx
    tab = request.args.get("tab", "todo")
    tab = tab if tab in TABS else "todo"
    narrow = read_filter()
    page = TABS[tab][1](ctx, narrow, page=request.args.get("page", 1, type=number))
    counts = tasklist.count(ctx)
    g.open_count = counts["todo"]  # the bar shows it too
    instances = [INSTANCES[tab](row) for row in page.rows] if tab in INSTANCES else []
    return render_template(
        "inbox.html",
        may_start=tab == "todo" and not page.rows and _may_start(ctx),
        tabs={key: title for key, (title, _list) in TABS.items()},
        tab=tab,
        counts=counts,
        page=page,
        titles=provision.find_titles(ctx, instances),
        narrow=narrow,
        narrowed=narrow != Filter(),
        due_choices=DUE,
        steps=tasklist.list_steps(ctx) if tab == "todo" else [],
        batches=list_batches(ctx) if tab == "todo" else [],
        registered=confirmations.list_waiting(ctx) if tab == "todo" else [],
        outcome_words=words.of_outcomes(ctx, page.rows) if tab == "done" else {},
        zone_of=zone_of,
    )


def read_filter() -> Filter:
    """Read a filter from the address; what is malformed narrows nothing."""
    due = request.args.get("due", "")
    return Filter(
        text=request.args.get("text", "").strip()[:100],
        element_id=request.args.get("step", "")[:120],
        due=cast(Literal["", "overdue", "today", "week", "later", "recused"], due if due in DUE else ""),
    )


def _may_start(ctx: Context) -> bool:
    """Say whether some round takes nominations now, and the actor holds a role that begins them."""
    return any(
        ctx.actor.holds(role)
        for entry in rounds.list_all(ctx)
        if entry.stage == Stage.SUBMISSION
        for start in wiring.pack_of(ctx, entry).programme.starts
        for role in start.roles
    )


def list_batches(ctx: Context) -> list[Batch]:
    """Return the steps that may be done in one go, with the words the page shows."""
    return [
        Batch(
            round_id=row.round_id,
            element_id=row.element_id,
            batch_key=row.batch_key,
            name=row.name,
            category=words.of_category(ctx, row.round_id, row.batch_key),
            round_title=words.of_round(ctx, row.round_id),
            open=row.open,
        )
        for row in tasklist.list_batches(ctx)
        if row.open > 1
    ]


def zone_of(round_id: int | None) -> ZoneInfo:
    """Return the zone of a round's programme."""
    entry = g.ctx.session.get(Round, round_id) if round_id is not None else None
    return wiring.pack_of(g.ctx, entry).programme.zone if entry else FALLBACK_ZONE
