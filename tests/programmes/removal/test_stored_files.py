"""A stored file goes a day after the last row that named it, and no sooner."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError

from service.db import create_engine, create_session_factory
from service.models import Attachment
from service.programmes import wiring
from service.scheduler import file_sweep
from service.scheduler.pulse import Pulse
from service.workflow import history
from service.workflow.context import Context
from tests.programmes.story import Story

pytestmark = pytest.mark.usefixtures("both_databases")

SWEPT = "删除无人引用的文件"


def test_file_of_a_deleted_attachment_goes_after_a_day(round_2024: Story, tmp_path: Path) -> None:
    nominee = round_2024.nominate()
    kept = stored(tmp_path)
    attach_and_delete(round_2024, nominee, b"%PDF-1.4 taken out")
    assert len(stored(tmp_path)) == len(kept) + 1

    round_2024.clock.move(hours=23)
    assert not file_sweep.run_once(round_2024.wiring)
    round_2024.clock.move(hours=2)
    done = file_sweep.run_once(round_2024.wiring)

    assert done == {SWEPT: 1}
    assert stored(tmp_path) == kept
    with round_2024.wiring.reading() as ctx:
        events = history.of_stream(ctx, "system")
    assert [(event.actor_name, event.details) for event in events if event.kind == "files.swept"] == [
        ("系统", {"number": 1})
    ]
    assert not file_sweep.run_once(round_2024.wiring)


def test_file_that_another_row_names_stays(round_2024: Story, tmp_path: Path) -> None:
    first, second = round_2024.nominate(), round_2024.nominate()
    data = b"%PDF-1.4 the same plan"
    with round_2024.wiring.transaction() as ctx:
        add_row(ctx, second, data)
    attach_and_delete(round_2024, first, data)
    before = stored(tmp_path)
    round_2024.clock.move(days=3)

    assert not file_sweep.run_once(round_2024.wiring)

    assert stored(tmp_path) == before


def test_upload_that_has_not_committed_keeps_its_file(round_2024: Story, tmp_path: Path) -> None:
    nominee = round_2024.nominate()
    data = b"%PDF-1.4 handed in again"
    attach_and_delete(round_2024, nominee, data)
    round_2024.clock.move(days=3)
    before = stored(tmp_path)

    with round_2024.wiring.reading() as ctx:
        wiring.storage_of(ctx).write(data, ctx.now)  # its row is not written yet
    assert not file_sweep.run_once(round_2024.wiring)

    assert stored(tmp_path) == before


def test_nothing_is_deleted_while_the_database_is_away(round_2024: Story, tmp_path: Path) -> None:
    nominee = round_2024.nominate()
    attach_and_delete(round_2024, nominee, b"%PDF-1.4 taken out")
    round_2024.clock.move(days=3)
    before = stored(tmp_path)
    nowhere = create_engine(f"sqlite:///{tmp_path / 'nowhere' / 'lost.db'}")
    away = replace(round_2024.wiring, session_factory=create_session_factory(nowhere))

    with pytest.raises(OperationalError):
        file_sweep.run_once(away)

    assert stored(tmp_path) == before


def test_nothing_is_deleted_beside_an_empty_database(round_2024: Story, tmp_path: Path) -> None:
    round_2024.nominate()
    round_2024.clock.move(days=3)
    before = stored(tmp_path)
    empty = create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    Attachment.metadata.create_all(empty)

    assert not file_sweep.run_once(replace(round_2024.wiring, session_factory=create_session_factory(empty)))

    assert stored(tmp_path) == before
    empty.dispose()


def test_scheduler_sweeps_once_a_day(round_2024: Story, tmp_path: Path) -> None:
    nominee = round_2024.nominate()
    daily = replace(round_2024.wiring, daily=(file_sweep.run_once,))
    pulse = Pulse(daily, threading.Event())
    pulse.beat()
    attach_and_delete(round_2024, nominee, b"%PDF-1.4 taken out")
    before = stored(tmp_path)

    round_2024.clock.move(hours=23)
    pulse.beat()
    assert stored(tmp_path) == before
    round_2024.clock.move(hours=2)
    pulse.beat()

    assert len(stored(tmp_path)) == len(before) - 1


def attach_and_delete(story: Story, nominee: int, data: bytes) -> None:
    with story.wiring.transaction() as ctx:
        number = add_row(ctx, nominee, data)
    with story.wiring.transaction() as ctx:
        ctx.session.execute(delete(Attachment).where(Attachment.id == number))


def add_row(ctx: Context, nominee: int, data: bytes) -> int:
    round_id = ctx.session.scalars(select(Attachment.round_id).limit(1)).one()
    row = Attachment(
        round_id=round_id, nomination_id=nominee, slot="details", filename="a.pdf", size=len(data),
        content_type="application/pdf", sha256=wiring.storage_of(ctx).write(data, ctx.now),
        uploaded_at=ctx.now,
    )  # fmt: skip
    ctx.session.add(row)
    ctx.session.flush()
    return row.id


def stored(folder: Path) -> list[Path]:
    return sorted((folder / "files").glob("*/*"))
