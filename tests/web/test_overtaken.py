"""A page that notes who looked, overtaken by another's commit between what it read and what it writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import event, select

from service.models import Attachment, HistoryEvent, User
from service.programmes.privacy.disclosures import EXPORTS
from service.wire import Runtime
from service.workflow.context import Context
from tests.web.browser import Browser


@contextmanager
def overtaken(service: Runtime) -> Iterator[list[str]]:
    """Commit something by another connection just before the first row is written."""
    commits: list[str] = []

    def commit(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT") and not commits:
            commits.append(statement)
            with closing(sqlite3.connect(service.engine.url.database or "", timeout=1)) as other, other:
                other.execute("UPDATE app_user SET email = 'shiwei@example.org' WHERE login = 'shiwei'")

    event.listen(service.engine, "before_cursor_execute", commit)
    try:
        yield commits
    finally:
        event.remove(service.engine, "before_cursor_execute", commit)


def test_a_file_of_ones_own_is_given_and_noted_once_though_another_wrote_meanwhile(
    browse: Callable[..., Browser], service: Runtime, ctx: Context
) -> None:
    own, login = ctx.session.execute(
        select(Attachment.id, User.login).join(User, User.id == Attachment.uploaded_by_id)
    ).first() or (0, "")
    ctx.session.rollback()
    browser = browse(login)

    with overtaken(service) as commits:
        given = browser.get(f"/attachments/{own}")

    noted = ctx.session.scalars(select(HistoryEvent.kind).where(HistoryEvent.stream == EXPORTS)).all()
    email = ctx.session.scalar(select(User.email).where(User.login == "shiwei"))
    assert (given.status, len(commits)) == (200, 1)
    assert (noted, email) == (["file.downloaded"], "shiwei@example.org")
