"""Statements: the candidate's side answers an objection and learns neither who objected nor in what words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from sqlalchemy import select

from service.documents.uploads import check_attachment
from service.errors import Forbidden, Invalid, NotFound
from service.models import Objection, ObjectionEvidence, TaskFile, TaskStatus, UserTask
from service.programmes import submitted, task_files
from service.programmes.demo import made_up
from service.programmes.nomination import attachments
from service.programmes.publication import evidence, notices, objections, statements
from service.programmes.removal import removals
from service.workflow.task import comments, instances, task_access, user_tasks
from tests.programmes.story import LEAGUE, NOMINEE, OBJECTION, ORGANISER, POINTS, Story

PROOF = made_up.file_for(["application/pdf"])[1]
SLOT = "proof"
REPLY = "证书由市人社局颁发，原件在单位存档。"


class Case(NamedTuple):
    objection: int
    instance: int


@pytest.fixture
def case(round_2024: Story) -> Case:
    """An objection with evidence to somebody who put himself forward; it was taken up."""
    nominee = round_2024.nominate(source="self")
    round_2024.to_notice()
    with round_2024.wiring.transaction() as ctx:
        notice = notices.find_newest(ctx, round_2024.entry(ctx), "candidates")
        assert notice is not None
        proof = check_attachment("他的同事所写。".encode(), "证明.txt", max_bytes=1000)
        objection = objections.lodge(ctx, notice, nominee, OBJECTION, files=[proof])
        assert objection.instance_id is not None
        found = Case(objection.id, objection.instance_id)
    round_2024.settle(found.objection, "accept")
    return found


def open_steps(story: Story, case: Case) -> dict[str, int]:
    """Return the open tasks of a case by step."""
    with story.wiring.reading() as ctx:
        query = select(UserTask).where(
            UserTask.instance_id == case.instance, UserTask.status == TaskStatus.OPEN
        )
        return {task.element_id: task.id for task in ctx.session.scalars(query)}


@pytest.mark.parametrize("said", ["演示 反映人来电。", "请联系 ００００　000 12-34。"])
def test_no_question_names_who_objected_however_it_is_written(
    round_2024: Story, case: Case, said: str
) -> None:
    schema = {"components": [{"key": statements.POINTS}]}

    with round_2024.acting(ORGANISER) as ctx, pytest.raises(Invalid, match="不能写明反映人"):
        statements.take_up(ctx.session.get_one(Objection, case.objection), schema, {statements.POINTS: said})


def test_both_are_asked_beside_the_investigation_and_neither_holds_it_up(
    round_2024: Story, case: Case
) -> None:
    steps = open_steps(round_2024, case)
    assert sorted(steps) == ["investigate", "nominee_statement", "unit_statement"]
    with round_2024.acting(NOMINEE) as ctx:
        user_tasks.complete(ctx, steps["nominee_statement"], "submit", {"statement": REPLY})

    round_2024.settle(case.objection, "rejected")

    assert open_steps(round_2024, case) == {}
    with round_2024.wiring.reading() as ctx:
        left = ctx.session.get_one(UserTask, steps["unit_statement"])
        assert left.status == TaskStatus.CANCELLED
        assert ctx.session.get_one(Objection, case.objection).status == "rejected"
        given = submitted.find(ctx, ctx.session.get_one(UserTask, steps["nominee_statement"]))
        assert given is not None
        assert given.answers == {"statement": REPLY}


def test_an_answer_that_comes_first_decides_nothing(round_2024: Story, case: Case) -> None:
    steps = open_steps(round_2024, case)
    with round_2024.acting(NOMINEE) as ctx:
        user_tasks.complete(ctx, steps["nominee_statement"], "waive", {})
    with round_2024.acting(LEAGUE) as ctx:
        user_tasks.complete(ctx, steps["unit_statement"], "submit", {"statement": REPLY})

    assert sorted(open_steps(round_2024, case)) == ["investigate"]


@pytest.mark.parametrize(
    ("login", "step"),
    [(NOMINEE, "nominee_statement"), (LEAGUE, "unit_statement"), ("dangzhibu", "unit_statement")],
)
def test_the_candidates_side_reads_its_own_part_alone(
    round_2024: Story, case: Case, login: str, step: str
) -> None:
    steps = open_steps(round_2024, case)

    with round_2024.acting(login) as ctx:
        instance = instances.get_visible(ctx, case.instance)
        assert statements.only_answers(ctx, instance)
        assert task_access.get_visible(ctx, steps[step]).element_id == step
        for other, task_id in steps.items():
            if other != step:
                with pytest.raises(NotFound):
                    task_access.get_visible(ctx, task_id)
        told = {event.element_id for event in instances.read_history(ctx, instance)}
        assert told - {None} <= {step}
        assert instances.stand_of(ctx, instance).active == (step,)
        assert comments.list_of(ctx, instance) == []
        assert statements.read_points(ctx, ctx.session.get_one(Objection, case.objection)) == POINTS
        proof = ctx.session.scalars(select(ObjectionEvidence.id)).one()
        with pytest.raises(NotFound):
            evidence.get_visible(ctx, proof)
        with pytest.raises((NotFound, Forbidden)):
            user_tasks.complete(ctx, steps["investigate"], "rejected", {})


def test_what_one_of_them_answered_is_not_read_by_the_other(round_2024: Story, case: Case) -> None:
    steps = open_steps(round_2024, case)
    with round_2024.acting(LEAGUE) as ctx:
        user_tasks.complete(ctx, steps["unit_statement"], "submit", {"statement": REPLY})

    with round_2024.acting(NOMINEE) as ctx, pytest.raises(NotFound):
        task_access.get_visible(ctx, steps["unit_statement"])
    with round_2024.acting(LEAGUE) as ctx:
        assert task_access.get_visible(ctx, steps["unit_statement"]).id == steps["unit_statement"]


def test_after_the_case_is_closed_each_still_reads_what_he_wrote_and_no_more(
    round_2024: Story, case: Case
) -> None:
    steps = open_steps(round_2024, case)
    with round_2024.acting(NOMINEE) as ctx:
        user_tasks.complete(ctx, steps["nominee_statement"], "submit", {"statement": REPLY})
    round_2024.settle(case.objection, "upheld")

    with round_2024.acting(NOMINEE) as ctx:
        assert submitted.find(ctx, task_access.get_visible(ctx, steps["nominee_statement"])) is not None
        with pytest.raises(NotFound):
            task_access.get_visible(ctx, steps["investigate"])


def test_somebody_without_an_account_is_answered_for_by_his_workplace(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_notice()
    objection = round_2024.object_to(nominee)
    round_2024.settle(objection, "accept")

    with round_2024.wiring.reading() as ctx:
        instance = ctx.session.get_one(Objection, objection).instance_id
        assert instance is not None
    assert sorted(open_steps(round_2024, Case(objection, instance))) == ["investigate", "unit_statement"]


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ("", "受理的须写明"),
        (f"{OBJECTION['name']}说荣誉不符", "不得写反映人"),
        (f"请致电{OBJECTION['contact']}", "不得写反映人"),
    ],
)
def test_what_is_to_be_answered_is_written_and_names_nobody(
    round_2024: Story, points: str, said: str
) -> None:
    nominee = round_2024.nominate()
    round_2024.to_notice()
    objection = round_2024.object_to(nominee)
    with round_2024.acting(ORGANISER) as ctx:
        instance = ctx.session.get_one(Objection, objection).instance_id
        task = ctx.session.scalars(select(UserTask).where(UserTask.instance_id == instance)).one()
        known = {"channel": "网上", "conclusion": "予以受理", "points": points}

        with pytest.raises(Invalid) as refused:
            user_tasks.complete(ctx, task.id, "accept", known)
    assert refused.value.fields["points"].startswith(said)
    with round_2024.acting(ORGANISER) as ctx:
        user_tasks.complete(ctx, task.id, "dismiss", known)


def attach(story: Story, login: str, task: int, text: bytes = PROOF) -> int:
    """Let somebody put evidence to his statement; the file's number."""
    with story.acting(login) as ctx:
        slot = task_files.find_slot(ctx, task, SLOT)
        return task_files.keep(ctx, task, SLOT, attachments.check(slot, "证书.pdf", text)).id


@contextmanager
def no_file() -> Iterator[None]:
    with pytest.raises(NotFound, match="没有这个文件"):
        yield


def test_evidence_is_read_by_whoever_investigates_once_the_statement_is_given(
    round_2024: Story, case: Case
) -> None:
    steps = open_steps(round_2024, case)
    proof = attach(round_2024, LEAGUE, steps["unit_statement"])
    with round_2024.acting(ORGANISER) as ctx, no_file():
        task_files.get_visible(ctx, proof)

    with round_2024.acting(LEAGUE) as ctx:
        user_tasks.complete(ctx, steps["unit_statement"], "submit", {"statement": REPLY})

    for login in (ORGANISER, LEAGUE):
        with round_2024.acting(login) as ctx:
            assert task_files.get_visible(ctx, proof)[1] == PROOF
    with round_2024.acting(NOMINEE) as ctx, no_file():
        task_files.get_visible(ctx, proof)


def test_whom_the_investigation_was_passed_on_to_reads_statement_and_evidence(
    round_2024: Story, case: Case
) -> None:
    steps = open_steps(round_2024, case)
    proof = attach(round_2024, NOMINEE, steps["nominee_statement"])
    with round_2024.acting(NOMINEE) as ctx:
        user_tasks.complete(ctx, steps["nominee_statement"], "submit", {"statement": REPLY})
    with round_2024.acting("huishen") as ctx:
        other = ctx.actor.user_id
        with no_file():
            task_files.get_visible(ctx, proof)

    with round_2024.acting(ORGANISER) as ctx:
        user_tasks.transfer(ctx, steps["investigate"], other or 0, "请代为核查")

    with round_2024.acting("huishen") as ctx:
        assert task_files.get_visible(ctx, proof)[1] == PROOF
        assert submitted.find(ctx, submitted.get_task(ctx, steps["nominee_statement"])) is not None
        with pytest.raises(NotFound):
            submitted.get_task(ctx, steps["unit_statement"])


def test_evidence_of_a_statement_that_was_never_given_is_read_by_nobody(
    round_2024: Story, case: Case
) -> None:
    steps = open_steps(round_2024, case)
    proof = attach(round_2024, LEAGUE, steps["unit_statement"])

    round_2024.settle(case.objection, "rejected")

    for login in (ORGANISER, LEAGUE):
        with round_2024.acting(login) as ctx, no_file():
            task_files.get_visible(ctx, proof)


def test_evidence_goes_with_the_nomination_it_is_about(round_2024: Story, case: Case) -> None:
    steps = open_steps(round_2024, case)
    attach(round_2024, LEAGUE, steps["unit_statement"])
    round_2024.settle(case.objection, "upheld")

    with round_2024.wiring.transaction() as ctx:
        assert removals.purge_now(ctx, ctx.session.get_one(Objection, case.objection).nomination)

    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(TaskFile.id)).all() == []
