"""Browser sessions: who is logged in, for how long, and which views need nobody to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, Request, current_app, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from service.models import User
from service.workflow.context import ANONYMOUS, Actor, Context
from service.workflow.person import actors

IDLE = timedelta(minutes=30)
#: the cookie is written anew at most this often
TOUCH_EVERY = 60
_PUBLIC = "_xuanshu_public"
_NEWCOMERS = "_xuanshu_newcomers"

View = TypeVar("View", bound=Callable[..., Any])


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookies; where none was sent, as by every client of the API, there is none to verify."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie says, or an empty session."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


class LoginRequired(Exception):
    """Nobody is logged in, or no longer, and the page needs somebody."""

    def __init__(self, *, expired: bool) -> None:
        super().__init__("log in first")
        self.expired = expired


class PasswordChangeRequired(Exception):
    """An administrator gave the password: the account can do nothing but choose its own."""


def public(view: View) -> View:
    """Mark a view as one that nobody need log in for. Every other view does."""
    setattr(view, _PUBLIC, True)
    return view


def find_actor(ctx: Context) -> Actor:
    """Return who the session belongs to.

    Raises LoginRequired where nobody is logged in and the view is not public, PasswordChangeRequired
    while an administrator's one-time password stands. Sessions live on the wall clock: moving a
    demonstration's clock logs nobody out.
    """
    had_session = "user" in session
    account = _find_account(ctx)
    if account is not None:
        _touch(ctx)
        if account.password_is_temporary and not _bears_temporary_password(request.endpoint):
            raise PasswordChangeRequired
        return account.actor
    if had_session:
        _forget()
    if request.endpoint is not None and not _is_public(request.endpoint):
        raise LoginRequired(expired=had_session)
    return ANONYMOUS


def begin(ctx: Context, user: User) -> None:
    """Begin a session of a user who has just shown his password. Nothing of an earlier one is kept."""
    _forget()
    session["user"] = user.id
    session["epoch"] = user.session_epoch
    session["seen"] = _now(ctx)


def end() -> None:
    """End the session."""
    _forget()


def _forget() -> None:
    language = session.get("language")
    session.clear()
    if language is not None:
        session["language"] = language


def _find_account(ctx: Context) -> actors.Account | None:
    user_id = session.get("user")
    if not isinstance(user_id, int) or _now(ctx) - session.get("seen", 0) > IDLE.total_seconds():
        return None
    account = actors.find_account(ctx, user_id)
    return account if account is not None and account.session_epoch == session.get("epoch") else None


def _touch(ctx: Context) -> None:
    if request.args.get("live") == "1":
        return  # the page keeps its numbers current by itself: nobody did anything
    now = _now(ctx)
    if now - session["seen"] >= TOUCH_EVERY:
        session["seen"] = now


def _now(ctx: Context) -> int:
    return int(ctx.security_now.timestamp())


def for_newcomers(view: View) -> View:
    """Mark a view as one that an account may use before it has chosen its own password."""
    setattr(view, _NEWCOMERS, True)
    return view


def _is_public(endpoint: str) -> bool:
    return _is_marked(endpoint, _PUBLIC)


def _bears_temporary_password(endpoint: str | None) -> bool:
    return endpoint is None or _is_marked(endpoint, _PUBLIC) or _is_marked(endpoint, _NEWCOMERS)


def _is_marked(endpoint: str, mark: str) -> bool:
    view: Any = current_app.view_functions.get(endpoint)
    return bool(getattr(view, mark, False))
