"""What guards every page: CSRF tokens, a limit on log-in attempts, headers, and believing a proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from flask import Flask, Response, request
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from service.limiter import Limiter

API_PREFIX = "/api/"  # speaks with bearer tokens, which no other site can send

#: Scripts from here only and never inline. form-js and bpmn-js set style attributes, so styles may be.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()
limiter = Limiter(headers_enabled=False)


def register(app: Flask) -> None:
    """Switch the guards on."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # a long form must not expire before its session
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)
    limiter.init_app(app)
    app.before_request(_refuse_nul)
    app.before_request(_check_token)
    app.after_request(_add_headers)
    proxies = app.config.get("TRUSTED_PROXIES", 0)
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )


def login_key() -> str:
    """Return what log-in attempts are counted by: the address together with the name."""
    return f"{get_remote_address()}|{request.form.get('login', '').strip().lower()[:80]}"


def limit_logins(view: View) -> View:
    """Limit a view's POSTs by address and name, and by address alone."""
    by_name = limiter.limit("10 per minute", key_func=login_key, methods=["POST"])
    by_address = limiter.limit("60 per minute", methods=["POST"])
    return cast(View, by_address(by_name(view)))


def _check_token() -> None:
    if not request.path.startswith(API_PREFIX) and request.endpoint != "static":
        csrf.protect()


def _refuse_nul() -> None:
    """Refuse a NUL in an address or a field: nobody types one, and PostgreSQL keeps none."""
    if request.path.startswith(API_PREFIX):
        return
    values = [*request.values.lists(), *((name, [str(value)]) for name, value in _view_args())]
    if any("\0" in text for name, texts in values for text in (name, *texts)):
        raise BadRequest


def _view_args() -> Iterable[tuple[str, Any]]:
    return (request.view_args or {}).items()


def _add_headers(response: Response) -> Response:
    given = {name.lower() for name, _ in response.headers}
    response.headers.extend((name, value) for name, value in HEADERS.items() if name.lower() not in given)
    if request.endpoint != "static" and not ("cache-control" in given and _says_who_may_keep(response)):
        response.headers["Cache-Control"] = "no-store"  # nor may a download stay on a shared computer
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _says_who_may_keep(response: Response) -> bool:
    return bool(response.cache_control.public or response.cache_control.private)
