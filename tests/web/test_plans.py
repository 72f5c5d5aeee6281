"""What is opened most, and by anybody, finds its rows by an index, however many rounds there have been."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import inspect

from service.models import Nomination, NominationStatus, PrintedPaper, Round
from service.programmes.publication import notices
from service.wire import Runtime
from tests.plans import list_scans
from tests.web.browser import Browser, count_statements
from tests.web.registration.conftest import FORM, GIVEN

Browse = Callable[..., Browser]

#: tables that get rows with every round and are never emptied
GROWING = {
    "disclosure", "history_event", "nomination", "notice", "notification", "opinion", "outbox_message",
    "printed_paper", "process_instance", "submission", "task_copy", "user_task", "user_task_candidate",
    "user_task_signer",
}  # fmt: skip
CODE = "3f2a-99c1-07ab"


@pytest.fixture
def slug(service: Runtime) -> str:
    """A 公示 that runs, and a printed paper."""
    with service.wiring.transaction() as ctx:
        said = {"round_id": 1, "paper": "recommendation", "nomination_id": 12, "printed_at": ctx.now}
        ctx.session.add(PrintedPaper(**said, content_hash=CODE.replace("-", "").ljust(64, "8")))
        ctx.session.get_one(Nomination, 12).status = NominationStatus.SELECTED
        return notices.open_candidates(ctx, ctx.session.get_one(Round, 1)).slug


def scanned_by(
    service: Runtime, browser: Browser, path: str, given: dict[str, str] | None = None
) -> set[str]:
    """Return the growing tables that opening a page reads from end to end."""
    with list_scans(service.engine) as found:
        page = browser.post(path, given) if given else browser.get(path)
    assert page.status in (200, 302)
    return {table for table, _statement in found} & GROWING


@pytest.mark.parametrize(
    "path",
    [
        "/",
        *(f"/?tab={tab}" for tab in ("signing", "done", "started", "copies")),
        "/rounds",
        "/messages",
        "/nominations/12/privacy",
    ],
)
def test_a_page_of_somebody_who_works_scans_nothing_that_grows(
    browse: Browse, service: Runtime, path: str
) -> None:
    assert scanned_by(service, browse("shiwei"), path) == set()


def test_a_copy_of_what_is_held_about_somebody_scans_nothing_that_grows(
    browse: Browse, service: Runtime
) -> None:
    browser, asked = browse("shiwei"), {"receiver": "区人社局", "purpose": "办理"}

    assert scanned_by(service, browser, "/nominations/12/copy", asked) == set()


@pytest.mark.parametrize(
    "path", ["/public", "/public/{slug}", f"/public/certificates/papers/{CODE}", "/api/v1/notices"]
)
def test_a_page_of_the_public_scans_nothing_that_grows(
    browse: Browse, service: Runtime, slug: str, path: str
) -> None:
    assert scanned_by(service, browse(), path.format(slug=slug)) == set()


def test_a_registration_scans_nothing_that_grows(browse: Browse, service: Runtime) -> None:
    contact = {"contact": "zijian@example.invalid"}

    assert scanned_by(service, browse(), FORM, GIVEN | contact) == set()


def test_the_page_of_a_notice_reads_no_history_and_the_list_no_snapshot(
    browse: Browse, service: Runtime, slug: str
) -> None:
    with count_statements(service.engine) as sent:
        browse().get(f"/public/{slug}")
    with service.wiring.reading() as ctx:
        listed = [inspect(notice).unloaded for notice in notices.list_public(ctx)]

    assert [statement for statement in sent if "history_event" in statement] == []
    assert ["snapshot" in unloaded for unloaded in listed] == [True]
