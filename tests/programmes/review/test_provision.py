"""What a withdrawn consent to provision (§23) holds back: consultations, experts, rosters and batches."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest

from service.errors import Conflict
from service.models import Nomination
from service.programmes.paper import batches, rosters
from service.programmes.privacy import consents, provision
from service.programmes.privacy.provision import MayNotBeProvided
from service.programmes.review import seats
from service.workflow.context import Context
from service.workflow.instance import incidents
from service.workflow.job import retries
from service.workflow.job.jobs import MAX_ATTEMPTS
from service.workflow.task import user_tasks
from tests.programmes.review.panel_story import ORGANISER as UNION
from tests.programmes.review.panel_story import PanelStory
from tests.programmes.story import LEAGUE, ORGANISER, Story

REFUSED = "已撤回向其他单位提供个人信息的同意"
ANSWER = {"date": "2024-03-15", "result": "未发现问题"}


def test_no_answer_is_kept_about_whoever_withdrew_until_he_agrees_again(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    withdraw(round_2024, nominee, LEAGUE)
    round_2024.clock.move(days=1)

    with pytest.raises(MayNotBeProvided, match=REFUSED):
        round_2024.complete(nominee, "consult_police", "clear", **ANSWER | {"date": "2024-03-16"})
    give_again(round_2024, nominee, LEAGUE)
    round_2024.complete(nominee, "consult_police", "clear", **ANSWER | {"date": "2024-03-16"})

    assert round_2024.waits_at(nominee) == ["consult_industry"]


def test_an_answer_given_before_he_withdrew_is_kept(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    withdraw(round_2024, nominee, LEAGUE)
    round_2024.clock.move(days=1)

    round_2024.complete(nominee, "consult_police", "clear", **ANSWER)

    assert round_2024.waits_at(nominee) == ["consult_industry"]


def test_a_roster_and_a_batch_leave_out_whoever_withdrew_and_say_how_many(round_2024: Story) -> None:
    staying, leaving = (round_2024.nominate(to="qualification_review") for _ in range(2))
    withdraw(round_2024, leaving, LEAGUE)
    names = {number: round_2024.read(number).name for number in (staying, leaving)}

    with round_2024.acting(ORGANISER) as ctx:
        entry = round_2024.entry(ctx)
        roster = rosters.print_roster(ctx, entry, None)
        with batches.make_batch(ctx, entry, None) as batch:
            package = zipfile.ZipFile(io.BytesIO(batch.read()))
        left_out = [one.name for one in rosters.list_left_out(ctx, entry, None)]

    cells = read_cells(roster)
    assert left_out == [names[leaving]]
    assert (names[staying] in cells, names[leaving] in cells) == (True, False)
    assert "注：另有 1 人未列入：本人已撤回向其他单位提供个人信息的同意。" in cells
    assert [name for name in package.namelist() if names[leaving] in name] == []
    assert [name for name in package.namelist() if names[staying] in name] != []


def test_a_roster_masks_the_numbers_of_whoever_withdrew_sensitive_data(round_2024: Story) -> None:
    staying, leaving = (round_2024.nominate(to="qualification_review") for _ in range(2))
    with round_2024.acting(ORGANISER) as ctx:
        before = read_cells(rosters.print_roster(ctx, round_2024.entry(ctx), None))
    withdraw(round_2024, leaving, LEAGUE, kind="sensitive")

    with round_2024.acting(ORGANISER) as ctx:
        after = read_cells(rosters.print_roster(ctx, round_2024.entry(ctx), None))

    numbers = {number: round_2024.read(number).id_number or "" for number in (staying, leaving)}
    assert [numbers[one] in before for one in (staying, leaving)] == [True, True]
    assert [numbers[one] in after for one in (staying, leaving)] == [True, False]
    assert f"{numbers[leaving][:6]}********{numbers[leaving][-4:]}" in after


def test_no_expert_is_seated_before_he_agrees_again(panel: PanelStory) -> None:
    applied = [panel.apply(unit) for unit in ("wujin-1", "xinbei-1")]
    panel.to_drawing(*applied)
    withdraw(panel, applied[0], UNION)

    panel.draw()
    for _ in range(MAX_ATTEMPTS - 1):
        panel.clock.move(hours=1)
        panel.work_off()

    assert [len(panel.experts(number)) for number in applied] == [0, 3]
    [incident] = [row for row in open_incidents(panel) if row[0] == panel.read(applied[0]).instance_id]
    assert REFUSED in incident[1]
    give_again(panel, applied[0], UNION)
    with panel.acting("admin") as ctx:
        assert retries.retry(ctx, incident[2])
    panel.work_off()
    assert len(panel.experts(applied[0])) == 3


def test_no_expert_scores_or_is_replaced_before_he_agrees_again(scoring: PanelStory) -> None:
    expert = scoring.experts(3)[0]
    withdraw(scoring, 3, UNION)

    refused = scoring.attempt(expert, score(scoring, 3, expert))
    with pytest.raises(Conflict, match=REFUSED), scoring.acting(expert) as ctx:
        seats.recuse(ctx, scoring.score_task(3, expert), "与申报人有师徒关系")
    give_again(scoring, 3, UNION)

    assert refused == "Forbidden"
    assert scoring.attempt(expert, score(scoring, 3, expert)) == "done"


@pytest.mark.parametrize(
    ("login", "is_withheld"),
    [
        (LEAGUE, False),
        ("liyang", False),
        (ORGANISER, False),
        ("admin", False),
        ("gongan", True),
        ("hangye", True),
        ("huishen", True),
        ("wujin", True),
    ],
)
def test_papers_are_withheld_outside_the_chain_alone(
    round_2024: Story, login: str, is_withheld: bool
) -> None:
    nominee, other = (round_2024.nominate(to="consult_police") for _ in range(2))
    withdraw(round_2024, nominee, LEAGUE)

    with round_2024.acting(login) as ctx:
        people = [ctx.session.get_one(Nomination, number) for number in (nominee, other)]
        assert [provision.is_withheld(ctx, one) for one in people] == [is_withheld, False]
        assert provision.find_withheld(ctx, people) == ({nominee} if is_withheld else set())


def test_whoever_acts_for_the_organiser_reads_what_he_reads(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="qualification_review")
    withdraw(round_2024, nominee, LEAGUE)

    with round_2024.acting("gongan") as ctx:
        for_organiser = replace(ctx.actor, acting_for={1: frozenset({"organiser@cz"})})
        person = ctx.session.get_one(Nomination, nominee)
        assert provision.is_withheld(ctx, person)
        assert not provision.is_withheld(replace(ctx, actor=for_organiser), person)


def score(story: PanelStory, nomination_id: int, login: str) -> Callable[[Context], None]:
    task_id = story.score_task(nomination_id, login)
    return lambda ctx: user_tasks.complete(ctx, task_id, "submit", story.points()) and None


def open_incidents(story: Story) -> list[tuple[int, str, int]]:
    with story.wiring.reading() as ctx:
        return [(row.instance_id, row.message, row.id) for row in incidents.list_open(ctx)]


def read_cells(workbook: bytes) -> set[object]:
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}


def withdraw(story: Story, nomination_id: int, by: str, *, kind: str = "provision") -> None:
    with story.acting(by) as ctx:
        consents.withdraw(ctx, _find(ctx, nomination_id, kind), "本人书面要求")


def give_again(story: Story, nomination_id: int, by: str) -> None:
    with story.acting(by) as ctx:
        consents.give_again(ctx, _find(ctx, nomination_id, "provision"))


def _find(ctx: Context, nomination_id: int, kind: str) -> int:
    given = consents.list_of(ctx, ctx.session.get_one(Nomination, nomination_id))
    return next(consent.id for consent in given if consent.kind == kind)
