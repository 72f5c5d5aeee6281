"""The web application: one request is one transaction, pages and API side by side."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request
from sqlalchemy.exc import OperationalError

from service import api, web
from service.db import is_overtaken, read_only
from service.scheduler.demonstration_clock import DemonstrationClock
from service.scheduler.ticker import Ticker
from service.steering import Steering
from service.web.frame import static_files
from service.web.frame.sessions import Sessions
from service.wire import Runtime
from service.workflow.context import ANONYMOUS, Context
from service.workflow.instance.execution import Faulted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue
    from werkzeug.exceptions import HTTPException

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class App(Flask):
    """A Flask application in which a request is a transaction."""

    runtime: Runtime
    session_interface = Sessions()
    ticker: Ticker | None = None  #: set by the server where the scheduler runs inside the web process

    def dispatch_request(self) -> ResponseReturnValue:
        """One request, one transaction: a view that returns commits, one that raises rolls back.

        A fault inside a process is rolled back too, and its aftermath (the incident, the kept
        answers) is then written in a transaction of its own.
        """
        if request.endpoint == "static":
            return super().dispatch_request()
        request.get_data()  # before the transaction: a slow sender must hold no lock
        try:
            return self._answer(reading=request.method in SAFE_METHODS)
        except Faulted as fault:
            if fault.aftermath is not None:
                with self.runtime.wiring.transaction() as ctx:
                    fault.aftermath(replace(ctx, actor=g.ctx.actor))
            raise

    def send_static_file(self, filename: str) -> Response:
        """Send a static file by its version and compressed."""
        return static_files.send(self, filename)

    def handle_user_exception(self, e: Exception) -> HTTPException | ResponseReturnValue:
        """The API answers its errors itself, as problem+json; the pages' handlers answer the others."""
        if request.path.startswith(api.PREFIX):
            return api.render_problem(e)
        return super().handle_user_exception(e)

    def _answer(self, *, reading: bool) -> Response:
        """Run the view. A GET that notes who looked begins anew as a writer where it was overtaken by one."""
        view = super().dispatch_request
        try:
            with self._transaction(reading=reading) as g.ctx:
                return self.make_response(view())
        except OperationalError as error:
            if not (reading and is_overtaken(error)):
                raise
        return self._answer(reading=False)

    @contextmanager
    def _transaction(self, *, reading: bool) -> Iterator[Context]:
        wiring = self.runtime.wiring
        wiring.gate()
        with wiring.session_factory() as session:
            if reading:
                read_only(session)
            ctx = replace(wiring.context(session), actor=ANONYMOUS)
            find_actor = api.find_actor if request.path.startswith(api.PREFIX) else web.find_actor
            yield replace(ctx, actor=find_actor(ctx))
            session.commit()


def create_app(runtime: Runtime) -> App:
    """Build the web application of a runtime."""
    app = App("service.web", static_url_path="/static")
    app.runtime = runtime
    app.config.update(_flask_config(runtime))
    web.register(app)
    api.register(app)
    clock = runtime.wiring.clock
    if isinstance(clock, DemonstrationClock):
        app.extensions["demonstration"] = Steering(runtime.wiring, clock, lambda: app.ticker)
    return app


def _flask_config(runtime: Runtime) -> dict[str, Any]:
    settings = runtime.settings
    prefix = "__Host-" if settings.secure_cookies else ""
    return {
        "SECRET_KEY": runtime.secret_key,
        "SESSION_COOKIE_NAME": f"{prefix}xuanshu",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,
        "DEMONSTRATION": settings.demonstration,
        "PUBLIC_URL": settings.public_url,
        "TRUSTED_PROXIES": settings.trusted_proxies,
    }
