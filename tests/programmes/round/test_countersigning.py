"""The departments of the joint review countersign the candidates (联合会审, A6): nothing passes by itself."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Conflict, Invalid
from service.models import Instance, QuotaKind, TaskStatus, UserTask
from service.programmes.publication import notices
from service.programmes.round import round_events
from service.workflow import history
from service.workflow.instance.execution import RefusedByProcess
from tests.programmes.round.test_quotas import set_places
from tests.programmes.story import ORGANISER, Story

REASON = "参保单位与所填不符，建议重新会审。"


@pytest.fixture
def reviewed(round_2024: Story) -> list[int]:
    """Two nominations that the joint review made candidates, in two categories."""
    both = [round_2024.nominate(), round_2024.nominate(category="work_safety")]
    round_2024.to_review()
    for nominee in both:
        round_2024.carry(nominee, "")
    return both


def waits(story: Story) -> list[str]:
    """Return where the round waits, once for every task."""
    with story.wiring.reading() as ctx:
        query = select(UserTask.element_id).where(
            UserTask.instance_id == story.entry(ctx).instance_id, UserTask.status == TaskStatus.OPEN
        )
        return sorted(ctx.session.scalars(query))


def review_again(story: Story, nominee: int, *, heard: bool = True) -> None:
    """Send somebody back to the joint review; ``heard`` waits until his nomination is there."""
    with story.acting(ORGANISER) as ctx:
        round_events.throw(
            ctx, story.entry(ctx), "message", "review_again", correlation_key=str(nominee), reason=REASON
        )
    if heard:
        story.work_off()


def given(story: Story, nominee: int) -> list[tuple[str | None, str]]:
    """Return where a nomination was given a message by hand, and why."""
    instance_id = story.read(nominee).instance_id
    with story.wiring.reading() as ctx:
        events = history.of_instance(ctx, ctx.session.get_one(Instance, instance_id))
        return [(one.element_id, one.details["reason"]) for one in events if one.kind == "message.given"]


def test_every_department_signs_before_anybody_is_published(round_2024: Story, reviewed: list[int]) -> None:
    round_2024.confirm("submit_list")
    assert waits(round_2024) == ["countersign", "countersign"]

    round_2024.sign("renshe")
    assert waits(round_2024) == ["countersign"]
    round_2024.sign("gongxin")

    assert waits(round_2024) == ["publish_candidates"]
    round_2024.confirm("publish_candidates")
    assert sorted(round_2024.listed()) == reviewed


def test_a_message_is_called_as_the_diagram_calls_where_it_is_waited_for(
    round_2024: Story, reviewed: list[int]
) -> None:
    with round_2024.wiring.reading() as ctx:
        awaited = round_events.list_awaited(ctx, round_2024.entry(ctx))

    again = next(one for one in awaited if one.name == "review_again")
    assert (again.title, again.waiting, again.starts) == ("重新会审", len(reviewed), 0)


def test_time_signs_for_nobody(round_2024: Story, reviewed: list[int]) -> None:
    round_2024.confirm("submit_list")

    round_2024.pass_until("2024-06-03 09:00")

    assert waits(round_2024) == ["countersign", "countersign"]


def test_one_that_objects_leads_back_to_the_organiser_with_its_reason(
    round_2024: Story, reviewed: list[int]
) -> None:
    round_2024.confirm("submit_list")
    with pytest.raises(Invalid) as refused:
        round_2024.sign("renshe", "reject")
    assert list(refused.value.fields) == ["reason"]

    round_2024.sign("renshe", "reject", reason=REASON)

    assert waits(round_2024) == ["submit_list"]
    round_2024.countersign()
    assert waits(round_2024) == ["publish_candidates"]


def test_whom_a_department_objects_to_is_reviewed_again(round_2024: Story, reviewed: list[int]) -> None:
    dropped, kept = reviewed
    round_2024.confirm("submit_list")
    round_2024.sign("gongxin", "reject", reason=REASON)

    review_again(round_2024, dropped)

    assert (round_2024.status(dropped), round_2024.status(kept)) == ("shortlisted", "selected")
    with pytest.raises(Conflict, match="还有 1 份申报没有办完“联合会审”"):
        round_2024.confirm("submit_list")
    round_2024.complete(dropped, "joint_review", "not_selected")
    round_2024.countersign()
    assert round_2024.status(dropped) == "not_listed"
    round_2024.confirm("publish_candidates")
    round_2024.work_off()
    assert (round_2024.listed(), round_2024.status(dropped)) == ([kept], "not_selected")


def test_whoever_reviews_again_reads_why_he_is_asked(round_2024: Story, reviewed: list[int]) -> None:
    asked, other = reviewed
    round_2024.confirm("submit_list")
    round_2024.sign("gongxin", "reject", reason=REASON)

    review_again(round_2024, asked)

    assert [given(round_2024, one) for one in (asked, other)] == [[("review_again", REASON)], []]


def test_somebody_left_out_takes_the_place_of_one_who_gives_his_back(round_2024: Story) -> None:
    set_places(round_2024, 1, QuotaKind.AWARD)
    listed, left_out = round_2024.nominate(), round_2024.nominate()
    round_2024.to_review()
    round_2024.complete(listed, "joint_review", "select")
    round_2024.complete(left_out, "joint_review", "not_selected")

    review_again(round_2024, left_out)
    with pytest.raises(RefusedByProcess, match="候选人已满 1 名"):
        round_2024.complete(left_out, "joint_review", "select")
    review_again(round_2024, listed)
    round_2024.complete(listed, "joint_review", "not_selected")
    round_2024.complete(left_out, "joint_review", "select")
    round_2024.countersign()
    round_2024.confirm("publish_candidates")
    round_2024.work_off()

    assert round_2024.listed() == [left_out]
    assert [round_2024.status(one) for one in (listed, left_out)] == ["not_selected", "selected"]


def test_whom_the_review_left_out_is_known_while_the_list_may_change(round_2024: Story) -> None:
    listed, left_out = round_2024.nominate(), round_2024.nominate()
    round_2024.to_review()
    round_2024.complete(listed, "joint_review", "select")
    round_2024.complete(left_out, "joint_review", "not_selected")

    with round_2024.wiring.reading() as ctx:
        entry = round_2024.entry(ctx)
        assert [one.id for one in notices.list_candidates(ctx, entry)] == [listed]
        assert [one.id for one in notices.list_left_out(ctx, entry)] == [left_out]


def test_who_is_kept_after_a_second_review_holds_one_place(round_2024: Story, reviewed: list[int]) -> None:
    again, _other = reviewed
    review_again(round_2024, again)

    round_2024.complete(again, "joint_review", "select")
    round_2024.countersign()
    round_2024.confirm("publish_candidates")

    assert sorted(round_2024.listed()) == reviewed
    round_2024.to_announcement()
    assert [round_2024.status(nominee) for nominee in reviewed] == ["awarded", "awarded"]


@pytest.mark.parametrize("heard", [True, False])
def test_nobody_is_published_who_is_reviewed_again_after_the_signing(
    round_2024: Story, reviewed: list[int], heard: bool
) -> None:
    round_2024.countersign()
    review_again(round_2024, reviewed[0], heard=heard)

    with pytest.raises(Conflict, match="还有 1 份申报没有办完“联合会审”"):
        round_2024.confirm("publish_candidates")

    assert waits(round_2024) == ["publish_candidates"]


def test_nobody_is_reviewed_again_once_he_is_published(round_2024: Story, reviewed: list[int]) -> None:
    round_2024.countersign()
    round_2024.confirm("publish_candidates")

    with pytest.raises((Conflict, Invalid)):
        review_again(round_2024, reviewed[0])

    with round_2024.wiring.reading() as ctx:
        assert len(notices.list_candidates(ctx, round_2024.entry(ctx))) == len(reviewed)
        running = select(Instance.id).where(Instance.process_id == "nomination", Instance.status == "active")
        assert len(ctx.session.scalars(running).all()) == len(reviewed)
