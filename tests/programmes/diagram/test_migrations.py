"""Who may move the nominations of a programme, and a round's nominations moved to another version."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from service.engine.records import Instruction
from service.errors import Forbidden, Invalid
from service.models import Instance
from service.programmes.diagram import diagrams, migrations
from service.scheduler import migrations as duty
from service.workflow.context import SYSTEM, Actor
from service.workflow.migration.records import Request
from tests.programmes.story import Story


def test_organiser_may_publish_and_not_move(round_2024: Story) -> None:
    pack = round_2024.pack
    organiser = Actor(user_id=1, name="主办", groups=frozenset({f"organiser@{pack.programme.organiser}"}))
    with round_2024.wiring.reading() as ctx:
        acting = replace(ctx, actor=organiser)
        assert diagrams.may_draw(acting, pack)
        with pytest.raises(Forbidden):
            migrations.propose(acting, pack, 1, 1)


def test_round_moves_with_its_nominations(round_2024: Story) -> None:
    story, admin = round_2024, replace(SYSTEM, groups=frozenset({"admin@-"}))
    with story.wiring.transaction() as ctx:
        source = diagrams.get_version(ctx, story.pack.key, 1)
        redrawn = source.xml.decode().replace('name="填写推荐表"', 'name="填报推荐表"').encode()
        diagrams.publish(replace(ctx, actor=admin), story.pack, redrawn, note="改名")
        running = len(ctx.session.scalars(select(Instance).where(Instance.status == "active")).all())

    with story.wiring.transaction() as ctx:
        acting = replace(ctx, actor=admin)
        assert [version.number for version in migrations.list_sources(acting, story.pack.key)] == [1]
        proposal = migrations.propose(acting, story.pack, 1, 2)
        request = Request(source=1, target=2, plan=proposal.plan)
        report = migrations.try_out(acting, story.pack, request)
        ordered = migrations.order(acting, story.pack, request, "改名", plan_hash=report.plan_hash)
    while duty.run_once(story.wiring):
        pass

    assert (proposal.instances, report.ok, report.blocked) == (running, running, 0)
    with story.wiring.reading() as ctx:
        acting = replace(ctx, actor=admin)
        told = migrations.get(acting, story.pack, ordered.id)
        assert (told.pending, told.moved, told.left) == (0, running, 0)
        items = migrations.list_items(acting, story.pack, ordered.id)
        assert {(item.status.value, item.reason) for item in items} == {("moved", "")}
        assert migrations.list_sources(acting, story.pack.key) == []


def test_x30_a_nomination_whose_step_was_taken_out_moves_only_once_it_is_said_where_to(
    round_2024: Story,
) -> None:
    story, admin = round_2024, replace(SYSTEM, groups=frozenset({"admin@-"}))
    stuck, free = story.start(), story.nominate()
    with story.wiring.transaction() as ctx:
        source = diagrams.get_version(ctx, story.pack.key, 1)
        redrawn = source.xml.decode().replace('"fill_in_form"', '"write_form"').replace("填写推荐表", "申报")
        diagrams.publish(replace(ctx, actor=admin), story.pack, redrawn.encode(), note="改环节")

    def move(**more: Instruction) -> dict[int, tuple[str, str]]:
        """Order the move of what still runs the first version, and return what became of each."""
        with story.wiring.transaction() as ctx:
            acting = replace(ctx, actor=admin)
            plan = {**migrations.propose(acting, story.pack, 1, 2).plan, **more}
            request = Request(source=1, target=2, plan=plan)
            report = migrations.try_out(acting, story.pack, request)
            ordered = migrations.order(acting, story.pack, request, "改环节", plan_hash=report.plan_hash).id
        while duty.run_once(story.wiring):
            pass
        with story.wiring.reading() as ctx:
            items = migrations.list_items(replace(ctx, actor=admin), story.pack, ordered)
            return {item.instance_id: (item.status.value, item.reason) for item in items}

    instances = {nominee: story.read(nominee).instance_id for nominee in (stuck, free)}
    refused = move()
    refused_stands_at = story.waits_at(stuck)
    allowed = move(fill_in_form=Instruction(action="map", target="write_form"))

    assert refused[instances[free]] == ("moved", "")
    assert refused[instances[stuck]] == (
        "left",
        "「填写推荐表」（fill_in_form）正在进行，方案没有写明它在新图里怎么办",
    )
    assert (refused_stands_at, story.waits_at(stuck)) == (["fill_in_form"], ["write_form"])
    assert allowed == {instances[stuck]: ("moved", "")}


def test_choices_are_read_as_they_are_written() -> None:
    plan = {
        "a": Instruction(action="map", target="b"),
        "c": Instruction(action="move", target="d"),
        "e": Instruction(action="cancel"),
    }
    written = {name: migrations.write_choice(one) for name, one in plan.items()}

    assert written == {"a": "map:b", "c": "move:d", "e": "cancel"}
    assert migrations.read_plan({**written, "f": migrations.write_choice(None)}) == plan
    with pytest.raises(Invalid):
        migrations.read_plan({"a": "swap:b"})
