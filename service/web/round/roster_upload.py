"""Uploading a roster of annex 3: the form that asks for the file, and what it sends."""

from __future__ import annotations

from flask import g, render_template, request
from flask_babel import gettext as _

from service.errors import Forbidden, Invalid, ServiceError
from service.models import Round, Unit
from service.programmes import wiring
from service.programmes.nomination import roster_import
from service.programmes.round import rounds, starts
from service.web.round import round_choice
from service.workflow.context import Context


def render_form(given: dict[str, str], refused: ServiceError | None) -> str:
    """Ask for a roster; what was refused comes back with what was chosen."""
    ctx: Context = g.ctx
    every = rounds.list_all(ctx)
    entry = round_choice.find_chosen(every, given.get("round") or request.args.get("round", ""))
    units = starts.list_units(ctx, entry) if entry else []
    if entry is not None and not units:
        raise Forbidden(_("您没有可以发起申报的单位，不能导入汇总表。"))
    return render_template(
        "nominations/import.html",
        round=entry,
        rounds=every,
        round_options=round_choice.list_options(every),
        units=units,
        given=given,
        refused=refused,
        most=roster_import.MOST,
        categories=wiring.pack_of(ctx, entry).programme.categories if entry else {},
        columns=roster_import.find_roster(wiring.pack_of(ctx, entry)).columns if entry else (),
    )


def require_units(ctx: Context, entry: Round) -> list[Unit]:
    """Return the units one may import for: those that recommend by themselves."""
    units = [unit for unit in starts.list_units(ctx, entry) if not starts.list_recommenders(ctx, entry, unit)]
    if not units:
        raise Forbidden(_("您没有可以发起申报的单位。"))
    return units


def read_posted_file() -> tuple[str, bytes]:
    """Return name and content of the file that was sent."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(_("请选择一个 .xlsx 文件。"), fields={"file": _("必填")})
    return file.filename, file.stream.read()
