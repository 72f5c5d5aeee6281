"""Objections: each has a case of its own, and holds up nobody but its candidate (000-C, X05 to X07)."""

from __future__ import annotations

import io
from datetime import timedelta

import docx
import pytest
from sqlalchemy import select

from service.errors import Conflict, Invalid, NotFound
from service.models import HistoryEvent, Instance, Nomination, Notice, NoticeKind, Objection, QuotaKind
from service.programmes.nomination import asked_ahead
from service.programmes.paper import official
from service.programmes.publication import notices, objections
from service.workflow.task import instances
from tests.behind import behind
from tests.programmes.round.test_round_story import places_taken
from tests.programmes.story import OBJECTION, Story

#: what the story's people write into every field that asks for words
CONCLUSION = "同意。情况属实，予以推荐。"


def paper_says(story: Story, nominee: int) -> list[str]:
    """Return the sentences of the 取消候选人资格 paper that tell what was found."""
    with story.wiring.reading() as ctx:
        paper = official.print_disqualification(ctx, ctx.session.get_one(Nomination, nominee))
    return [p.text for p in docx.Document(io.BytesIO(paper)).paragraphs if "经核实" in p.text]


def settled_by(story: Story, objection_id: int) -> str:
    """Return who, by the audit record, completed the finding of an objection."""
    with story.wiring.reading() as ctx:
        found = ctx.session.get_one(Objection, objection_id)
        query = select(HistoryEvent.actor_name).where(
            HistoryEvent.instance_id == found.instance_id,
            HistoryEvent.kind == "task.completed",
            HistoryEvent.element_id == "investigate",
        )
        return ctx.session.scalars(query).one()


@pytest.fixture
def two(round_2024: Story) -> tuple[int, int]:
    """Two candidates whose notice is open."""
    both = round_2024.nominate(), round_2024.nominate()
    round_2024.to_notice()
    return both


def test_x05_upheld_cancels_the_candidacy_and_gives_the_places_back(
    round_2024: Story, two: tuple[int, int]
) -> None:
    objected, other = two
    objection = round_2024.object_to(objected)

    round_2024.settle(objection, "accept", "upheld")
    round_2024.to_announcement()

    assert [round_2024.status(n) for n in two] == ["cancelled", "awarded"]
    assert round_2024.read(objected).status_reason == f"公示期间收到的异议经核查属实：{CONCLUSION}"
    [sentence] = paper_says(round_2024, objected)
    assert sentence.endswith(f"经核实：公示期间收到的异议经核查属实：{CONCLUSION}")
    assert settled_by(round_2024, objection) == "演示-市委青年发展部"
    assert round_2024.listed(NoticeKind.AWARDS) == [other]
    assert (places_taken(round_2024), places_taken(round_2024, QuotaKind.AWARD)) == (1, 1)


@pytest.mark.parametrize(
    ("outcomes", "status"), [(("accept", "rejected"), "rejected"), (("dismiss",), "dismissed")]
)
def test_x06_not_upheld_keeps_the_candidate(
    round_2024: Story, two: tuple[int, int], outcomes: tuple[str, ...], status: str
) -> None:
    objection = round_2024.object_to(two[0])

    round_2024.settle(objection, *outcomes)
    round_2024.to_announcement()

    assert [round_2024.status(n) for n in two] == ["awarded", "awarded"]
    assert round_2024.listed(NoticeKind.AWARDS) == list(two)
    with round_2024.wiring.reading() as ctx:
        receipt = ctx.session.get_one(Objection, objection).receipt
        replied = objections.find_by_receipt(ctx, receipt)
        assert (replied.status, replied.conclusion) == (status, CONCLUSION)


@pytest.mark.usefixtures("both_databases")
def test_x07_open_at_the_announcement_holds_up_only_its_candidate(
    round_2024: Story, two: tuple[int, int]
) -> None:
    objected, other = two
    first, second = round_2024.object_to(objected), round_2024.object_to(objected)

    round_2024.to_announcement()
    assert [round_2024.status(n) for n in two] == ["selected", "awarded"]
    assert round_2024.listed(NoticeKind.AWARDS) == [other]
    round_2024.settle(first, "accept", "rejected")
    assert round_2024.status(objected) == "selected"
    round_2024.settle(second, "dismiss")

    assert round_2024.status(objected) == "awarded"
    assert round_2024.listed(NoticeKind.AWARDS) == [objected]
    assert round_2024.notice(NoticeKind.AWARDS).title == "关于补充公布常州市“产业振兴好青年”名单的决定"


@pytest.mark.usefixtures("both_databases")
def test_objection_of_the_last_moment_is_seen_by_whoever_closes_the_notice(
    round_2024: Story, two: tuple[int, int]
) -> None:
    def close_and_announce() -> None:
        with round_2024.wiring.transaction() as ctx:
            notices.close_candidates(ctx, round_2024.entry(ctx))
            notices.publish_awards(ctx, round_2024.entry(ctx))

    with round_2024.wiring.transaction() as ctx:
        notice = notices.find_newest(ctx, round_2024.entry(ctx), NoticeKind.CANDIDATES)
        assert notice is not None
        objections.lodge(ctx, notice, two[0], OBJECTION)
        assert notice.closes_at is not None
        round_2024.clock.move_to(notice.closes_at)
        closing = behind(close_and_announce)

    closing()
    assert round_2024.listed(NoticeKind.AWARDS) == [two[1]]


def test_upheld_after_the_announcement_awards_nothing(round_2024: Story, two: tuple[int, int]) -> None:
    objection = round_2024.object_to(two[0])
    round_2024.to_announcement()

    round_2024.settle(objection, "accept", "upheld")

    assert round_2024.status(two[0]) == "cancelled"
    with round_2024.wiring.reading() as ctx:
        kinds = list(ctx.session.scalars(select(Notice.kind).order_by(Notice.id)))
    assert kinds == ["candidates", "awards"]


def test_is_taken_from_the_first_moment_until_24_00_of_the_last_day(
    round_2024: Story, two: tuple[int, int]
) -> None:
    notice = round_2024.notice()
    assert notice.closes_at is not None

    assert not notices.is_open(notice, notice.opens_at - timedelta(microseconds=1))
    assert notices.is_open(notice, notice.opens_at)
    assert notices.is_open(notice, notice.closes_at - timedelta(microseconds=1))
    assert not notices.is_open(notice, notice.closes_at)
    round_2024.clock.move_to(notice.closes_at)
    with pytest.raises(Conflict, match="公示期已结束"):
        round_2024.object_to(two[0])


def test_against_somebody_not_on_the_list_is_refused(round_2024: Story, two: tuple[int, int]) -> None:
    with pytest.raises(Invalid) as refused:
        round_2024.object_to(9_999)

    assert refused.value.fields == {"nomination_id": "请从名单中选择"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"contact": ""}, "contact"),
        ({"facts": "不好"}, "facts"),
        ({"facts": "事" * 100_000}, "facts"),
        ({"name": "某" * 200}, "name"),
        ({"name": ["演示"]}, "name"),
        ({"extra": "x"}, "extra"),
    ],
)
def test_must_be_signed_reachable_and_of_a_reasonable_length(
    round_2024: Story, two: tuple[int, int], wrong: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        round_2024.object_to(two[0], **wrong)

    assert list(refused.value.fields) == [field]


def test_is_seen_by_the_organiser_and_nobody_of_the_candidate(
    round_2024: Story, two: tuple[int, int]
) -> None:
    objection = round_2024.object_to(two[0])
    with round_2024.wiring.reading() as ctx:
        instance_id = ctx.session.get_one(Objection, objection).instance_id
        assert instance_id is not None

    for login in ("tuanzhibu", "dangzhibu", "liyang", "xiaoming", "huishen", "gongan"):
        with round_2024.acting(login) as ctx, pytest.raises(NotFound):
            instances.get_visible(ctx, instance_id)
    with round_2024.acting("shiwei") as ctx:
        assert instances.get_visible(ctx, instance_id).id == instance_id


def test_is_named_nowhere_but_in_its_own_encrypted_columns(round_2024: Story, two: tuple[int, int]) -> None:
    objection = round_2024.object_to(two[0])
    round_2024.settle(objection, "accept", "rejected")
    round_2024.to_announcement()

    engine = round_2024.wiring.session_factory.kw["bind"]
    with engine.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())
    assert [secret for secret in OBJECTION.values() if secret in dump] == []
    with round_2024.wiring.reading() as ctx:
        titles = ctx.session.scalars(select(Instance.title).where(Instance.process_id == "objection"))
        assert OBJECTION["name"] not in "".join(titles)
        details = ctx.session.scalars(select(HistoryEvent.details))
        assert OBJECTION["name"] not in str(list(details))


def test_receipt_finds_it_again(round_2024: Story, two: tuple[int, int]) -> None:
    objection = round_2024.object_to(two[0])

    with round_2024.wiring.reading() as ctx:
        receipt = ctx.session.get_one(Objection, objection).receipt
        assert objections.find_by_receipt(ctx, f" {receipt.upper()} ").id == objection
        with pytest.raises(NotFound):
            objections.find_by_receipt(ctx, "0" * 16)


def test_an_objection_is_counted_though_it_was_asked_before(round_2024: Story, two: tuple[int, int]) -> None:
    with round_2024.wiring.transaction() as ctx:
        notice = notices.find_newest(ctx, round_2024.entry(ctx), NoticeKind.CANDIDATES)
        assert notice is not None
        asked_ahead.note(ctx, [ctx.session.get_one(Nomination, number) for number in two])
        before = objections.count_open(ctx, two[0])
        objections.lodge(ctx, notice, two[0], OBJECTION)
        counts = [before, *(objections.count_open(ctx, number) for number in two)]

    assert counts == [0, 1, 0]
