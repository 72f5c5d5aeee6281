"""A table edited in the browser: drafts, conflicts, publishing, and what a new diagram takes with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.feel.dmn.sheet import Row
from service.models import Deployment
from service.programmes.diagram import decision_drafts, diagrams, in_force, table_changes
from service.programmes.diagram.decision_drafts import Opened, StaleTable, tag_of
from service.workflow import history
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.definition.decision_tables import WrongTables
from service.workflow.instance import decisions
from tests.programmes.story import Story

FILE, TABLE = "eligibility.dmn", "age"
OLD, NEW = "1984-01-01", "1980-01-01"


def moved(opened: Opened, old: str = OLD, new: str = NEW) -> list[Row]:
    """The rows of the age table with another bound."""
    rows = opened.sheet(TABLE).rows
    return [Row(row.source, tuple(cell.replace(old, new) for cell in row.cells)) for row in rows]


def edit(ctx: Context, story: Story, old: str = OLD, new: str = NEW) -> bytes:
    opened = decision_drafts.open_file(ctx, story.pack, FILE)
    return decision_drafts.with_rows(opened, TABLE, moved(opened, old, new), tag=opened.tag)


def publish(ctx: Context, story: Story, old: str = OLD, new: str = NEW) -> Deployment:
    opened = decision_drafts.open_file(ctx, story.pack, FILE)
    xml = edit(ctx, story, old, new)
    return decision_drafts.publish(ctx, story.pack, FILE, xml, begun_from=opened.begun_from, note="放宽年龄")


def test_new_nominations_take_the_new_table_and_running_ones_keep_theirs(round_2024: Story) -> None:
    nominee = round_2024.start()
    with round_2024.acting("shiwei") as ctx:
        deployment = publish(ctx, round_2024)
        first = diagrams.get_version(ctx, round_2024.pack.key, 1)
        same = (
            deployment.xml == first.xml,
            deployments.forms_of(ctx, deployment) == deployments.forms_of(ctx, first),
        )
        kept = decisions.files_of(ctx, first)

    later = round_2024.nominate(birth=date(1983, 12, 31), unit="liyang-qingfeng")
    round_2024.hand_in(nominee, birth=date(1983, 12, 30))

    assert (deployment.version, same, kept) == (2, (True, True), round_2024.pack.decisions)
    assert [round_2024.read(one).eligibility for one in (nominee, later)] == ["FAIL", "EXCEPTION"]


def test_history_names_who_published(round_2024: Story) -> None:
    with round_2024.acting("shiwei") as ctx:
        publish(ctx, round_2024)
        actor = ctx.actor.user_id

    with round_2024.wiring.reading() as ctx:
        told = [e for e in history.of_stream(ctx, "system") if e.kind == "deployment.published"]
        version = diagrams.list_versions(ctx, round_2024.pack.key)[0]
    assert (told[-1].actor_id, told[-1].details["version"]) == (actor, 2)
    assert version.note == "放宽年龄"


def test_draft_is_one_s_own_and_gone_once_published(round_2024: Story) -> None:
    with round_2024.acting("shiwei") as ctx:
        decision_drafts.save_draft(ctx, round_2024.pack, FILE, edit(ctx, round_2024))
    with round_2024.acting("admin") as ctx:
        assert decision_drafts.open_file(ctx, round_2024.pack, FILE).draft is None
    with round_2024.acting("shiwei") as ctx:
        opened = decision_drafts.open_file(ctx, round_2024.pack, FILE)
        decision_drafts.publish(ctx, round_2024.pack, FILE, opened.xml, begun_from=opened.begun_from, note="")
        after = decision_drafts.open_file(ctx, round_2024.pack, FILE)

    assert (after.draft, after.version, after.xml) == (None, 2, opened.xml)


def test_who_began_before_another_published_is_refused(round_2024: Story) -> None:
    with round_2024.acting("admin") as ctx:
        decision_drafts.save_draft(ctx, round_2024.pack, FILE, edit(ctx, round_2024, OLD, "1979-01-01"))
    with round_2024.acting("shiwei") as ctx:
        publish(ctx, round_2024)

    with round_2024.acting("admin") as ctx:
        opened = decision_drafts.open_file(ctx, round_2024.pack, FILE)
        with pytest.raises(Conflict, match="已发布第 2 版") as refused:
            decision_drafts.publish(
                ctx, round_2024.pack, FILE, opened.xml, begun_from=opened.begun_from, note=""
            )

    assert isinstance(refused.value, StaleTable)


def test_rows_of_another_state_are_refused(round_2024: Story) -> None:
    with round_2024.acting("shiwei") as ctx:
        opened = decision_drafts.open_file(ctx, round_2024.pack, FILE)
        decision_drafts.save_draft(ctx, round_2024.pack, FILE, edit(ctx, round_2024))
        now = decision_drafts.open_file(ctx, round_2024.pack, FILE)

        with pytest.raises(StaleTable):
            decision_drafts.with_rows(now, TABLE, moved(opened), tag=opened.tag)


def test_new_diagram_keeps_the_table_edited_here_even_from_a_newer_pack(round_2024: Story) -> None:
    pack = round_2024.pack
    renewed = {file: xml.replace(b"2006-01-01", b"2008-01-01") for file, xml in pack.decisions.items()}
    drawn = pack.diagram.replace('name="公安协查"'.encode(), 'name="公安机关协查"'.encode())
    with round_2024.acting("shiwei") as ctx:
        edited = decisions.files_of(ctx, publish(ctx, round_2024))

        deployment = diagrams.publish(ctx, replace(pack, decisions=renewed), drawn, note="改名")

        assert (deployment.version, decisions.files_of(ctx, deployment)) == (3, edited)
        assert in_force.edited_files(ctx, pack) == {FILE: tag_of(pack.decisions[FILE])}


def test_pack_s_own_file_may_be_taken_again_and_follows_the_pack_then(round_2024: Story) -> None:
    pack = round_2024.pack
    with round_2024.acting("shiwei") as ctx:
        publish(ctx, round_2024)
        begun = tag_of(in_force.files(ctx, pack)[FILE])

        decision_drafts.publish(ctx, pack, FILE, pack.decisions[FILE], begun_from=begun, note="恢复")

        assert in_force.files(ctx, pack) == pack.decisions
        assert in_force.edited_files(ctx, pack) == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"FAIL"', b'"FAIL'), (b'<decision id="age"', b'<decision id="years"'), (b"&lt; date", b"&gt; date")],
    ids=["not FEEL", "a rule's decision gone", "overlap"],
)
def test_file_that_cannot_decide_is_not_published(round_2024: Story, old: bytes, new: bytes) -> None:
    pack = round_2024.pack
    xml = pack.decisions[FILE].replace(old, new)
    with round_2024.acting("shiwei") as ctx:
        begun = tag_of(pack.decisions[FILE])

        with pytest.raises(WrongTables):
            decision_drafts.publish(ctx, pack, FILE, xml, begun_from=begun, note="")

        assert deployments.get_newest(ctx, pack.key).version == 1


@pytest.mark.parametrize(
    "xml", [b"", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<a>" + b" " * 2_000_001]
)
def test_draft_must_be_dmn(round_2024: Story, xml: bytes) -> None:
    with round_2024.acting("shiwei") as ctx, pytest.raises(Invalid):
        decision_drafts.save_draft(ctx, round_2024.pack, FILE, xml)


def test_what_is_not_there_is_not_found(round_2024: Story) -> None:
    with round_2024.acting("shiwei") as ctx:
        with pytest.raises(NotFound):
            decision_drafts.open_file(ctx, round_2024.pack, "nothing.dmn")
        with pytest.raises(NotFound):
            decision_drafts.open_file(ctx, round_2024.pack, FILE).sheet("deeds_length")


def test_nobody_else_publishes_tables(round_2024: Story) -> None:
    with round_2024.acting("liyang") as ctx, pytest.raises(Forbidden):
        publish(ctx, round_2024)


def test_changes_are_told_row_by_row(round_2024: Story) -> None:
    with round_2024.acting("shiwei") as ctx:
        opened = decision_drafts.open_file(ctx, round_2024.pack, FILE)
    before = opened.sheet(TABLE)
    first, second, third, *rest = before.rows
    written = [
        replace(second, cells=("x", *second.cells[1:])),
        first,
        *rest,
        Row(None, ("-", "", "", "", "", "")),
    ]
    xml = decision_drafts.with_rows(opened, TABLE, written, tag=opened.tag)

    changes = list(table_changes.compare(before, replace(opened, xml=xml).sheet(TABLE)))

    assert [(c.kind, c.row, c.label, c.before, c.after) for c in changes] == [
        ("removed", 3, "", "，".join(third.cells), ""),
        ("moved", 1, "", "2", ""),
        ("changed", 1, "出生日期", second.cells[0], "x"),
        ("moved", 2, "", "1", ""),
        ("added", 8, "", "", "-"),
    ]
