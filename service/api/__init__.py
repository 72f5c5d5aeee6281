"""The API: flask-smorest blueprints under /api/v1 that parse a request, call the domain and render JSON."""

from __future__ import annotations

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from service.api import (
    attachments,
    awards,
    calendar,
    delegations,
    docs,
    head_counts,
    incidents,
    instances,
    nominations,
    registrations,
    rounds,
    signing,
    task_actions,
    tokens,
    units,
    user_tasks,
)
from service.api.definition import decision_files, deployments, migrations
from service.api.frame.blueprint import PREFIX, VERSION_PREFIX, Blueprint
from service.api.frame.limits import limiter
from service.api.frame.problem import render_problem
from service.api.frame.spec import Api
from service.api.publication import notices, official_papers
from service.api.review import ballots
from service.api.tokens import find_actor

__all__ = ["PREFIX", "find_actor", "register", "render_problem"]

BLUEPRINTS: tuple[Blueprint, ...] = (
    tokens.blp,
    user_tasks.blp,
    task_actions.blp,
    signing.blp,
    delegations.blp,
    nominations.blp,
    attachments.blp,
    rounds.blp,
    registrations.blp,
    ballots.blp,
    awards.blp,
    head_counts.blp,
    instances.blp,
    incidents.blp,
    deployments.blp,
    decision_files.blp,
    migrations.blp,
    units.blp,
    calendar.blp,
    notices.blp,
    official_papers.blp,
)


def register(app: Flask) -> None:
    """Give an application the API, its description and the page that shows it."""
    limiter.init_app(app)
    if isinstance(app.json, DefaultJSONProvider):
        app.json.ensure_ascii = app.json.sort_keys = False  # readable, in the order of the schemas
    api = Api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint, url_prefix=VERSION_PREFIX)
    docs.register(app, api)
