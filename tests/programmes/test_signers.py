"""加签 before and after: nothing passes unsigned, and what a signer refuses is decided anew."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Comment, Draft, Opinion, Signer, SignerPlace, User
from service.workflow.context import Context
from service.workflow.task import comments, signers, signing, task_access, tasklist, user_tasks
from service.workflow.task.tasklist import Filter
from tests.programmes.story import HEAD, LEAGUE, NOMINEE, Story
from tests.programmes.test_delegations import delegate

STEP = "workplace_opinion"
BEFORE, AFTER = SignerPlace.BEFORE, SignerPlace.AFTER
YES = {"text": "同意推荐。"}


def ask(story: Story, nominee: int, place: SignerPlace, *, of: str = LEAGUE, by: str = HEAD) -> int:
    with story.acting(by) as ctx:
        task = story.task_id(nominee, STEP)
        return signers.ask(ctx, task, [user_of(ctx, of)], place, "请核对事迹。")[0].id


def user_of(ctx: Context, login: str) -> int:
    return ctx.session.scalars(select(User.id).where(User.login == login)).one()


def answer(story: Story, signer: int, *, agrees: bool = True, by: str = LEAGUE, text: str = "") -> None:
    with story.acting(by) as ctx:
        signing.answer(ctx, signer, agrees=agrees, text=text)


def decide(story: Story, nominee: int, outcome: str = "approve", by: str = HEAD, **answers: str) -> None:
    with story.acting(by) as ctx:
        user_tasks.complete(ctx, story.task_id(nominee, STEP), outcome, answers or YES)


def to_sign(story: Story, login: str = LEAGUE) -> int:
    with story.acting(login) as ctx:
        assert len(tasklist.list_signing(ctx, Filter()).rows) == tasklist.count(ctx)["signing"]
        return tasklist.count(ctx)["signing"]


def test_nothing_is_decided_before_those_asked_first_have_signed(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    signer = ask(round_2024, nominee, BEFORE)
    assert to_sign(round_2024) == 1

    with pytest.raises(Conflict, match="等候：演示-青锋团支部"):
        decide(round_2024, nominee)
    answer(round_2024, signer, agrees=False, text="事迹第二段与实际不符。")
    decide(round_2024, nominee)

    assert (to_sign(round_2024), round_2024.waits_at(nominee)) == (0, ["recommender_opinion"])


def test_decision_waits_for_those_asked_after_it(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    signer = ask(round_2024, nominee, AFTER)
    assert to_sign(round_2024) == 0  # nothing is decided yet

    decide(round_2024, nominee)
    assert (to_sign(round_2024), round_2024.waits_at(nominee)) == (1, [STEP])
    answer(round_2024, signer)

    assert round_2024.waits_at(nominee) == ["recommender_opinion"]
    with round_2024.wiring.reading() as ctx:
        opinion = ctx.session.scalars(select(Opinion).where(Opinion.position == 2)).one()
    assert (opinion.signed_by, opinion.text) == ("演示-青锋党支部", "同意推荐。")


def test_decision_a_signer_refuses_is_made_anew_with_what_was_written(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    signer = ask(round_2024, nominee, AFTER)
    decide(round_2024, nominee)

    answer(round_2024, signer, agrees=False, text="应先退回补正。")

    task_id = round_2024.task_id(nominee, STEP)
    with round_2024.wiring.reading() as ctx:
        assert signers.find_held(ctx, task_access.get_fresh(ctx, task_id)) is None
        assert ctx.session.get_one(Draft, task_id).answers == YES
    decide(round_2024, nominee, "return", text="请补正。")
    assert round_2024.waits_at(nominee) == ["fill_in_form"]


def test_x14_nobody_signs_his_own_nomination_in_the_place_of_another(round_2024: Story) -> None:
    signer = ask(round_2024, round_2024.nominate(source="self", to=STEP), BEFORE)
    delegate(round_2024, LEAGUE, to=NOMINEE)

    with pytest.raises(Forbidden, match="本人不能对自己的申报签署意见"):
        answer(round_2024, signer, by=NOMINEE)


def test_decision_that_cannot_stand_is_refused_before_anybody_signs_it(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    ask(round_2024, nominee, AFTER)

    with pytest.raises(Invalid):
        decide(round_2024, nominee, text="")

    assert to_sign(round_2024) == 0


def test_asking_is_taken_back_and_the_decision_goes_through(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    signer = ask(round_2024, nominee, AFTER)
    decide(round_2024, nominee)

    with round_2024.acting(HEAD) as ctx:
        signing.withdraw(ctx, signer)

    assert round_2024.waits_at(nominee) == ["recommender_opinion"]
    with pytest.raises(Conflict):
        answer(round_2024, signer)


def test_signer_sees_what_he_is_to_sign_and_nobody_else_does(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    ask(round_2024, nominee, BEFORE, of="liyang")
    signer = ask(round_2024, nominee, BEFORE)

    with round_2024.acting("wujin") as ctx, pytest.raises(NotFound):
        task_access.get_visible(ctx, round_2024.task_id(nominee, STEP))
    with round_2024.acting("wujin") as ctx, pytest.raises(NotFound):
        signing.answer(ctx, signer, agrees=True, text="")
    with round_2024.acting(HEAD) as ctx, pytest.raises(Forbidden):
        signing.answer(ctx, signer, agrees=True, text="")


def test_x14_nominee_is_not_asked_to_sign_for_himself(round_2024: Story) -> None:
    nominee = round_2024.nominate(source="self", to=STEP)

    with pytest.raises(Invalid) as refused:
        ask(round_2024, nominee, BEFORE, of="xiaoming")

    assert refused.value.fields == {"user_ids": "演示-申报人 与本件有关，应当回避"}


def test_only_whoever_has_the_task_asks_and_not_himself(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)

    with pytest.raises(Forbidden):
        ask(round_2024, nominee, BEFORE, of=HEAD, by=LEAGUE)
    with pytest.raises(Invalid):
        ask(round_2024, nominee, BEFORE, of=HEAD)


def test_no_needs_a_reason(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    signer = ask(round_2024, nominee, BEFORE)

    with pytest.raises(Invalid):
        answer(round_2024, signer, agrees=False)


def test_asked_twice_is_asked_once(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    ask(round_2024, nominee, BEFORE)

    with round_2024.acting(HEAD) as ctx:
        again = signers.ask(
            ctx, round_2024.task_id(nominee, STEP), [user_of(ctx, LEAGUE)], BEFORE, "请再核对。"
        )
        assert (again, len(list(ctx.session.scalars(select(Signer))))) == ([], 1)


def test_comment_is_no_opinion(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)

    with round_2024.acting(HEAD) as ctx:
        comments.add(ctx, round_2024.task_id(nominee, STEP), "荣誉证书原件已看过。")

    with round_2024.wiring.reading() as ctx:
        said = ctx.session.scalars(select(Comment)).one()
        assert [opinion.text for opinion in ctx.session.scalars(select(Opinion))] != [said.text]
        assert said.text == "荣誉证书原件已看过。"
    with round_2024.acting("wujin") as ctx, pytest.raises(NotFound):
        comments.add(ctx, round_2024.task_id(nominee, STEP), "没有看过。")
    with round_2024.acting(HEAD) as ctx, pytest.raises(Invalid):
        comments.add(ctx, round_2024.task_id(nominee, STEP), " ")
