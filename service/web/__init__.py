"""The pages: Flask blueprints that parse a request, call the domain and render. See README.md."""

from __future__ import annotations

from flask import Flask

from service.web import (
    certificates,
    colleagues,
    delegations,
    demonstration,
    handling_notices,
    health,
    login,
    messages,
    public,
    reveals,
    tokens,
)
from service.web.admin import (
    calendar_days,
    decision_editor,
    decisions,
    disclosures,
    impact_assessments,
    incidents,
    migrations,
    modeler,
    overview,
    people,
    units,
    unsent_messages,
)
from service.web.award import follow_ups, title_papers, titles
from service.web.award import register as award_register
from service.web.frame import errors, filters, languages, navigation, security, static_files
from service.web.frame.numbers import NumberConverter
from service.web.frame.sessions import find_actor
from service.web.registration import public_pages as registration_public_pages
from service.web.registration import round_pages as registration_round_pages
from service.web.round import (
    admissions,
    candidate_extensions,
    nominations,
    notice_pages,
    panels,
    papers,
    privacy,
    quota_matrix,
    quota_pages,
    reserves,
    round_lists,
    round_tasks,
    rounds,
    scans,
)
from service.web.task import (
    batches,
    diagrams,
    inbox,
    scoring,
    signing,
    task_actions,
    task_files,
    tasks,
    uploads,
    voting,
)

__all__ = ["find_actor", "register"]

BLUEPRINTS = (
    login.pages,
    tokens.pages,
    inbox.pages,
    tasks.pages,
    task_actions.pages,
    batches.pages,
    signing.pages,
    colleagues.pages,
    delegations.pages,
    scoring.pages,
    voting.pages,
    uploads.pages,
    task_files.pages,
    diagrams.pages,
    reveals.pages,
    messages.pages,
    demonstration.pages,
    health.pages,
    rounds.pages,
    nominations.pages,
    papers.pages,
    scans.pages,
    privacy.pages,
    panels.pages,
    quota_pages.pages,
    quota_matrix.pages,
    candidate_extensions.pages,
    admissions.pages,
    notice_pages.pages,
    reserves.pages,
    round_tasks.pages,
    round_lists.pages,
    modeler.pages,
    migrations.pages,
    decisions.pages,
    decision_editor.pages,
    overview.pages,
    disclosures.pages,
    impact_assessments.pages,
    units.pages,
    people.pages,
    calendar_days.pages,
    incidents.pages,
    unsent_messages.pages,
    award_register.pages,
    titles.pages,
    title_papers.pages,
    follow_ups.pages,
    certificates.pages,
    public.pages,
    handling_notices.pages,
    registration_public_pages.pages,
    registration_round_pages.pages,
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
