"""A nomination's whole way, and every other end it can come to."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Invalid
from service.models import Award, Draft, Instance, Nomination, NoticeKind, Opinion, QuotaKind, Submission
from service.programmes.award import awards
from service.programmes.round import quotas
from service.workflow.task import user_tasks
from tests.programmes.story import CATEGORY, Story


@pytest.mark.usefixtures("both_databases")
def test_unit_nomination_is_awarded(round_2024: Story) -> None:
    nominee = round_2024.nominate()

    round_2024.to_notice()
    round_2024.to_announcement()

    assert round_2024.status(nominee) == "awarded"
    assert round_2024.listed(NoticeKind.CANDIDATES) == [nominee]
    assert round_2024.listed(NoticeKind.AWARDS) == [nominee]
    with round_2024.wiring.reading() as ctx:
        award = ctx.session.scalars(select(Award)).one()
        assert (award.title, award.category, award.number) == ("产业振兴好青年", CATEGORY, "2024001000001")
        assert awards.count_by_category(ctx, round_2024.entry(ctx)) == {CATEGORY: 1}
        assert [entry.nomination_id for entry in awards.list_of(ctx, round_2024.entry(ctx))] == [nominee]
        instance = ctx.session.get_one(Instance, round_2024.read(nominee).instance_id)
        assert (instance.status, instance.end_event) == ("completed", "awarded")


def test_title_is_entered_once_whoever_asks(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_notice()
    round_2024.to_announcement()

    with round_2024.wiring.transaction() as ctx:
        again = awards.grant(ctx, ctx.session.get_one(Nomination, nominee))
        assert [award.id for award in ctx.session.scalars(select(Award))] == [again.id]


def test_self_nomination_takes_the_same_way_and_a_place(round_2024: Story) -> None:
    nominee = round_2024.nominate(source="self", to="workplace_opinion")

    assert places_taken(round_2024) == 0
    round_2024.to_notice()
    round_2024.to_announcement()

    found = round_2024.read(nominee)
    assert (found.status, found.source, found.recommender.code) == ("awarded", "self", "liyang")
    assert places_taken(round_2024) == 1


def test_three_opinions_are_kept_with_heading_and_seal(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")

    with round_2024.wiring.reading() as ctx:
        given = ctx.session.scalars(select(Opinion).where(Opinion.nomination_id == nominee))
        printed = [(o.position, o.heading, o.seal, o.unit_name, o.signed_by, o.outcome) for o in given]
    workplace = "青锋精密机械有限公司（演示）"
    assert printed == [
        (1, "所在单位团组织意见", "团组织公章", workplace, "演示-青锋团支部", "approve"),
        (2, "所在单位意见", "党组织或行政公章", workplace, "演示-青锋党支部", "approve"),
        (3, "推荐单位团组织意见", "推荐单位团组织公章", "共青团溧阳市委", "演示-溧阳团委经办", "approve"),
    ]


@pytest.mark.usefixtures("both_databases")
def test_deadline_ends_whatever_is_not_recommended(round_2024: Story) -> None:
    drafted, begun = round_2024.start(name="演示-草稿"), round_2024.nominate(to="recommender_opinion")
    recommended = round_2024.nominate(to="consult_police")
    with round_2024.acting("tuanzhibu") as ctx:
        user_tasks.save_draft(ctx, round_2024.task_id(drafted, "fill_in_form"), {"name": "演示-草稿"})

    round_2024.pass_until("2024-03-25 23:59")
    assert round_2024.status(drafted) == "drafting"
    round_2024.pass_until("2024-03-26 00:00")

    assert [round_2024.status(n) for n in (drafted, begun, recommended)] == [
        "overdue",
        "overdue",
        "qualifying",
    ]
    assert [round_2024.waits_at(n) for n in (drafted, begun)] == [[], []]
    assert places_taken(round_2024) == 1
    assert round_2024.read(begun).status_reason == "申报截止时尚未办结"
    with round_2024.wiring.reading() as ctx:
        draft = ctx.session.scalars(select(Draft)).one()
        assert (draft.frozen_at, draft.answers) == (round_2024.clock(), {"name": "演示-草稿"})
        approved = select(Submission.element_id).where(Submission.submitted_at >= draft.frozen_at)
        assert list(ctx.session.scalars(approved)) == []


def test_a_nominee_may_withdraw_an_unfinished_form(round_2024: Story) -> None:
    nominee = round_2024.start(source="self")

    round_2024.complete(nominee, "fill_in_form", "withdraw", by="xiaoming", name="小")

    found = round_2024.read(nominee)
    assert (found.status, found.status_reason, found.id_number) == ("withdrawn", "", None)


@pytest.mark.parametrize("element_id", ["workplace_league_opinion", "workplace_opinion"])
def test_refused_by_the_workplace_is_not_recommended(round_2024: Story, element_id: str) -> None:
    nominee = round_2024.nominate(to=element_id)

    round_2024.complete(nominee, element_id, "reject", text="事迹不够突出。")

    found = round_2024.read(nominee)
    assert (found.status, found.status_reason) == ("declined", "事迹不够突出。")
    assert round_2024.waits_at(nominee) == []


def test_refused_by_the_recommender_takes_no_place(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="recommender_opinion")

    round_2024.complete(nominee, "recommender_opinion", "reject", reason="本单位另有人选。")

    found = round_2024.read(nominee)
    assert (found.status, found.status_reason) == ("declined", "本单位另有人选。")
    assert places_taken(round_2024) == 0


@pytest.mark.parametrize(("outcome", "status"), [("fail", "failed"), ("disqualify", "disqualified")])
def test_not_qualified_gives_the_place_back_with_the_reason(
    round_2024: Story, outcome: str, status: str
) -> None:
    nominee = round_2024.nominate(to="qualification_review")
    assert places_taken(round_2024) == 1

    round_2024.complete(
        nominee, "qualification_review", outcome, defects=["unsealed", "incomplete_form"], reason="请见附页。"
    )

    found = round_2024.read(nominee)
    assert (found.status, found.status_reason) == (status, "未盖公章、申报表填写不全；请见附页。")
    assert places_taken(round_2024) == 0


@pytest.mark.parametrize("outcome", ["fail", "disqualify"])
def test_not_qualified_without_saying_what_is_wrong_is_refused(round_2024: Story, outcome: str) -> None:
    nominee = round_2024.nominate(to="qualification_review")

    with pytest.raises(Invalid) as refused:
        round_2024.complete(nominee, "qualification_review", outcome, insured=True, reason="请见附页。")

    assert refused.value.fields == {"defects": "至少勾选一项"}
    assert round_2024.status(nominee) == "qualifying"


def test_not_selected_keeps_its_place_of_the_recommender_no_longer(round_2024: Story) -> None:
    nominee, chosen = round_2024.nominate(), round_2024.nominate()
    round_2024.to_review()
    round_2024.complete(chosen, "joint_review", "select")

    round_2024.complete(nominee, "joint_review", "not_selected", reason="同类人选中排名靠后。")
    assert round_2024.status(nominee) == "not_listed"
    round_2024.countersign()
    round_2024.confirm("publish_candidates")
    round_2024.work_off()

    found = round_2024.read(nominee)
    assert (found.status, found.status_reason) == ("not_selected", "同类人选中排名靠后。")
    assert (places_taken(round_2024), places_taken(round_2024, QuotaKind.AWARD)) == (1, 1)


def places_taken(story: Story, kind: QuotaKind = QuotaKind.NOMINATION) -> int:
    with story.wiring.reading() as ctx:
        table = quotas.tabulate(ctx, story.entry(ctx), kind)
    return sum(cell.taken for row in table.values() for cell in row.values())
