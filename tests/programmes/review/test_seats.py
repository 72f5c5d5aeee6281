"""Stepping back (回避, X15): declared or asked for, replaced by the next drawn, and its scores excluded."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Draft, HistoryEvent, Notification, Seat, SeatStatus, User, UserTask
from service.programmes.review import draws, scores, seats
from service.workflow.context import Context
from service.workflow.instance import incidents
from service.workflow.person import delegations
from service.workflow.task import task_access, user_tasks
from tests.at_once import at_once
from tests.programmes.review.panel_story import PanelStory
from tests.programmes.story import _unit


def test_who_steps_back_is_replaced_by_the_next_drawn(scoring: PanelStory) -> None:
    first, second, third = scoring.experts(3)
    task_id = scoring.score_task(3, second)
    following = _order(scoring)[3]

    with scoring.acting(second) as ctx:
        user_tasks.save_draft(ctx, task_id, {"lead_duty": 9})
        seats.recuse(ctx, task_id, "与申报人有师徒关系")

    assert scoring.experts(3) == [first, third, following]
    with pytest.raises(NotFound), scoring.acting(second) as ctx:
        task_access.get_visible(ctx, task_id)
    with scoring.wiring.reading() as ctx:
        assert ctx.session.get(Draft, task_id) is None
        seat = ctx.session.scalars(select(Seat).where(Seat.status == SeatStatus.RECUSED)).one()
        assert (seat.reason, seat.recused_by) == ("与申报人有师徒关系", _name(ctx, second))
        told = select(User.login).join(Notification, Notification.user_id == User.id)
        assert ctx.session.scalars(told.where(Notification.kind == "handed_over")).all() == [following]
    scoring.score(3, following)


@pytest.mark.usefixtures("both_databases")
def test_two_who_step_back_at_once_are_replaced_by_two(scoring: PanelStory) -> None:
    first, second, third = scoring.experts(3)
    order = _order(scoring)

    outcomes = at_once(
        [
            partial(scoring.attempt, login, partial(_recuse, scoring.score_task(3, login)))
            for login in (first, second)
        ]
    )

    assert outcomes == ["done", "done"]
    assert scoring.experts(3) == [third, *order[3:5]]


def test_when_nobody_stands_by_any_more_the_last_stays(scoring: PanelStory) -> None:
    for _ in range(6):
        login = scoring.experts(3)[0]
        assert scoring.attempt(login, partial(_recuse, scoring.score_task(3, login))) == "done"
    last = scoring.experts(3)[0]

    with pytest.raises(Conflict, match="没有可以替补的专家"), scoring.acting(last) as ctx:
        seats.recuse(ctx, scoring.score_task(3, last), "有利害关系")

    assert len(scoring.experts(3)) == 3


@pytest.mark.parametrize(("reason", "message"), [(" ", "请写明回避的原因"), ("长" * 501, "原因太长")])
def test_a_reason_is_asked_for(scoring: PanelStory, reason: str, message: str) -> None:
    login = scoring.experts(3)[0]

    with pytest.raises(Invalid, match=message), scoring.acting(login) as ctx:
        seats.recuse(ctx, scoring.score_task(3, login), reason)


def test_the_organiser_may_ask_one_to_step_back(scoring: PanelStory) -> None:
    first, second, third = scoring.experts(3)

    _dismiss(scoring, "laojing", first)

    assert scoring.experts(3) == [second, third, _order(scoring)[3]]


@pytest.mark.parametrize("all_have_scored", [True, False])
def test_scores_of_one_who_had_to_step_back_do_not_count_and_the_next_drawn_scores(
    scoring: PanelStory, all_have_scored: bool
) -> None:
    strict, *others = scoring.experts(3)
    scoring.score(3, strict, 0)
    for login in others if all_have_scored else others[:1]:
        scoring.score(3, login, 8)
    following = _order(scoring)[3]

    _dismiss(scoring, "laojing", strict)

    assert scoring.experts(3) == [*others, following]
    assert _told(scoring) == [following]
    with scoring.wiring.reading() as ctx:
        assert len(scores.points_of_round(ctx, scoring.entry(ctx))[3]) == 1 + all_have_scored
    for login in (*others[1 + all_have_scored :], following):
        scoring.score(3, login, 8)
    for nomination_id in (1, 2):
        for login in scoring.experts(nomination_id):
            scoring.score(nomination_id, login, 6)
    scoring.step("close_scoring", "laojing", "confirm", {})
    assert scoring.proposed() == [3, *scoring.proposed()[1:]]


def test_scoring_is_not_closed_before_the_substitute_has_scored(scoring: PanelStory) -> None:
    for nomination_id in (1, 2, 3):
        for login in scoring.experts(nomination_id):
            scoring.score(nomination_id, login)

    _dismiss(scoring, "laojing", scoring.experts(3)[0])

    with pytest.raises(Conflict, match="还有 1 份申报没有办完“专家评分”"):
        scoring.step("close_scoring", "laojing", "confirm", {})


def test_an_expert_who_comes_back_scores_where_nobody_took_his_seat(scoring: PanelStory) -> None:
    first, second, third = scoring.experts(3)
    following = _order(scoring)[3]
    for login in (first, second):
        scoring.leave(login)
    _dismiss(scoring, "laojing", second)

    for login in (first, second):
        scoring.return_(login)

    assert scoring.experts(3) == [first, third, following]
    for login in (first, third, following):
        scoring.score(3, login)
    assert scoring.score_task(3, second) == 0


def test_an_expert_who_left_is_replaced(scoring: PanelStory) -> None:
    first, second, third = scoring.experts(3)
    following = _order(scoring)[3]
    scoring.leave(second)

    _dismiss(scoring, "laojing", second)

    assert scoring.experts(3) == [first, third, following]
    for login in (first, third, following):
        scoring.score(3, login)
    with scoring.wiring.reading() as ctx:
        assert incidents.list_open(ctx) == []
        waiting = select(UserTask.id).where(
            UserTask.instance_id == scoring.read(3).instance_id, UserTask.status == "open"
        )
        assert ctx.session.scalars(waiting).all() == []


def test_two_who_left_are_replaced_by_two(scoring: PanelStory) -> None:
    first, second, third = scoring.experts(3)
    order = _order(scoring)
    for login in (first, second):
        scoring.leave(login)

    for login in (first, second):
        _dismiss(scoring, "laojing", login)

    for login in (third, *order[3:5]):
        scoring.score(3, login)
    assert scoring.experts(3) == [third, *order[3:5]]


def test_nobody_who_left_is_seated(scoring: PanelStory) -> None:
    first, *others = scoring.experts(3)
    order = _order(scoring)
    scoring.leave(order[3])

    _dismiss(scoring, "laojing", first)

    assert scoring.experts(3) == [*others, order[4]]


def test_without_a_substitute_one_who_has_scored_may_go_but_not_the_last(scoring: PanelStory) -> None:
    first, second, third = scoring.experts(3)
    for login in (first, second, third):
        scoring.score(3, login)
    for login in _order(scoring)[3:]:
        scoring.leave(login)

    _dismiss(scoring, "laojing", first)
    _dismiss(scoring, "laojing", second)

    assert scoring.experts(3) == [third]
    with pytest.raises(Conflict, match="没有可以替补的专家了"):
        _dismiss(scoring, "laojing", third)


def test_nobody_is_ranked_by_fewer_than_may_score_him(scoring: PanelStory) -> None:
    for nomination_id in (1, 2, 3):
        for login in scoring.experts(nomination_id):
            scoring.score(nomination_id, login)
    gone = _order(scoring)[3:]
    for login in gone:
        scoring.leave(login)
    _dismiss(scoring, "laojing", scoring.experts(3)[0])
    with scoring.wiring.transaction() as ctx:
        ctx.session.get_one(User, _user_id(ctx, gone[-1])).active = True

    name = scoring.read(3).name
    with pytest.raises(Conflict, match=f"{name}的申报只有 2 位专家的有效评分，应为 3 位"):
        scoring.step("close_scoring", "laojing", "confirm", {})
    with scoring.acting("laojing") as ctx:
        seats.fill(ctx, 3)
    with pytest.raises(Conflict, match="席位已满"), scoring.acting("laojing") as ctx:
        seats.fill(ctx, 3)
    scoring.score(3, gone[-1])
    scoring.step("close_scoring", "laojing", "confirm", {})

    assert len(scoring.proposed()) == 2


def test_who_stepped_back_and_why_is_in_the_rounds_history_not_in_the_nominations(
    scoring: PanelStory,
) -> None:
    first, second, _third = scoring.experts(3)
    _dismiss(scoring, "laojing", first)
    with scoring.acting(second) as ctx:
        seats.recuse(ctx, scoring.score_task(3, second), "与申报人有师徒关系")

    with scoring.wiring.reading() as ctx:
        kinds = select(HistoryEvent).where(HistoryEvent.kind.in_(["panel.dismissed", "panel.recused"]))
        kept = [(event.stream, event.kind, event.details) for event in ctx.session.scalars(kinds)]
        of_nomination = select(HistoryEvent.details).where(
            HistoryEvent.instance_id == scoring.read(3).instance_id
        )
        assert "师徒" not in str(ctx.session.scalars(of_nomination).all())
    assert kept == [
        (
            "round:1",
            "panel.dismissed",
            {"nomination": 3, "expert": first, "reason": "被举报与申报人有利害关系"},
        ),
        ("round:1", "panel.recused", {"nomination": 3, "expert": second, "reason": "与申报人有师徒关系"}),
    ]


def test_nobody_else_may_ask(scoring: PanelStory) -> None:
    with pytest.raises(Forbidden):
        _dismiss(scoring, "liyang", scoring.experts(3)[0])
    with pytest.raises(NotFound):
        _dismiss(scoring, "wujin", scoring.experts(3)[0])


def test_after_the_ranking_it_is_too_late(scoring: PanelStory) -> None:
    scoring.score_all()

    with pytest.raises(Conflict, match="已经排名"):
        _dismiss(scoring, "laojing", scoring.experts(3)[0])


def test_scoring_cannot_be_passed_on_to_a_colleague(scoring: PanelStory) -> None:
    login = scoring.experts(3)[0]
    task_id = scoring.score_task(3, login)
    with scoring.acting("laojing") as ctx:
        colleague = ctx.actor.user_id
    assert colleague is not None
    with scoring.wiring.transaction() as ctx:
        user_tasks.get_fresh(ctx, task_id).assignee_id = colleague

    with pytest.raises(Forbidden, match="评分由抽取的专家本人进行"), scoring.acting("laojing") as ctx:
        user_tasks.complete(ctx, task_id, "submit", scoring.points())


@pytest.mark.parametrize(
    ("employer", "sentence"),
    [
        ("liyang-1", "应当回避（与申报人同一单位），不能评分"),
        ("liyang", "应当回避（供职于推荐单位），不能评分"),
        ("jz", "评分由抽取的专家本人进行，不能转办"),
    ],
)
def test_scoring_is_refused_when_it_is_passed_on_not_when_it_is_done(
    scoring: PanelStory, employer: str, sentence: str
) -> None:
    login = scoring.experts(3)[0]
    task_id = scoring.score_task(3, login)
    with scoring.wiring.transaction() as ctx:
        colleague = ctx.session.scalars(select(User).where(User.login == "laojing")).one()
        if employer != "jz":
            colleague.unit_id = _unit(ctx, employer).id

    with scoring.wiring.transaction() as ctx, pytest.raises(Invalid, match=sentence) as refused:
        user_tasks.transfer(ctx, task_id, _user_id(ctx, "laojing"), "外出")

    assert list(refused.value.fields) == ["to_user_id"]
    with scoring.wiring.reading() as ctx:
        assert task_access.get_visible(ctx, task_id).assignee_id is None


def test_who_stepped_back_is_not_handed_it_again(scoring: PanelStory) -> None:
    first, second, _third = scoring.experts(3)
    task_id = scoring.score_task(3, first)
    with scoring.acting(second) as ctx:
        seats.recuse(ctx, scoring.score_task(3, second), "与申报人有师徒关系")

    with scoring.wiring.transaction() as ctx, pytest.raises(Invalid, match="应当回避（已回避）"):
        user_tasks.transfer(ctx, task_id, _user_id(ctx, second), "外出")


def test_who_acts_for_an_absent_expert_is_refused_at_the_claim(scoring: PanelStory) -> None:
    login = scoring.experts(3)[0]
    task_id = scoring.score_task(3, login)
    with scoring.wiring.transaction() as ctx:
        principal = ctx.session.scalars(select(User).where(User.login == login)).one()
        delegations.begin(
            ctx, principal=principal, delegate_id=_user_id(ctx, "laojing"), reason="出差",
            starts_at=ctx.now, ends_at=ctx.now + timedelta(days=2),
        )  # fmt: skip

    with scoring.acting("laojing") as ctx, pytest.raises(Forbidden, match="评分由抽取的专家本人进行"):
        user_tasks.claim(ctx, task_id)
    with scoring.acting(login) as ctx:
        assert user_tasks.claim(ctx, task_id).assignee_id == ctx.actor.user_id


def _told(story: PanelStory) -> list[str]:
    with story.wiring.reading() as ctx:
        told = select(User.login).join(Notification, Notification.user_id == User.id)
        return list(ctx.session.scalars(told.where(Notification.kind == "handed_over")))


def _user_id(ctx: Context, login: str) -> int:
    return ctx.session.scalars(select(User.id).where(User.login == login)).one()


def _recuse(task_id: int, ctx: Context) -> None:
    seats.recuse(ctx, task_id, "有利害关系")


def _dismiss(story: PanelStory, by: str, login: str) -> None:
    with story.acting(by) as ctx:
        user_id = ctx.session.scalars(select(User.id).where(User.login == login)).one()
        seats.dismiss(ctx, 3, user_id, "被举报与申报人有利害关系")


def _order(story: PanelStory) -> list[str]:
    """The drawn order without those who may not score nomination 3: nobody."""
    with story.wiring.reading() as ctx:
        return [m.login for m in draws.list_members(ctx, draws.get(ctx, story.entry(ctx)))]


def _name(ctx: Context, login: str) -> str:
    return ctx.session.scalars(select(User.name).where(User.login == login)).one()
