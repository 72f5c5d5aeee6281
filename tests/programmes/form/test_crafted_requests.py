"""What a request made by hand could try, and gets no further with than the page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from service.errors import Forbidden, Invalid, NotFound
from service.models import Instance, Nomination, Submission, UserTask
from service.programmes import intake
from service.programmes.review import joint_reviews
from service.programmes.rule import identity_number
from service.workflow.task import task_access, user_tasks
from tests.programmes.story import CATEGORY, Story
from tests.programmes.test_roles import grant


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"status": "awarded"}, "status"),
        ({"eligibility": "PASS"}, "eligibility"),
        ({"recommender_id": 3}, "recommender_id"),
        ({"category": "astronauts"}, "category"),
        ({"category": None}, "category"),
        ({"deeds": "事" * 100_000}, "deeds"),
        ({"name": "某" * 5_000}, "name"),
        ({"name": "某\u202e某"}, "name"),
        ({"name": {"$ne": 1}}, "name"),
        ({"honours": [{"title": "x"}] * 1_000}, "honours"),
        ({"honours": [{"title": "演示", "level": "市级", "kind": "个人", "year": 1e308}]}, "honours.0.year"),
        ({"publication_consent": False}, "publication_consent"),
        ({"sex": "男", "id_number": identity_number.make("320400", date(1995, 8, 1), 2)}, "sex"),
        ({"id_number": "320400199508010024"}, "id_number"),
        ({"id_number": ""}, "id_number"),
    ],
)
def test_form_with_something_else_in_it_is_refused(
    round_2024: Story, extra: dict[str, Any], field: str
) -> None:
    nominee = round_2024.start()
    round_2024.attach(nominee)

    with pytest.raises(Invalid) as refused:
        round_2024.hand_in(nominee, **{"sex": "女", "birth_month": "1995-08"} | extra)

    assert field in refused.value.fields
    found = round_2024.read(nominee)
    assert (found.status, found.id_number, found.category) == ("drafting", None, CATEGORY)


@pytest.mark.parametrize("answers", [None, [], "x", 3])
def test_answers_that_are_no_form_are_refused(round_2024: Story, answers: Any) -> None:
    nominee = round_2024.start()
    task_id = round_2024.task_id(nominee, "fill_in_form")

    with round_2024.acting("tuanzhibu") as ctx, pytest.raises(Invalid):
        user_tasks.complete(ctx, task_id, "submit", answers)


def test_outcome_the_diagram_does_not_offer_is_refused(round_2024: Story) -> None:
    nominee = round_2024.nominate()

    for outcome in ("select", "confirm", "", "approve "):
        with pytest.raises(Invalid):
            round_2024.complete(nominee, "workplace_league_opinion", outcome, text="同意。")

    assert round_2024.status(nominee) == "recommending"


def test_withdrawal_fills_nothing_in(round_2024: Story) -> None:
    nominee = round_2024.start()

    round_2024.complete(
        nominee, "fill_in_form", "withdraw", id_number="320400199508010023", category="work_safety"
    )

    found = round_2024.read(nominee)
    assert (found.id_number, found.id_number_index, found.category) == (None, None, CATEGORY)


def test_withdrawal_after_the_recommendation_is_too_late(round_2024: Story) -> None:
    nominee = round_2024.start(source="self")
    form = round_2024.task_id(nominee, "fill_in_form")
    round_2024.hand_in(nominee, by="xiaoming")
    round_2024.carry(nominee, "consult_police")

    with round_2024.acting("xiaoming") as ctx, pytest.raises(task_access.AlreadyDone):
        user_tasks.complete(ctx, form, "withdraw", {})

    assert round_2024.status(nominee) == "qualifying"


def test_task_of_another_step_cannot_be_done_with_somebody_elses_role(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="recommender_opinion")
    task_id = round_2024.task_id(nominee, "recommender_opinion")

    for login, error in (("tuanzhibu", Forbidden), ("shiwei", Forbidden), ("wujin", NotFound)):
        with round_2024.acting(login) as ctx, pytest.raises(error):
            user_tasks.complete(ctx, task_id, "approve", {"reason": "同意推荐。"})

    assert round_2024.waits_at(nominee) == ["recommender_opinion"]


def test_answers_of_a_form_stay_out_of_the_process(round_2024: Story) -> None:
    nominee = round_2024.nominate()

    with round_2024.wiring.reading() as ctx:
        instance = ctx.session.get_one(Instance, round_2024.read(nominee).instance_id)
        kept = ctx.session.scalars(select(Submission).where(Submission.instance_id == instance.id)).one()
        assert kept.answers["id_number"] not in instance.state.decode("utf-8", "replace")
        assert kept.answers["phone"] not in instance.state.decode("utf-8", "replace")


def test_personal_numbers_lie_encrypted(round_2024: Story) -> None:
    answers = round_2024.hand_in(round_2024.start())

    engine = round_2024.wiring.session_factory.kw["bind"]
    with engine.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())

    assert [answers[key] for key in ("id_number", "phone", "deeds") if answers[key] in dump] == []


def test_opinion_longer_than_its_place_is_refused(round_2024: Story) -> None:
    nominee = round_2024.nominate()

    with pytest.raises(Invalid) as refused:
        round_2024.complete(nominee, "workplace_league_opinion", "approve", text="长" * 9_000)

    assert list(refused.value.fields) == ["text"]


def test_x15_reviewer_finds_neither_his_own_nomination_nor_a_colleagues_on_the_page(
    round_2024: Story,
) -> None:
    own, colleague = round_2024.nominate(source="self"), round_2024.nominate()
    other = round_2024.nominate("wujin-gehu")
    round_2024.to_review()
    grant(round_2024, "xiaoming", "reviewer", "cz")
    task_ids = [round_2024.task_id(nominee, "joint_review") for nominee in (own, colleague)]

    with round_2024.acting("xiaoming") as ctx:
        found = joint_reviews.list_candidates(ctx, round_2024.entry(ctx), "joint_review", CATEGORY)
        assert [nomination.id for _task, nomination in found] == [other]
        for task_id, reason in zip(task_ids, ("申报人本人", "与申报人同一单位"), strict=True):
            with pytest.raises(Forbidden, match=reason):
                joint_reviews.decide(ctx, [task_id], {task_id: "select"}, {})


def test_category_of_a_batch_is_that_of_the_form(round_2024: Story) -> None:
    nominee = round_2024.start(category=CATEGORY)
    round_2024.hand_in(nominee, category="rural_revitalisation")
    round_2024.carry(nominee, "consult_police")

    with round_2024.wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, round_2024.task_id(nominee, "consult_police"))
        nomination = ctx.session.get_one(Nomination, nominee)
        assert (task.batch_key, nomination.category) == ("rural_revitalisation", "rural_revitalisation")
        assert intake.form_context(ctx, task.instance, nomination)["category"] == "rural_revitalisation"
