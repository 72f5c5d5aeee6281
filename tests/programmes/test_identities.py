"""An approver who is the nominee is known by his identity number, though he nominates by no account (X14)."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import Candidate, Nomination, Opinion, User, UserTask
from service.programmes.nomination import identities, nominations
from service.programmes.review import draws
from service.workflow.context import Context
from service.workflow.person import people
from service.workflow.task import user_tasks
from tests.behind import behind
from tests.programmes.story import Story, _unit

STEP = "workplace_league_opinion"


def number_of(story: Story, nomination_id: int) -> str:
    with story.wiring.reading() as ctx:
        return str(ctx.session.get_one(Nomination, nomination_id).id_number)


def register(story: Story, login: str, number: str) -> int:
    with story.acting(login) as ctx:
        return identities.register(ctx, user_of(ctx, login), number)


def user_of(ctx: Context, login: str) -> User:
    return ctx.session.scalars(select(User).where(User.login == login)).one()


def offered(story: Story, nomination_id: int) -> list[str]:
    with story.wiring.reading() as ctx:
        task = story.task_id(nomination_id, STEP)
        groups = select(Candidate.group_key).where(Candidate.user_task_id == task)
        return sorted(ctx.session.scalars(groups))


def test_whoever_registers_his_number_loses_the_approval_of_himself(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    with round_2024.acting("tuanzhibu") as ctx:
        user_tasks.claim(ctx, round_2024.task_id(nominee, STEP))
    assert offered(round_2024, nominee) == ["league@liyang-qingfeng"]

    passed = register(round_2024, "tuanzhibu", number_of(round_2024, nominee).lower())

    assert passed == 1
    assert offered(round_2024, nominee) == ["unit_admin@cz"]
    with pytest.raises(Forbidden):
        round_2024.complete(nominee, STEP, "approve", by="tuanzhibu", text="同意。")
    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(Opinion)).all() == []
        assert ctx.session.get_one(UserTask, round_2024.task_id(nominee, STEP)).assignee_id is None


@pytest.mark.usefixtures("both_databases")
def test_of_two_numbers_registered_at_once_the_first_stays(round_2024: Story) -> None:
    mine, other = (number_of(round_2024, round_2024.nominate()) for _ in range(2))

    with round_2024.acting("tuanzhibu") as ctx:
        identities.register(ctx, user_of(ctx, "tuanzhibu"), mine)
        kept = user_of(ctx, "tuanzhibu").id_number_index
        second = behind(partial(register, round_2024, "tuanzhibu", other))

    with pytest.raises(Conflict, match="已经登记过"):
        second()
    with round_2024.wiring.reading() as ctx:
        assert user_of(ctx, "tuanzhibu").id_number_index == kept


def test_whoever_has_registered_is_passed_over_when_the_step_opens(round_2024: Story) -> None:
    first = round_2024.nominate()
    number = number_of(round_2024, first)
    register(round_2024, "dangzhibu", number)

    round_2024.carry(first, "workplace_opinion")
    second = round_2024.nominate(to="workplace_opinion")

    with round_2024.wiring.reading() as ctx:
        by_task = {
            nominee: sorted(
                ctx.session.scalars(
                    select(Candidate.group_key).where(
                        Candidate.user_task_id == round_2024.task_id(nominee, "workplace_opinion")
                    )
                )
            )
            for nominee in (first, second)
        }
    assert by_task == {first: ["unit_admin@cz"], second: ["head@liyang-qingfeng"]}


def test_of_two_in_a_group_the_nominee_is_refused_and_the_other_approves(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        people.grant(ctx, user_of(ctx, "dangzhibu"), "league", _unit(ctx, "liyang-qingfeng"))
    nominee = round_2024.nominate()
    register(round_2024, "tuanzhibu", number_of(round_2024, nominee))

    assert offered(round_2024, nominee) == ["league@liyang-qingfeng"]
    with pytest.raises(Forbidden, match="本人不能"):
        round_2024.complete(nominee, STEP, "approve", by="tuanzhibu", text="同意。")
    round_2024.complete(nominee, STEP, "approve", by="dangzhibu", text="同意。")


def test_a_namesake_of_the_same_unit_is_told_to_register_first(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    with round_2024.wiring.transaction() as ctx:
        user_of(ctx, "tuanzhibu").name = ctx.session.get_one(Nomination, nominee).name

    with pytest.raises(Forbidden, match="同名、同单位"):
        round_2024.complete(nominee, STEP, "approve", by="tuanzhibu", text="同意。")
    other = round_2024.nominate("wujin-gehu")
    assert register(round_2024, "tuanzhibu", number_of(round_2024, other)) == 0
    round_2024.complete(nominee, STEP, "approve", by="tuanzhibu", text="同意。")


def test_registering_gives_no_right_to_read(round_2024: Story) -> None:
    nominee = round_2024.nominate()

    register(round_2024, "wujin", number_of(round_2024, nominee))

    with round_2024.acting("wujin") as ctx:
        assert not nominations.may_see(ctx, ctx.session.get_one(Nomination, nominee))


def test_a_number_is_registered_once_until_it_is_cleared(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    number = number_of(round_2024, nominee)
    for wrong in ("", "320400198901010000"):
        with pytest.raises(Invalid) as refused:
            register(round_2024, "tuanzhibu", wrong)
        assert list(refused.value.fields) == ["id_number"]
    register(round_2024, "tuanzhibu", number)

    with pytest.raises(Conflict):
        register(round_2024, "tuanzhibu", number)
    with round_2024.acting("admin") as ctx:
        identities.clear(ctx, user_of(ctx, "tuanzhibu"))
    with round_2024.acting("admin") as ctx, pytest.raises(Conflict):
        identities.clear(ctx, user_of(ctx, "tuanzhibu"))
    register(round_2024, "tuanzhibu", number)


def test_an_expert_is_known_as_the_nominee_too(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    register(round_2024, "huishen", number_of(round_2024, nominee))

    with round_2024.wiring.reading() as ctx:
        subject = draws.subject_of(ctx.session.get_one(Nomination, nominee))
        assert draws.find_conflict(user_of(ctx, "huishen"), subject) == "申报人本人"
        assert draws.find_conflict(user_of(ctx, "shiwei"), subject) == ""
