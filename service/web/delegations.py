"""Acting for an absent colleague (代理): who does, from when to when, and appointing somebody."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Invalid, ServiceError
from service.models import User
from service.programmes.domain import FALLBACK_ZONE
from service.programmes.rule import calendar
from service.web import colleagues
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.workflow.context import Context
from service.workflow.person import delegations, people

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("delegations", __name__, url_prefix="/delegations")


@pages.get("")
def show() -> str:
    """Show who acts for the actor and for whom he acts."""
    return _page(None)


@pages.post("")
def begin() -> ResponseReturnValue:
    """Appoint somebody to act for the actor, or for a colleague who cannot do so himself."""
    ctx: Context = g.ctx
    try:
        delegation = delegations.begin(
            ctx,
            principal=_principal(ctx),
            delegate_id=next(iter(colleagues.read("delegate")), 0),
            starts_at=max(datetime.combine(_day("starts"), time(), FALLBACK_ZONE), ctx.now),
            ends_at=calendar.end_of_day(_day("ends"), FALLBACK_ZONE),
            reason=request.form.get("reason", ""),
        )
    except (Invalid, Conflict) as refused:
        ctx.session.rollback()
        return _page(refused), status_of(refused)
    flash(_("已设置：期间待办由 %(name)s 代理。", name=delegation.delegate.name), "success")
    return redirect(url_for("delegations.show"))


@pages.post("/<int:delegation_id>/end")
def end(delegation_id: int) -> ResponseReturnValue:
    """End a delegation before its time."""
    delegations.end(g.ctx, delegation_id)
    flash(_("代理已结束。"), "success")
    return redirect(url_for("delegations.show"))


def _principal(ctx: Context) -> User:
    chosen = next(iter(colleagues.read("principal")), ctx.actor.user_id or 0)
    user = next(iter(people.find_colleagues(ctx, [chosen])), None)
    if user is None:
        message = _("没有这位人员、已停用，或不属于本单位及上下级单位。")
        raise Invalid(message, fields={"principal": _("请选择一位在用人员")})
    return user


def _day(field: str) -> date:
    try:
        return date.fromisoformat(request.form.get(field, ""))
    except ValueError:
        raise Invalid(_("日期写法不对。"), fields={field: _("请选择日期，例如 2024-03-29")}) from None


def _page(refused: ServiceError | None) -> str:
    ctx: Context = g.ctx
    appoints = any(ctx.actor.holds(role) for role in delegations.APPOINTERS)
    return render_template(
        "delegations.html",
        rows=delegations.list_mine(ctx),
        kept={field: _kept(ctx, field) if refused else [] for field in ("principal", "delegate")},
        appoints=appoints,
        now=ctx.now,
        zone=FALLBACK_ZONE,
        today=ctx.now.astimezone(FALLBACK_ZONE).date(),
        refused=refused,
        given=request.form if refused else {},
    )


def _kept(ctx: Context, field: str) -> list[User]:
    return people.find_colleagues(ctx, request.form.getlist(field, type=number))
