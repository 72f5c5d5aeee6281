"""Moving running instances to another version: the plan, its dry run, the order and how far it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from service.errors import Conflict, Invalid, ServiceError
from service.models import ItemStatus
from service.programmes import wiring
from service.programmes.diagram import diagrams, migrations
from service.programmes.pack.packs import Pack
from service.web.admin import migration_forms as forms
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.workflow.context import Context
from service.workflow.migration.records import ItemView, Report, Request, Summary

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("migration_pages", __name__, url_prefix="/modeler/<key>/migrations")

#: rows of a list on a page
SHOWN = 50
MAX_REASON = 500
EVERY = "all"
#: how an instance stands in a dry run, the worst first -> its word, and what an empty list of them means
LEVELS = {
    "blocked": (lazy_gettext("不能迁移"), lazy_gettext("没有不能迁移的实例。")),
    "warn": (lazy_gettext("需要留意"), lazy_gettext("没有需要留意的实例。")),
    "ok": (lazy_gettext("可以迁移"), lazy_gettext("没有可以直接迁移的实例。")),
}


@pages.get("")
def list_orders(key: str) -> str:
    """List the migrations of a programme, and the versions that instances could be moved from."""
    pack = _pack(key)
    return render_template(
        "migrations/list.html",
        pack=pack,
        orders=migrations.list_orders(g.ctx, pack),
        sources=migrations.list_sources(g.ctx, key),
    )


@pages.get("/new")
def plan(key: str) -> str:
    """Propose what becomes of every element, from the newest old version that still runs if none is named."""
    ctx: Context = g.ctx
    pack = _pack(key)
    versions = diagrams.list_versions(ctx, key)
    sources = migrations.list_sources(ctx, key)
    source = request.args.get("source", sources[0].number if sources else 0, type=number)
    target = request.args.get("target", versions[0].number if versions else 0, type=number)
    if not source:
        return render_template("migrations/plan.html", pack=pack, proposal=None)
    return _plan_page(pack, Request(source=source, target=target, plan={}), proposed=True)


@pages.post("/new")
def change(key: str) -> str:
    """Show the plan again as it was tried out, to be changed."""
    return _plan_page(_pack(key), forms.read_request(request.form))


@pages.post("/trial")
def try_out(key: str) -> str:
    """Try a plan out on every instance and report; nothing is written."""
    return _report_page(_pack(key), forms.read_request(request.form))


@pages.post("")
def order(key: str) -> ResponseReturnValue:
    """Order what was tried out. What is refused comes back with a new report."""
    ctx: Context = g.ctx
    pack = _pack(key)
    asked = forms.read_request(request.form)
    tried = request.form.get("plan_hash", "")
    try:
        ordered = migrations.order(ctx, pack, asked, request.form.get("reason", ""), plan_hash=tried)
    except (Conflict, Invalid) as refused:
        ctx.session.rollback()
        return _report_page(pack, asked, refused=refused), status_of(refused)
    flash(_("迁移已经开始，可以离开这个页面。"), "success")
    return redirect(url_for("migration_pages.show", key=key, migration_id=ordered.id))


@pages.get("/<int:migration_id>")
def show(key: str, migration_id: int) -> str:
    """Show how far a migration has come, and what became of each instance."""
    ctx: Context = g.ctx
    pack = _pack(key)
    summary = migrations.get(ctx, pack, migration_id)
    status = request.args.get("status", default="left" if summary.left else EVERY)
    after = request.args.get("after", 0, type=number)
    chosen = ItemStatus(status) if status in set(ItemStatus) else None
    items = migrations.list_items(ctx, pack, migration_id, chosen, after=after, limit=SHOWN + 1)
    return render_template(
        "migrations/show.html",
        pack=pack,
        order=summary,
        steps=_step_name(pack, summary),
        status=chosen.value if chosen else EVERY,
        items=items[:SHOWN],
        after=after,
        next=_last(items[:SHOWN]) if len(items) > SHOWN else 0,
    )


@pages.post("/<int:migration_id>/stop")
def stop(key: str, migration_id: int) -> ResponseReturnValue:
    """Leave those that were not moved yet where they are."""
    left = migrations.stop(g.ctx, _pack(key), migration_id)
    said = ngettext(
        "已停止，%(num)d 个尚未迁移的实例留在原来的版本。",
        "已停止，%(num)d 个尚未迁移的实例留在原来的版本。",
        left,
    )
    flash(said if left else _("已经没有等着迁移的实例。"), "success")
    return redirect(url_for("migration_pages.show", key=key, migration_id=migration_id))


def _pack(key: str) -> Pack:
    """Return a programme's pack for whoever may move its instances."""
    pack = wiring.get_pack(g.ctx, key)
    migrations.require_may_migrate(g.ctx, pack)
    return pack


def _plan_page(pack: Pack, asked: Request, *, proposed: bool = False) -> str:
    ctx: Context = g.ctx
    proposal = migrations.propose(ctx, pack, asked.source, asked.target)
    if proposed:
        asked = Request(source=asked.source, target=asked.target, plan=proposal.plan)
    return render_template(
        "migrations/plan.html",
        pack=pack,
        proposal=proposal,
        asked=asked,
        rows=forms.build_rows(proposal, asked),
        steps=forms.list_steps(proposal.rows),
        versions=diagrams.list_versions(ctx, pack.key),
        running=_running(pack),
        prefix=forms.PREFIX,
        types=forms.TYPES,
    )


def _report_page(pack: Pack, asked: Request, *, refused: ServiceError | None = None) -> str:
    report = migrations.try_out(g.ctx, pack, asked)
    level, _colon, page = request.form.get("turn", "").partition(":")
    shown = {one: forms.read_number(page) or 1 if one == level else 1 for one in LEVELS}
    return render_template(
        "migrations/report.html",
        pack=pack,
        asked=asked,
        fields=forms.write_fields(asked),
        report=report,
        lists=[_list(report, one, shown[one]) for one in LEVELS],
        steps=_step_name(pack, asked),
        running=_running(pack),
        refused=refused,
        reason=request.form.get("reason", ""),
        max_reason=MAX_REASON,
    )


def _list(report: Report, level: str, page: int) -> dict[str, Any]:
    """Return one page of the instances that stand so."""
    trials = [trial for trial in report.trials if trial.level == level]
    word, empty = LEVELS[level]
    first = (page - 1) * SHOWN
    return {
        "level": level,
        "word": word,
        "empty": empty,
        "count": len(trials),
        "trials": trials[first : first + SHOWN],
        "page": page,
        "has_next": len(trials) > first + SHOWN,
    }


def _running(pack: Pack) -> Summary | None:
    """Return the migration of a programme that is not finished, before which none can be ordered."""
    orders = migrations.list_orders(g.ctx, pack)
    return next((one for one in orders if one.finished_at is None), None)


def _step_name(pack: Pack, asked: Request | Summary) -> str:
    """Return what the step is called before which instances must still be."""
    if asked.before is None:
        return ""
    proposal = migrations.propose(g.ctx, pack, asked.source, asked.target)
    names = {row.element_id: forms.label_of(row) for row in proposal.rows}
    return names.get(asked.before, asked.before)


def _last(items: list[ItemView]) -> int:
    return items[-1].instance_id
