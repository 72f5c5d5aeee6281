"""Accounts and roles. A one-time password is shown once, on the page that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import Conflict, Invalid, ServiceError
from service.models import Unit, User
from service.programmes.account import accounts, units
from service.programmes.nomination import identities
from service.web.frame.doors import for_admins
from service.web.frame.errors import status_of
from service.web.frame.numbers import number
from service.workflow.task.tasklist import Page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("people_pages", __name__, url_prefix="/admin/people")


@pages.get("")
@for_admins
def list_people() -> str:
    """List the accounts with their roles."""
    page_number = max(1, request.args.get("page", 1, type=number))
    text = request.args.get("text", "").strip()[:80]
    size = accounts.PAGE
    users = accounts.search(g.ctx, text=text, limit=size + 1, offset=(page_number - 1) * size)
    return render_template(
        "admin/people.html",
        page=Page(rows=users[:size], number=page_number, has_next=len(users) > size),
        roles_of=accounts.memberships_of(g.ctx, users[:size]),
        role_names=accounts.name_roles(g.ctx),
        text=text,
    )


@pages.get("/new")
@for_admins
def new() -> str:
    """Ask who the account is for."""
    return _form(None)


@pages.post("/new")
@for_admins
def create() -> ResponseReturnValue:
    """Create an account and show its one-time password."""
    given = request.form
    try:
        user, password = accounts.create(
            g.ctx,
            login=given.get("login", "").strip().lower(),
            name=given.get("name", ""),
            unit=_unit(),
            email=given.get("email", "").strip(),
        )
        if given.get("role"):
            accounts.grant(g.ctx, user, given["role"], _unit())
    except Invalid as refused:
        g.ctx.session.rollback()
        return _form(refused), 422
    return _person(user, password=password), 201


@pages.get("/<int:user_id>")
@for_admins
def show(user_id: int) -> str:
    """Show an account with its roles."""
    return _person(accounts.get(g.ctx, user_id))


@pages.post("/<int:user_id>/password")
@for_admins
def reset_password(user_id: int) -> str:
    """Give an account a new one-time password and show it."""
    user = accounts.get(g.ctx, user_id)
    return _person(user, password=accounts.reset_password(g.ctx, user))


@pages.post("/<int:user_id>/identity/clear")
@for_admins
def clear_identity(user_id: int) -> ResponseReturnValue:
    """Forget the identity number somebody registered wrongly."""
    user = accounts.get(g.ctx, user_id)
    identities.clear(g.ctx, user)
    flash(_("已清除，本人可以重新登记身份证号。"), "success")
    return redirect(url_for("people_pages.show", user_id=user.id))


@pages.post("/<int:user_id>/active")
@for_admins
def set_active(user_id: int) -> ResponseReturnValue:
    """Let an account log in again, or no longer."""
    user = accounts.get(g.ctx, user_id)
    active = request.form.get("active") == "1"
    deserted = accounts.set_active(g.ctx, user, active=active)
    back = _(
        "账号已启用。其岗位名下还没有人签收的待办已重新派给他；停用期间他人已签收的、专家席位已替补的不变。"
    )
    flash(back if active else _("账号已停用，已登录的会话立即失效。"), "success")
    _warn(deserted)
    return redirect(url_for("people_pages.show", user_id=user.id))


@pages.post("/<int:user_id>/roles")
@for_admins
def grant(user_id: int) -> ResponseReturnValue:
    """Give an account a role at a unit."""
    user = accounts.get(g.ctx, user_id)
    try:
        accounts.grant(g.ctx, user, request.form.get("role", ""), _unit())
    except (Invalid, Conflict) as refused:
        return _person(user, refused=refused), status_of(refused)
    flash(_("岗位已授予。"), "success")
    return redirect(url_for("people_pages.show", user_id=user.id))


@pages.post("/<int:user_id>/roles/<int:membership_id>/revoke")
@for_admins
def revoke(user_id: int, membership_id: int) -> ResponseReturnValue:
    """Take a role away, and say when nobody is left holding it."""
    user = accounts.get(g.ctx, user_id)
    membership, left = accounts.revoke(g.ctx, user, membership_id)
    flash(_("岗位已取消。"), "success")
    _warn([] if left else [membership.group_key])
    return redirect(url_for("people_pages.show", user_id=user.id))


def _warn(groups: list[str]) -> None:
    """Warn of groups nobody holds any more: their tasks would fall to an administrator or an incident."""
    names = accounts.name_roles(g.ctx)
    for group in groups:
        role, _at, code = group.partition("@")
        unit = next((unit.name for unit in units.list_tree(g.ctx) if unit.code == code), code)
        waiting = accounts.count_waiting(g.ctx, group)
        flash(
            _(
                "注意：%(unit)s的“%(role)s”现在没有人担任，有 %(num)s 项待办无人办理。请授权他人；在此之前，"
                "新的待办转给单位管理员，没有管理员的列为异常。",
                unit=unit,
                role=names.get(role, role),
                num=waiting,
            ),
            "warning",
        )


def _unit() -> Unit | None:
    unit: Unit | None = g.ctx.session.get(Unit, request.form.get("unit", 0, type=number))
    return unit


def _form(refused: ServiceError | None) -> str:
    return render_template(
        "admin/person_new.html",
        units=units.list_active(g.ctx),
        role_names=accounts.name_roles(g.ctx),
        refused=refused,
        given=request.form if refused else {},
    )


def _person(user: User, *, password: str = "", refused: ServiceError | None = None) -> str:
    memberships = accounts.memberships_of(g.ctx, [user]).get(user.id, [])
    return render_template(
        "admin/person.html",
        user=user,
        memberships=[(m, accounts.count_holders(g.ctx, m.group_key)) for m in memberships],
        role_names=accounts.name_roles(g.ctx),
        units=units.list_active(g.ctx),
        password=password,
        refused=refused,
        given=request.form if refused else {},
    )
