"""The tree of units: adding, renaming, taking out of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Invalid, ServiceError
from service.models import Unit
from service.programmes.account import units
from service.web.frame.doors import for_admins
from service.web.frame.numbers import number

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("unit_pages", __name__, url_prefix="/admin/units")


@pages.get("")
@for_admins
def list_units() -> str:
    """Show the tree."""
    return _page()


@pages.post("")
@for_admins
def add() -> ResponseReturnValue:
    """Add a unit."""
    given = request.form
    try:
        parent = g.ctx.session.get(Unit, given.get("parent", 0, type=number))
        unit = units.add(
            g.ctx,
            code=given.get("code", "").strip().lower(),
            name=given.get("name", ""),
            level=given.get("level", ""),
            parent=parent,
        )
    except Invalid as refused:
        return _page(refused), 422
    flash(_("已新建单位“%(name)s”。", name=unit.name), "success")
    return redirect(url_for("unit_pages.list_units", _anchor=f"unit-{unit.id}"))


@pages.get("/<int:unit_id>")
@for_admins
def edit(unit_id: int) -> str:
    """Ask for a unit's new name and level."""
    return _edit(units.get(g.ctx, unit_id), None)


@pages.post("/<int:unit_id>")
@for_admins
def change(unit_id: int) -> ResponseReturnValue:
    """Rename a unit."""
    unit = units.get(g.ctx, unit_id)
    try:
        units.change(g.ctx, unit, name=request.form.get("name", ""), level=request.form.get("level", ""))
    except Invalid as refused:
        return _edit(unit, refused), 422
    flash(_("单位已修改。"), "success")
    return redirect(url_for("unit_pages.list_units", _anchor=f"unit-{unit.id}"))


@pages.post("/<int:unit_id>/active")
@for_admins
def set_active(unit_id: int) -> ResponseReturnValue:
    """Take a unit out of use or back into it."""
    unit = units.get(g.ctx, unit_id)
    active = request.form.get("active") == "1"
    units.set_active(g.ctx, unit, active=active)
    flash(_("单位已启用。") if active else _("单位已停用，不能再发起新的申报。"), "success")
    return redirect(url_for("unit_pages.list_units", _anchor=f"unit-{unit.id}"))


def _page(refused: ServiceError | None = None) -> str:
    ctx = g.ctx
    return render_template(
        "admin/units.html",
        units=units.list_tree(ctx),
        people=units.count_people(ctx),
        levels=units.list_levels(ctx),
        refused=refused,
        given=request.form if refused else {},
    )


def _edit(unit: Unit, refused: ServiceError | None) -> str:
    return render_template(
        "admin/unit.html",
        unit=unit,
        levels=units.list_levels(g.ctx),
        refused=refused,
        given=request.form if refused else {"name": unit.name, "level": unit.level},
    )
