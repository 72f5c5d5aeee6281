"""Logging in and out, the account with its password, and the language of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from service.errors import Conflict, Invalid, ServiceError
from service.models import Membership, User
from service.programmes.account import accounts
from service.programmes.demo.demonstration import PASSWORD, LogIn, list_shown
from service.programmes.nomination import identities
from service.programmes.registration import registrations
from service.web.frame import sessions
from service.web.frame.errors import Trouble, answer, is_fragment, status_of, wants_data
from service.web.frame.languages import LANGUAGES
from service.web.frame.security import limit_logins
from service.web.frame.sessions import LoginRequired, PasswordChangeRequired, for_newcomers, public
from service.web.frame.targets import local_target
from service.web.task import kept
from service.web.task.kept import Kept
from service.workflow.person import logins, tokens

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("login", __name__)


@pages.get("/login")
@public
def show() -> ResponseReturnValue:
    """Ask for name and password. A demonstration fills them in: /login?as=<name>."""
    if g.ctx.actor.user_id is not None:
        return redirect(local_target(request.args.get("next")))
    wanted = request.args.get("as", "")
    known = any(entry.login == wanted for entry in _demonstration_log_ins())
    return _form(wanted if known else "", PASSWORD if known else "")


@pages.post("/login")
@public
@limit_logins
def log_in() -> ResponseReturnValue:
    """Begin a session. A failure is counted, so its transaction is committed like any other."""
    login = request.form.get("login", "")
    try:
        user = logins.log_in(g.ctx, login, request.form.get("password", ""))
    except logins.LoginFailed as failed:
        return _form(login, problem=failed.message, carrying=kept.carried()), 403
    sessions.begin(g.ctx, user)
    carried = kept.carried()
    if carried is not None:
        return redirect(kept.keep(g.ctx, user, carried))
    return redirect(local_target(request.form.get("next")))


@pages.app_errorhandler(LoginRequired)
def ask_to_log_in(error: LoginRequired) -> ResponseReturnValue:
    """Ask to log in first; a task's form submitted too late is carried along and becomes its draft."""
    if wants_data() or is_fragment():
        return answer(
            Trouble(
                status=401,
                title=_("请先登录"),
                message=_("登录已过期，请重新登录。"),
                advice=_("在新的窗口登录后，回到本页再试一次，已填写的内容不会丢失。"),
            )
        )
    refused = kept.refused_submission()
    if refused is not None:
        return _form("", carrying=refused), 401
    if error.expired:
        flash(_say_expired(), "warning")
    return redirect(url_for("login.show", next=_way_back()))


@pages.app_errorhandler(PasswordChangeRequired)
def ask_for_own_password(_error: PasswordChangeRequired) -> ResponseReturnValue:
    """Send whoever logged in with a one-time password to choose his own first."""
    if wants_data() or is_fragment():
        message = _("请先在“账号与密码”里把一次性密码改成自己的密码。")
        return answer(Trouble(status=403, title=_("请先修改密码"), message=message, advice="", icon="key"))
    return redirect(url_for("login.account"))


@pages.post("/logout")
@public
def log_out() -> ResponseReturnValue:
    """End the account's sessions, here and on any other computer: the cookie alone could be kept."""
    if g.ctx.actor.user_id is not None:
        logins.end_sessions(g.ctx, g.ctx.actor.user_id)
    sessions.end()
    flash(_("已退出登录。"), "success")
    return redirect(url_for("login.show"))


@pages.get("/account")
@for_newcomers
def account() -> str:
    """Show who one is, and the form for a new password."""
    return _account(None)


@pages.post("/account/password")
@for_newcomers
@limit_logins
def change_password() -> ResponseReturnValue:
    """Set a new password; every other session of the account ends, every token is revoked."""
    user = g.ctx.session.get_one(User, g.ctx.actor.user_id)
    was_temporary = user.password_is_temporary
    form = request.form
    try:
        _require_same(form.get("new", ""), form.get("again", ""))
        logins.change_password(g.ctx, user, form.get("old", ""), form.get("new", ""))
    except Invalid as refused:
        return _account(refused), 422
    sessions.begin(g.ctx, user)
    flash(_("密码已修改，其他地方的登录已退出，接口令牌已作废。"), "success")
    return redirect(url_for("inbox.show" if was_temporary else "login.account"))


@pages.post("/account/identity")
@limit_logins
def register_identity() -> ResponseReturnValue:
    """Register one's own identity number, by whose hash one is kept from approving oneself."""
    user = g.ctx.session.get_one(User, g.ctx.actor.user_id)
    try:
        passed = identities.register(g.ctx, user, request.form.get("id_number", ""))
    except (Invalid, Conflict) as refused:
        g.ctx.session.rollback()
        return _account(refused), status_of(refused)
    flash(_("身份证号已登记，只保存校验值。"), "success")
    if passed:
        flash(_("您自己的申报有 %(num)s 项待签意见，已改由他人办理。", num=passed), "warning")
    return redirect(url_for("login.account"))


@pages.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """Keep a language for the session."""
    if request.form.get("language") in LANGUAGES:
        session["language"] = request.form["language"]
    return redirect(local_target(request.form.get("next")))


def _require_same(new: str, again: str) -> None:
    if new != again:
        raise Invalid(_("两次输入的新密码不一致。"), fields={"again": _("请再输入一遍新密码")})


def _say_expired() -> str:
    if request.method == "GET":
        return str(_("超过 30 分钟没有操作，已自动退出，请重新登录。"))
    return str(_("超过 30 分钟没有操作，已自动退出，刚才的操作没有生效。登录后回到原来的页面，请再做一次。"))


def _way_back() -> str | None:
    """Return where to go on after the log-in: this page, or the one whose form was sent."""
    address = request.full_path.rstrip("?") if request.method == "GET" else ""
    sender = urlsplit(request.referrer or "")
    if request.method != "GET" and sender.netloc == request.host:
        address = sender.path + (f"?{sender.query}" if sender.query else "")
    return address if address not in ("", "/") else None


def _form(login: str, password: str = "", *, problem: str = "", carrying: Kept | None = None) -> str:
    return render_template(
        "login.html",
        login=login,
        password=password,
        problem=problem,
        target=request.values.get("next", ""),
        carrying=carrying,
        log_ins=_demonstration_log_ins(),
        registering="ctx" in g and bool(registrations.list_open(g.ctx)),
    )


def _demonstration_log_ins() -> list[LogIn]:
    if not current_app.config["DEMONSTRATION"] or "ctx" not in g:  # none where a request was refused early
        return []
    return list_shown(g.ctx)


def _account(refused: ServiceError | None) -> str:
    query = select(Membership).where(Membership.user_id == g.ctx.actor.user_id).order_by(Membership.id)
    return render_template(
        "account.html",
        user=g.ctx.session.get_one(User, g.ctx.actor.user_id),
        memberships=list(g.ctx.session.scalars(query)),
        role_names=accounts.name_roles(g.ctx),
        refused=refused,
        least=logins.MIN_PASSWORD,
        tokens=tokens.list_of(g.ctx, g.ctx.actor.user_id) if g.ctx.actor.user_id else [],
    )
