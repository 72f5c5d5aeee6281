"""The demonstration leaves exactly what demo.toml says, and its people are nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

import pytest
from sqlalchemy import func, select

from service.models import Draft, Incident, Membership, Nomination, TaskStatus, Unit, User, UserTask
from service.programmes.demo import demonstration, made_up
from service.programmes.demo.demo_file import read_demo
from service.programmes.pack.packs import Pack
from service.programmes.round import rounds
from service.programmes.rule import identity_number
from service.programmes.rule.eligibility import Result
from service.workflow.person import actors, logins
from service.workflow.task import user_tasks
from tests.packs.judging import judge
from tests.programmes.story import Story


@pytest.fixture
def shown(round_2024: Story) -> Story:
    """A demonstration set up beside the round, on the same units and accounts."""
    with round_2024.wiring.transaction() as ctx:
        for table in (Membership, User):
            for row in ctx.session.scalars(select(table)):
                ctx.session.delete(row)
        ctx.session.flush()
        entry = demonstration.set_up(ctx, round_2024.pack)
        assert (entry.label, entry.demonstration, entry.stage) == ("2024 演示", True, "submission")
        return Story(
            wiring=round_2024.wiring, clock=round_2024.clock, pack=round_2024.pack, round_id=entry.id
        )


def test_nominations_wait_where_it_says(shown: Story) -> None:
    demo = read_demo(shown.pack.demo)

    with shown.wiring.reading() as ctx:
        query = (
            select(Unit.code, UserTask.element_id)
            .join(Nomination, Nomination.instance_id == UserTask.instance_id)
            .join(Unit, Unit.id == Nomination.unit_id)
            .where(UserTask.status == TaskStatus.OPEN, Nomination.round_id == shown.round_id)
        )
        waiting = Counter((row[0], row[1]) for row in ctx.session.execute(query))
        assert ctx.session.scalar(select(func.count(Incident.id))) == 0
    expected = Counter({(group.unit, group.waits_at): group.count for group in demo.nominations})
    expected["wujin-gehu", "consult_industry"] = 4  # the other branch
    assert waiting == expected


def test_accounts_are_those_it_names_and_one_chain_for_every_unit(shown: Story) -> None:
    demo = read_demo(shown.pack.demo)

    with shown.wiring.reading() as ctx:
        known = set(ctx.session.scalars(select(User.login)))
        named = {account.login for account in demo.accounts}
        assert named <= known
        assert len(known) == 13 + 7 + 1 + 2 * 17
        assert logins.log_in(ctx, "xiaoming", demonstration.PASSWORD).name == "演示-申报人"
        mails = set(ctx.session.scalars(select(User.email)))
    assert {str(mail).partition("@")[2] for mail in mails} == {"example.invalid"}
    assert [entry.login for entry in demonstration.list_log_ins(shown.pack)] == [
        account.login for account in demo.accounts
    ]


def test_every_nominee_is_somebody_else_and_eligible(shown: Story) -> None:
    with shown.wiring.reading() as ctx:
        entry = rounds.get(ctx, shown.round_id)
        found = list(ctx.session.scalars(select(Nomination).where(Nomination.round_id == entry.id)))
    submitted = [n for n in found if n.submitted_at]
    assert (len(found), len(submitted)) == (12, 9)
    assert {n.eligibility for n in submitted} == {"PASS"}
    assert len({n.id_number for n in submitted}) == 9


def test_made_up_people_have_numbers_that_are_right_and_nobodys(packs: Mapping[str, Pack]) -> None:
    pack = packs["changzhou-good-youth"]
    crowd = list(islice(made_up.people(read_demo(pack.demo).names), 5_000))

    numbers = [identity_number.parse(person.id_number) for person in crowd]

    assert len({number.number for number in numbers}) == 5_000
    assert {number.region for number in numbers} == {"320400"}
    assert [(n.birth_date, n.sex) for n in numbers] == [(p.birth_date, p.sex) for p in crowd]
    rulings = {judge(pack, birth_date=person.birth_date)["N04"].result for person in crowd[::100]}
    assert rulings == {Result.PASS}
    assert any("·" in person.name for person in crowd)


def test_made_up_people_are_the_same_for_the_same_seed(packs: Mapping[str, Pack]) -> None:
    pack = packs["changzhou-good-youth"]
    names = read_demo(pack.demo).names

    first, again, other = (list(islice(made_up.people(names, seed=s), 50)) for s in (1, 1, 2))

    assert first == again
    assert first != other


def test_the_forms_still_being_filled_in_only_have_to_be_submitted(shown: Story) -> None:
    with shown.wiring.transaction() as ctx:
        query = select(UserTask).join(Nomination, Nomination.instance_id == UserTask.instance_id)
        query = query.where(UserTask.element_id == "fill_in_form", Nomination.round_id == shown.round_id)
        tasks = list(ctx.session.scalars(query.where(UserTask.status == TaskStatus.OPEN)))
        for task in tasks:
            league = ctx.session.scalars(select(User).where(User.login == "tuanzhibu")).one()
            acting = replace(ctx, actor=actors.actor_of(ctx, league))
            draft = ctx.session.get_one(Draft, task.id)
            user_tasks.complete(acting, task.id, "submit", draft.answers)
        found = list(ctx.session.scalars(select(Nomination).where(Nomination.round_id == shown.round_id)))

    assert len(tasks) == 3
    assert {(n.status, n.eligibility) for n in found if n.instance_id in {t.instance_id for t in tasks}} == {
        ("recommending", "PASS")
    }
