"""Beginning a nomination: the form that asks whom, where and in which category, and what it sends."""

from __future__ import annotations

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from service.errors import Forbidden, Invalid, ServiceError
from service.models import Nomination, Round, TaskStatus, Unit, UserTask
from service.programmes import wiring
from service.programmes.nomination import starting
from service.programmes.pack.columns import published_names
from service.programmes.pack.packs import Pack
from service.programmes.privacy import handling_notices
from service.programmes.round import funnel, rounds, starts
from service.web.frame.numbers import number
from service.web.round import round_choice
from service.workflow.context import Context
from service.workflow.task import task_access


def render_form(given: dict[str, str], refused: ServiceError | None) -> str:
    """Ask who is to be nominated; what was refused comes back with what was typed."""
    ctx: Context = g.ctx
    every = rounds.list_all(ctx)
    entry = round_choice.find_chosen(every, given.get("round") or request.args.get("round", ""))
    if entry is None:
        return render_template("nominations/new.html", round=None)
    units = starts.list_units(ctx, entry)
    own = starts.find_own_unit(ctx, entry)
    unit_id = given.get("unit") or request.args.get("unit") or (str(units[0].id) if units else "")
    chosen = next((unit for unit in units if str(unit.id) == unit_id), None) or own
    pack = wiring.pack_of(ctx, entry)
    return render_template(
        "nominations/new.html",
        round=entry,
        rounds=every,
        round_options=round_choice.list_options(every),
        units=units,
        own=own,
        chosen=chosen,
        recommenders=(choices := starts.list_recommenders(ctx, entry, chosen)),
        above=choices[0] if chosen and choices and chosen.path.startswith(choices[0].path) else None,
        free=funnel.count_free_places(ctx, entry, chosen) if chosen else {},
        categories=pack.programme.categories,
        called="" if pack.programme.nominates_people else _name_label(pack),
        given=given,
        source=given.get("source") or ("unit" if units else "self"),
        refused=refused,
        told=handling_notices.keep(ctx, entry),
    )


def start_as_posted(ctx: Context) -> Nomination:
    """Begin the nomination that the form asks for."""
    entry = round_choice.get_posted()
    source = request.form.get("source", "unit")
    if source == "self":
        unit = starts.find_own_unit(ctx, entry)
        if unit is None:
            raise Forbidden(_("个人自荐须由申报人本人登录，并且所在单位属于某个推荐单位。"))
        return starting.start(
            ctx,
            entry,
            unit=unit,
            category=request.form.get("category", ""),
            source="self",
            name=ctx.actor.name,
            recommender=_posted_recommender(ctx, entry, unit),
        )
    unit = ctx.session.get(Unit, request.form.get("unit", 0, type=number))
    fields = {}
    if unit is None:
        fields["unit"] = _("请从列表中选择单位")
    if not request.form.get("name", "").strip():
        fields["name"] = _("必填")
    if fields or unit is None:
        raise Invalid(_("还不能发起申报，请补齐。"), fields=fields)
    return starting.start(
        ctx,
        entry,
        unit=unit,
        category=request.form.get("category", ""),
        source="unit",
        name=request.form["name"],
        recommender=_posted_recommender(ctx, entry, unit),
    )


def find_first_page(ctx: Context, nomination: Nomination) -> str:
    """Return the form's page if it is the starter's to fill in, else the nomination's."""
    query = select(UserTask).where(
        UserTask.instance_id == nomination.instance_id, UserTask.status == TaskStatus.OPEN
    )
    for task in ctx.session.scalars(query.order_by(UserTask.id)):
        if task_access.is_offered(ctx, task):
            return url_for("tasks.show", task_id=task.id)
    return url_for("nomination_pages.show", nomination_id=nomination.id)


def _name_label(pack: Pack) -> str:
    """Return what the form calls a nominee that is no person: 项目名称, 集体名称."""
    return published_names(pack.forms.get(pack.programme.record_form, {}))["name"]


def _posted_recommender(ctx: Context, entry: Round, unit: Unit) -> Unit | None:
    """Return the recommender chosen; nobody where the page had asked for another workplace's."""
    offered = {choice.id: choice for choice in starts.list_recommenders(ctx, entry, unit)}
    return offered.get(request.form.get("recommender", 0, type=number))
