"""Withdrawing after the papers were handed in (X12): what is open closes, what was held is given back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from service.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from service.models import (
    Attachment,
    Draft,
    HistoryEvent,
    Instance,
    Job,
    NoticeKind,
    Quota,
    QuotaKind,
    Submission,
    SubscriptionRow,
    TaskStatus,
    UserTask,
)
from service.programmes.round import withdrawals
from service.scheduler import retention as retention_duty
from service.workflow.task import user_tasks
from tests.programmes.story import LEAGUE, NOMINEE, ORGANISER, RECOMMENDER, Story


def withdraw(story: Story, nomination_id: int, by: str = LEAGUE, reason: str = "本人调离常州") -> None:
    with story.acting(by) as ctx:
        nomination = story.read(nomination_id)
        withdrawals.withdraw(ctx, ctx.session.merge(nomination, load=False), reason)


def taken(story: Story, kind: QuotaKind) -> int:
    with story.wiring.reading() as ctx:
        return ctx.session.scalar(select(func.sum(Quota.taken)).where(Quota.kind == kind)) or 0


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("by", [LEAGUE, RECOMMENDER, ORGANISER])
def test_x12_what_is_open_closes_and_the_place_is_given_back(round_2024: Story, by: str) -> None:
    nominee = round_2024.nominate(to="consult_police")
    before = taken(round_2024, QuotaKind.NOMINATION)

    withdraw(round_2024, nominee, by=by)

    read = round_2024.read(nominee)
    assert (read.status, read.status_reason) == ("withdrawn", "本人调离常州")
    assert round_2024.waits_at(nominee) == []
    assert (before, taken(round_2024, QuotaKind.NOMINATION)) == (1, 0)
    with round_2024.wiring.reading() as ctx:
        instance = ctx.session.get_one(Instance, read.instance_id)
        left = [
            ctx.session.scalar(select(func.count()).where(table.instance_id == instance.id))
            for table in (Job, SubscriptionRow)
        ]
        closed = select(UserTask.status).where(UserTask.instance_id == instance.id)
        ended = select(HistoryEvent.details).where(
            HistoryEvent.stream == f"instance:{instance.id}", HistoryEvent.kind == "instance.cancelled"
        )
        assert (instance.status, left) == ("cancelled", [0, 0])
        assert TaskStatus.OPEN not in set(ctx.session.scalars(closed))
        assert ctx.session.scalars(ended).one() == {"reason": "退出：本人调离常州"}


def test_x12_nominee_withdraws_himself(round_2024: Story) -> None:
    nominee = round_2024.nominate(source="self")

    withdraw(round_2024, nominee, by=NOMINEE)

    assert round_2024.status(nominee) == "withdrawn"


def test_x12_candidate_who_withdraws_is_not_announced_and_gives_both_places_back(round_2024: Story) -> None:
    leaving, staying = (round_2024.nominate() for _ in range(2))
    round_2024.to_notice()

    withdraw(round_2024, leaving)
    round_2024.to_announcement()

    assert round_2024.listed() == [leaving, staying]
    assert round_2024.listed(NoticeKind.AWARDS) == [staying]
    assert [taken(round_2024, kind) for kind in (QuotaKind.NOMINATION, QuotaKind.AWARD)] == [1, 1]


@pytest.mark.parametrize(
    ("by", "reason", "error"),
    [
        (LEAGUE, " ", Invalid),
        (LEAGUE, "长" * 501, Invalid),
        ("wujin", "与他无关", NotFound),
        ("admin", "不是主办单位", Forbidden),
    ],
)
def test_withdrawal_is_refused_and_nothing_changes(
    round_2024: Story, by: str, reason: str, error: type[ServiceError]
) -> None:
    nominee = round_2024.nominate(to="consult_police")

    with pytest.raises(error):
        withdraw(round_2024, nominee, by=by, reason=reason)

    assert (round_2024.status(nominee), taken(round_2024, QuotaKind.NOMINATION)) == ("qualifying", 1)


def test_who_has_ended_does_not_withdraw(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    withdraw(round_2024, nominee)

    with pytest.raises(Conflict, match="已经办结"):
        withdraw(round_2024, nominee, reason="再退一次")


def _kept(story: Story, nomination_id: int) -> dict[str, object]:
    """Return what is left of a nomination's answers, drafts and files."""
    read = story.read(nomination_id)
    with story.wiring.reading() as ctx:
        tasks = select(UserTask.id).where(UserTask.instance_id == read.instance_id)
        answers = select(Submission.answers).where(Submission.instance_id == read.instance_id)
        drafts = select(func.count()).where(Draft.user_task_id.in_(tasks))
        files = select(func.count()).where(Attachment.nomination_id == nomination_id)
        return {
            "status": read.status,
            "name": read.name,
            "id_number": read.id_number,
            "answers": [given for given in ctx.session.scalars(answers) if given],
            "drafts": ctx.session.scalar(drafts),
            "files": ctx.session.scalar(files),
        }


FORGOTTEN = {
    "status": "withdrawn", "name": "（已清除）", "id_number": None, "answers": [], "drafts": 0, "files": 0,
}  # fmt: skip


def _save_draft(story: Story, nomination_id: int) -> None:
    with story.acting(LEAGUE) as ctx:
        instance_id = story.read(nomination_id).instance_id
        task = select(UserTask.id).where(UserTask.instance_id == instance_id)
        user_tasks.save_draft(ctx, ctx.session.scalars(task).one(), {"name": "演示-何安"})


@pytest.mark.usefixtures("both_databases")
def test_x12_a_draft_that_is_withdrawn_is_forgotten_at_once(round_2024: Story) -> None:
    nominee = round_2024.start(name="演示-何安")
    round_2024.attach(nominee)
    _save_draft(round_2024, nominee)

    withdraw(round_2024, nominee)
    retention_duty.run_once(round_2024.wiring)

    assert _kept(round_2024, nominee) == FORGOTTEN


def test_x12_withdrawing_by_the_forms_own_button_forgets_as_well(round_2024: Story) -> None:
    nominee = round_2024.start(name="演示-何安")
    round_2024.attach(nominee)
    round_2024.complete(nominee, "fill_in_form", "withdraw", name="演示-何安", phone="13812341234")

    retention_duty.run_once(round_2024.wiring)

    assert _kept(round_2024, nominee) == FORGOTTEN


def test_x12_what_was_handed_in_is_kept_like_that_of_others(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")

    withdraw(round_2024, nominee)
    retention_duty.run_once(round_2024.wiring)

    kept = _kept(round_2024, nominee)
    assert (kept["status"], len(kept["answers"]) > 0, kept["files"] != 0) == ("withdrawn", True, True)  # type: ignore[arg-type]
