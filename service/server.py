"""Serving: gunicorn with threads, and the ticker beside them in each process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from service.app import App, create_app
from service.db import is_unavailable
from service.scheduler.ticker import Ticker
from service.wire import Runtime

log = logging.getLogger(__name__)


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, configured by the service's settings instead of a file."""

    def __init__(self, make_runtime: Callable[[], Runtime]) -> None:
        self._make_runtime = make_runtime
        self._settings = make_runtime().settings
        super().__init__()

    def load_config(self) -> None:
        """Take gunicorn's settings from ours."""
        settings = self._settings
        options: dict[str, Any] = {
            "bind": settings.address,
            "workers": settings.web_processes,
            "worker_class": "gthread",
            "threads": settings.web_threads,
            "graceful_timeout": 20,
            "control_socket_disable": True,
            "timeout": 120,
            "loglevel": settings.log_level,
            "post_worker_init": self._start_ticker,
            "worker_exit": self._stop_ticker,
        }
        for key, value in options.items():
            self.cfg.set(key, value)

    def load(self) -> App:
        """Build the application; called in each process, so that no connection crosses a fork."""
        runtime = self._make_runtime()
        try:
            runtime.wiring.gate()
        except Exception as error:
            if not is_unavailable(error):
                raise
            # served all the same: pages answer 503 and /healthz says why
            log.warning("serving without a database: %s", str(error).splitlines()[0])
        return create_app(runtime)

    def _start_ticker(self, worker: Any) -> None:
        app: App = worker.app.wsgi()
        if app.runtime.settings.scheduler:
            worker.ticker = Ticker(app.runtime.wiring, app.runtime.settings.tick_seconds)
            app.ticker = worker.ticker
            worker.ticker.start()

    def _stop_ticker(self, _server: Any, worker: Any) -> None:
        ticker: Ticker | None = getattr(worker, "ticker", None)
        if ticker is not None:
            ticker.stop()


def serve(make_runtime: Callable[[], Runtime]) -> None:
    """Serve until stopped by a signal."""
    Server(make_runtime).run()
