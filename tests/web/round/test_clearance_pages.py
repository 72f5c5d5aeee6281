"""脱密 on the page of a nomination's personal data: the unit declares, its reviewer ticks and rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from service.clock import MovableClock
from service.models import Attachment, FileReading, Nomination, ReadStatus, UserTask
from service.wire import Runtime
from tests.web.browser import Browser
from tests.web.conftest import set_up_in

Browse = Callable[..., Browser]
NOW = datetime(2024, 11, 18, 1, tzinfo=UTC)
DECLARE, TICK = (
    r'action="(/nominations/\d+/files/\d+/declare)"',
    r'action="(/nominations/\d+/files/\d+/clear)"',
)
RULE = r'action="(/nominations/\d+/findings/\w+)"'


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a demonstration of the craftsmen's programme in it, never changed."""
    return set_up_in(tmp_path_factory.mktemp("clearances"), "longcheng-craftsmen", NOW)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOW)


@pytest.fixture
def number(service: Runtime, task_at: Callable[..., int]) -> int:
    """A nomination that waits for the workplace's reviewer, whose post holds a telephone number."""
    with service.wiring.transaction() as ctx:
        task = ctx.session.get_one(UserTask, task_at("declassify"))
        found = ctx.session.scalars(
            select(Nomination.id).where(Nomination.instance_id == task.instance_id)
        ).one()
        post = "滆湖精密机械有限公司数控车工（联系13800001111）"
        ctx.session.execute(update(Nomination).where(Nomination.id == found).values(workplace_and_post=post))
        return found


def test_what_was_found_in_is_named_and_not_given_to_the_units_above(
    browse: Browse, service: Runtime, number: int
) -> None:
    with service.wiring.transaction() as ctx:
        file = ctx.session.scalars(select(Attachment).where(Attachment.nomination_id == number)).first()
        assert file is not None
        found = {"hits": [{"kind": "word", "excerpt": "内部资料"}]}
        ctx.session.merge(
            FileReading(
                attachment_id=file.id, round_id=file.round_id, status=ReadStatus.READ, found=found, problem=""
            )
        )
        file.uploaded_by_id, held = None, f"{file.filename} 脱密审查后可查看"
        addresses = [f"/attachments/{file.id}", f"/nominations/{number}", f"/nominations/{number}/privacy"]

    seen = {login: [browse(login).get(page) for page in addresses] for login in ("wujin", "laojing", "baomi")}

    assert {login: [page.status for page in pages] for login, pages in seen.items()} == {
        "wujin": [403, 200, 200],
        "laojing": [403, 200, 200],
        "baomi": [200, 200, 200],
    }
    assert {login: [held in page.text for page in pages[1:]] for login, pages in seen.items()} == {
        "wujin": [True, True],
        "laojing": [True, True],
        "baomi": [False, False],
    }
    assert "里查到疑似不宜公开的内容，脱密审查后可查看。" in seen["wujin"][0].text


def test_files_are_declared_by_the_unit_and_ticked_by_its_reviewer(browse: Browse, number: int) -> None:
    page = f"/nominations/{number}/privacy"
    unit, reviewer = browse("jiceng"), browse("baomi")

    offered = {login: len(browse(login).get(page).all(DECLARE)) for login in ("wujin", "laojing", "admin")}
    declared = unit.post(unit.get(page).all(DECLARE)[0], follow_redirects=True)
    ticks = {
        login: len(browse(login).get(page).all(TICK)) for login in ("jiceng", "wujin", "laojing", "admin")
    }
    [address] = reviewer.get(page).all(TICK)
    refused = browse("laojing").post(address, {"note": "逐页看过"})
    ticked = reviewer.post(address, {"note": "逐页看过"}, follow_redirects=True)

    assert offered == {"wujin": 0, "laojing": 0, "admin": 0}
    assert "已声明这个文件不涉密、不涉敏。" in declared.text
    assert ticks == {"jiceng": 0, "wujin": 0, "laojing": 0, "admin": 0}
    assert (refused.status, "只有正在办理脱密审查的审查人可以勾选。" in refused.text) == (403, True)
    assert "已记录您对这个文件的脱密审查。" in ticked.text


def test_what_was_found_is_ruled_on_by_the_reviewer_under_his_name(browse: Browse, number: int) -> None:
    page = f"/nominations/{number}/privacy"
    reviewer = browse("baomi")

    theirs = {login: len(browse(login).get(page).all(RULE)) for login in ("jiceng", "wujin", "admin")}
    [address] = reviewer.get(page).all(RULE)
    ruled = reviewer.post(
        address, {"verdict": "false_alarm", "reason": "系对外公布的班组电话"}, follow_redirects=True
    )

    assert theirs == {"jiceng": 0, "wujin": 0, "admin": 0}
    assert "演示-滆湖脱密审查人 认定：误报：系对外公布的班组电话" in ruled.text
    assert ruled.all(RULE) == []
