"""How far a round's nominations have come, in one statement however many they are."""

from __future__ import annotations

from sqlalchemy import insert, select

from service.models import Nomination, NominationStatus, QuotaKind, Unit
from service.programmes.board import progress
from service.programmes.nomination import searches
from service.programmes.nomination.phases import PHASES, statuses_of
from service.programmes.nomination.searches import Filter
from service.programmes.round import funnel
from service.workflow.context import Context
from tests.programmes.story import Story
from tests.web.browser import count_statements


def nominate(ctx: Context, story: Story, *rows: tuple[str, str, str, str]) -> None:
    """Write nominations as (status, category, sex, industry), of 溧阳."""
    units = {unit.code: unit.id for unit in ctx.session.scalars(select(Unit))}
    keys = ("status", "category", "sex", "industry")
    fixed = {
        "round_id": story.round_id,
        "unit_id": units["liyang-qingfeng"],
        "recommender_id": units["liyang"],
        "source": "unit",
        "created_at": ctx.now,
    }
    ctx.session.execute(insert(Nomination), [{**fixed, **dict(zip(keys, row, strict=True))} for row in rows])


ROWS = (
    ("drafting", "work_safety", "", ""),
    ("qualifying", "work_safety", "男", "制造业"),
    ("qualifying", "general_services", "女", "制造业"),
    ("awarded", "work_safety", "男", "未来产业"),
    ("failed", "work_safety", "男", "未来产业"),
)


def test_every_status_belongs_to_one_phase() -> None:
    assert sorted(status for phase in PHASES.values() for status in phase) == sorted(NominationStatus)
    assert set(NominationStatus) - set(statuses_of("running")) == set(statuses_of("out"))


def test_nominations_are_counted_by_status_unit_and_phase(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        nominate(ctx, round_2024, *ROWS)
        entry = round_2024.entry(ctx)
        table = funnel.tabulate(ctx, entry)
        found = progress.read(ctx, entry)

        levels = {level.status: (level.total, dict(level.by_category)) for level in found.list_levels()}
        [liyang, *others] = found.list_units(table, {})
    assert levels["qualifying"] == (2, {"work_safety": 1, "general_services": 1})
    assert (found.total, found.running) == (5, 4)
    assert dict(liyang.by_phase) == {"filing": 1, "examining": 2, "standing": 1, "out": 1}
    assert (liyang.unfinished, liyang.is_late) == (1, True)
    assert {(unit.total, unit.is_late) for unit in others} == {(0, True)}


def test_balance_counts_those_in_the_running(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        nominate(ctx, round_2024, *ROWS)
        found = progress.read(ctx, round_2024.entry(ctx))

    assert [(share.value, share.total) for share in found.share_by_sex()] == [("男", 2), ("女", 1), ("", 1)]
    assert [(share.value, share.total) for share in found.share_by_industry()] == [
        ("制造业", 2),
        ("未来产业", 1),
        ("", 1),
    ]


def test_trades_are_left_out_where_nobody_is_asked(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        nominate(ctx, round_2024, ("qualifying", "work_safety", "男", ""))

        assert progress.read(ctx, round_2024.entry(ctx)).share_by_industry() == []


def test_a_list_is_narrowed_as_the_numbers_are(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        nominate(ctx, round_2024, *ROWS)
        entry = round_2024.entry(ctx)
        narrow = (
            Filter(phase="running", sex="男"),
            Filter(phase="running", industry="制造业"),
            Filter(phase="out"),
            Filter(holds=QuotaKind.NOMINATION),
            Filter(phase="running", empty="sex"),
        )

        assert [searches.count(ctx, entry, one) for one in narrow] == [2, 2, 1, 0, 1]


def test_ten_thousand_are_counted_in_one_statement(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        nominate(ctx, round_2024, *ROWS * 2000)
        entry = round_2024.entry(ctx)
        with count_statements(ctx.session.get_bind()) as sent:  # type: ignore[arg-type]
            found = progress.read(ctx, entry)

    assert (found.total, len(found.counts), len(sent)) == (10_000, 5, 1)
