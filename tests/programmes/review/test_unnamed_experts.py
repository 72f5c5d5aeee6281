"""Who looked at whose numbers is told to the nominee's side, and never names one of his experts."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from service.models import Nomination, User
from service.programmes.privacy import copies, disclosures
from service.programmes.review import experts
from service.workflow.person import delegations
from tests.programmes.review.panel_story import ORGANISER, PanelStory

UNIT = "liyang-1-gonghui"


def look(story: PanelStory, login: str) -> str:
    """Note that somebody looked at the third nomination's telephone; his name."""
    with story.acting(login) as ctx:
        said = {"of": "nomination:3", "field": "phone", "receiver": ctx.actor.name, "reason": "核对"}
        kind = "value.revealed"
        disclosures.note(ctx, disclosures.REVEALS, kind, round_id=story.round_id, people=[3], **said)
        return ctx.actor.name


def told(story: PanelStory, login: str) -> list[tuple[str, str]]:
    with story.acting(login) as ctx:
        return [
            (row.who, row.receiver) for row in disclosures.list_of(ctx, ctx.session.get_one(Nomination, 3))
        ]


def test_an_expert_is_named_to_the_organiser_alone(scoring: PanelStory) -> None:
    expert = look(scoring, scoring.experts(3)[0])
    organiser = look(scoring, ORGANISER)

    assert told(scoring, ORGANISER) == [(expert, expert), (organiser, organiser)]
    assert told(scoring, UNIT) == [("评审专家", "评审专家"), (organiser, organiser)]


def test_what_is_made_for_the_nominee_names_no_expert_whoever_makes_it(scoring: PanelStory) -> None:
    expert = look(scoring, scoring.experts(3)[0])

    with scoring.acting(ORGANISER) as ctx:
        held = copies.describe(ctx, ctx.session.get_one(Nomination, 3))

    assert [row["who"] for row in held["disclosures"]] == ["评审专家"]
    assert expert not in str(held["disclosures"])


def test_whoever_only_judges_is_told_apart(scoring: PanelStory) -> None:
    judging = {}
    for login in (scoring.experts(3)[0], UNIT, ORGANISER):
        with scoring.acting(login) as ctx:
            judging[login] = experts.only_judges(ctx, ctx.session.get_one(Nomination, 3))

    assert list(judging.values()) == [True, False, False]


def test_whoever_acts_for_an_expert_reads_no_number_either(scoring: PanelStory) -> None:
    seated = scoring.experts(3)
    elsewhere = next(
        login for login in ("zhuanjia1", "zhuanjia2", "zhuanjia3", "zhuanjia4") if login not in seated
    )
    with scoring.wiring.transaction() as ctx:
        expert, other = (
            ctx.session.scalars(select(User).where(User.login == login)).one()
            for login in (seated[0], elsewhere)
        )
        delegations.begin(
            ctx,
            principal=expert,
            delegate_id=other.id,
            reason="出差",
            starts_at=ctx.now,
            ends_at=ctx.now + timedelta(days=2),
        )

    with scoring.acting(elsewhere) as ctx:
        assert experts.only_judges(ctx, ctx.session.get_one(Nomination, 3))
