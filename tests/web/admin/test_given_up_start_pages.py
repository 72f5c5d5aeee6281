"""A process that nobody tries to begin any more, on the page of incidents: tried again, or dropped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.models import HistoryEvent, PendingStart
from service.models.process.retry import MAX_ATTEMPTS
from service.wire import Runtime
from service.workflow.definition import deployments
from tests.engine.sketch import draw
from tests.web.browser import Browser

Browse = Callable[..., Browser]
PAGE = "/admin/incidents"
DRILL = "start on_drill signal drill\nuser A groups=organiser@organiser\non_drill -> A"


@pytest.fixture
def number(service: Runtime) -> int:
    """A process of the round that failed too often."""
    with service.wiring.transaction() as ctx:
        deployment = deployments.publish(ctx, "drills", draw(drill=DRILL), {})
        place = {"process_id": "drill", "element_id": "on_drill", "kind": "signal", "name": "drill"}
        failed = {"attempts": MAX_ATTEMPTS, "last_error": "Faulted: 时间无效", "try_at": ctx.now}
        start = PendingStart(round_id=1, deployment_id=deployment.id, **place, **failed)
        ctx.session.add(start)
        ctx.session.flush()
        return start.id


def test_a_start_given_up_is_listed_and_tried_again(browse: Browse, service: Runtime, number: int) -> None:
    organiser = browse("shiwei")
    before, doors, of_round = (organiser.get(path) for path in (PAGE, "/admin", "/rounds/1"))

    done = organiser.post(f"{PAGE}/starts/event/{number}/retry", follow_redirects=True)

    assert f"由“drill”开始的流程没有启动，连续 {MAX_ATTEMPTS} 次失败，已停止自动重试。" in before.text
    assert "Faulted: 时间无效" in before.text
    assert "1 项" in doors.text
    assert "已停止自动重试，请到“异常”处理" in of_round.text
    assert ("已重新排队" in done.text, "Faulted: 时间无效" in done.text) == (True, False)
    with service.wiring.reading() as ctx:
        assert ctx.session.get_one(PendingStart, number).attempts == 0
    assert organiser.post(f"{PAGE}/starts/event/{number}/retry").status == 409


def test_a_start_is_dropped_with_a_reason(browse: Browse, service: Runtime, number: int) -> None:
    organiser = browse("shiwei")

    refused = organiser.post(f"{PAGE}/starts/event/{number}/drop", {"reason": " "})
    done = organiser.post(
        f"{PAGE}/starts/event/{number}/drop", {"reason": "改日另行演练"}, follow_redirects=True
    )

    assert (refused.status, "请写明放弃的原因。" in refused.text) == (422, True)
    assert "已放弃，原因记入历史。" in done.text
    with service.wiring.reading() as ctx:
        assert ctx.session.get(PendingStart, number) is None
        events = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "start.dropped")).all()
        assert [event.details["reason"] for event in events] == ["改日另行演练"]


def test_others_touch_no_start(browse: Browse, number: int) -> None:
    address = f"{PAGE}/starts/event/{number}/drop"

    assert [browse(login).post(address, {"reason": "不要了"}).status for login in ("liyang", "")] == [
        403,
        302,
    ]
