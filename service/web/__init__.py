"""The pages: Flask blueprints that parse a request, call the domain and render. See README.md."""

from __future__ import annotations

from flask import Flask

from service.web import (
    admin,
    batches,
    calendar_days,
    demonstration,
    diagrams,
    errors,
    filters,
    health,
    inbox,
    incidents,
    languages,
    login,
    messages,
    modeler,
    navigation,
    nominations,
    papers,
    people,
    public,
    reveals,
    rounds,
    security,
    static_files,
    task_actions,
    tasks,
    units,
    uploads,
)
from service.web.numbers import NumberConverter
from service.web.sessions import find_actor

__all__ = ["find_actor", "register"]

BLUEPRINTS = (
    login.pages,
    inbox.pages,
    tasks.pages,
    task_actions.pages,
    batches.pages,
    uploads.pages,
    diagrams.pages,
    reveals.pages,
    messages.pages,
    demonstration.pages,
    health.pages,
    rounds.pages,
    nominations.pages,
    papers.pages,
    modeler.pages,
    admin.pages,
    units.pages,
    people.pages,
    calendar_days.pages,
    incidents.pages,
    public.pages,
)


def register(app: Flask) -> None:
    """Give an application its pages and what every page needs."""
    app.url_map.converters["int"] = NumberConverter
    security.register(app)
    static_files.register(app)
    languages.register(app)
    filters.register(app)
    errors.register(app)
    navigation.register(app)
    demonstration.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
