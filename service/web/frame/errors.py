"""What a page says when something goes wrong: what happened, what to do, and the way back.

That somebody must log in first is no trouble; ``login`` asks.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g, jsonify, render_template, request, session
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from service.db import NotReady, is_unavailable
from service.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from service.web.frame.security import API_PREFIX
from service.web.frame.sessions import LoginRequired
from service.workflow.instance.execution import Faulted

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

RETRY_AFTER = 5  # seconds
HEALTH = "health.show"
STATUS: dict[type[ServiceError], int] = {
    NotFound: 404, Forbidden: 403, Invalid: 422, Conflict: 409, Faulted: 409,
}  # fmt: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What an error page shows."""

    status: int
    title: str
    message: str
    advice: str
    icon: str = "alert-circle"
    reference: str = ""
    fields: dict[str, str] | None = None


def register(app: Flask) -> None:
    """Answer every error with a page of ours; the API answers its own."""
    app.register_error_handler(ServiceError, _answer_service_error)
    app.register_error_handler(CSRFError, _answer_csrf)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_anything)


def wants_data() -> bool:
    """Say whether a script asks, which shows a sentence itself."""
    return request.headers.get("X-Requested-With") == "fetch" or (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def is_fragment() -> bool:
    """Say whether htmx asks for a piece of a page."""
    return request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers


def status_of(error: ServiceError) -> int:
    """Return the HTTP status of a kind of error."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def _answer_service_error(error: ServiceError) -> ResponseReturnValue:
    titles = {
        404: (_("找不到"), _("可能已被删除，或者不在您的权限范围内。"), "mood-empty"),
        403: (_("没有权限"), _("如确需办理，请联系本单位管理员或主办单位。"), "lock"),
        422: (_("内容有误"), _("请返回上一页修改后重新提交。"), "alert-triangle"),
        409: (_("没有办成"), _("请返回上一页刷新，查看最新情况。"), "alert-triangle"),
    }
    status = status_of(error)
    title, advice, icon = titles.get(status, (_("没有办成"), _("请稍后重试。"), "alert-circle"))
    return answer(
        Trouble(
            status=status, title=title, message=error.message, advice=advice, icon=icon, fields=error.fields
        )
    )


def _answer_csrf(_error: CSRFError) -> ResponseReturnValue:
    if not session.get("user"):
        return current_app.handle_user_exception(LoginRequired(expired=True))
    return answer(
        Trouble(
            status=400,
            title=_("请重新提交"),
            message=_("页面打开的时间太久，或者登录已经变更，这次提交没有生效。"),
            advice=_("请返回上一页刷新后再提交一次。"),
            icon="refresh",
        )
    )


def _answer_http(error: HTTPException) -> ResponseReturnValue:
    if request.path.startswith(API_PREFIX) or (error.response is not None):
        return error
    sentences = {
        400: (_("请求有误"), _("请刷新页面后重试。")),
        401: (_("请先登录"), _("请登录后重试。")),
        403: (_("没有权限"), _("您没有权限进行这项操作。")),
        404: (_("找不到页面"), _("没有这个地址，可能已经改变或输入有误。")),
        405: (_("不能这样操作"), _("这个地址不能直接打开，请从页面上的按钮进入。")),
        413: (_("内容过大"), _("上传的内容超过 32 MB，请压缩或分开上传。")),
        429: (_("操作过于频繁"), _("尝试的次数太多，请过一分钟再试。")),
    }
    status = error.code or 500
    title, message = sentences.get(status, (_("没有办成"), _("请刷新页面后重试。")))
    icon = "mood-empty" if status == 404 else "alert-circle"
    return answer(
        Trouble(status=status, title=title, message=message, advice=_("可以返回首页继续办理。"), icon=icon)
    )


def _answer_anything(error: Exception) -> ResponseReturnValue:
    """A database that is away is worth a retry; anything else is ours to find by its number in the log."""
    if request.path.startswith(API_PREFIX):
        raise error
    if is_unavailable(error):
        log.warning("the database is away or busy: %s", str(error).splitlines()[0])
        if request.endpoint == HEALTH:
            return _answer_health(error)
        return _answer_busy()
    if isinstance(error, IntegrityError):
        return _answer_service_error(Conflict(_("他人刚刚办理了同一件事，请刷新页面查看最新情况。")))
    reference = secrets.token_hex(4).upper()
    log.exception(
        "a page failed, reference %s: %s %s", reference, request.method, request.path, exc_info=error
    )
    return answer(
        Trouble(
            status=500,
            title=_("系统出错"),
            message=_("系统处理这个请求时出了错，这次操作没有生效。"),
            advice=_("请稍后重试；如果一再出现，请把下面的编号告诉系统管理员。"),
            reference=reference,
        )
    )


def _answer_busy() -> ResponseReturnValue:
    message, advice = _("数据库暂时没有响应，页面没有打开。"), _("请过几秒钟再试一次。")
    if request.method != "GET":
        message = _("数据库暂时无法写入，这次操作没有生效，也没有办一半。")
        advice = _("请过几秒钟再试一次，页面上填写的内容还在。")
    return answer(Trouble(status=503, title=_("系统繁忙"), message=message, advice=advice, icon="hourglass"))


def _answer_health(error: Exception) -> ResponseReturnValue:
    """Say why, without what a database's own message tells of addresses and names."""
    reason = str(error) if isinstance(error, NotReady) else "the database does not answer"
    headers = {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}
    return Response(f"{reason}\n", 503, headers=headers, mimetype="text/plain")


def answer(trouble: Trouble) -> ResponseReturnValue:
    """Answer with a page, a fragment or data, as whoever asks can show it."""
    g.failed = True
    headers = {"Retry-After": str(RETRY_AFTER)} if trouble.status == 503 else {}
    if wants_data():
        body = {"message": trouble.message, "fields": trouble.fields or {}, "reference": trouble.reference}
        return jsonify(body), trouble.status, headers
    template = "fragments/error.html" if is_fragment() else "error.html"
    return render_template(template, trouble=trouble), trouble.status, headers
