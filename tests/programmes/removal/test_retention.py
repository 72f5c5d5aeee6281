"""A year after the announcement nothing is left of those who did not take the title, and the chains hold."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from service.models import (
    Attachment,
    Award,
    Base,
    FollowUp,
    Nomination,
    Objection,
    ObjectionEvidence,
    PrintedPaper,
    StampedScan,
    Submission,
    TaskFile,
    Unit,
    UserTask,
)
from service.programmes import wiring
from service.programmes.publication import evidence
from service.programmes.removal.removals import NAMELESS
from service.scheduler import retention
from service.workflow import history
from tests.programmes.story import Story

pytestmark = pytest.mark.usefixtures("both_databases")


def test_nothing_is_left_of_who_was_not_awarded(round_2024: Story, tmp_path: Path) -> None:
    kept = round_2024.nominate()
    lost = round_2024.start()
    answers = round_2024.hand_in(lost, deeds="主持的演示项目只此一份。")
    round_2024.complete(lost, "workplace_league_opinion", "reject", text=f"{answers['name']}不合适")
    round_2024.to_notice()
    round_2024.to_announcement()
    secrets = [answers["name"], answers["id_number"], answers["phone"], answers["deeds"]]
    round_2024.clock.move(days=364)
    assert not retention.run_once(round_2024.wiring)
    assert found(round_2024, secrets) != []

    round_2024.clock.move(days=2)
    done = retention.run_once(round_2024.wiring)

    assert (done["到期清除个人信息"], done["删除到期文件"] > 0) == (1, True)
    assert found(round_2024, secrets) == []
    assert (round_2024.read(lost).name, round_2024.status(lost)) == (NAMELESS, "declined")
    assert round_2024.read(kept).id_number is not None
    with round_2024.wiring.reading() as ctx:
        assert list(history.verify(ctx.session)) == []
        assert ctx.session.scalars(select(Attachment.id).where(Attachment.nomination_id == lost)).all() == []
    assert not retention.run_once(round_2024.wiring)


def test_open_case_keeps_the_data_until_it_is_settled(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_notice()
    case = round_2024.object_to(nominee)
    round_2024.to_announcement()
    round_2024.clock.move(days=400)

    assert not retention.run_once(round_2024.wiring)
    round_2024.settle(case, "accept", "upheld")

    assert round_2024.status(nominee) == "cancelled"
    assert retention.run_once(round_2024.wiring)["到期清除个人信息"] == 1


def test_who_objected_to_one_with_a_title_goes_and_how_it_ended_stays(
    round_2024: Story, tmp_path: Path
) -> None:
    awarded = round_2024.nominate()
    round_2024.to_notice()
    case = round_2024.object_to(awarded, name="演示-只此一人")
    with round_2024.wiring.transaction() as ctx:
        objection = ctx.session.get_one(Objection, case)
        evidence.keep(ctx, objection, evidence.check([("证明.txt", "情况属实".encode())]))
    round_2024.settle(case, "accept", "rejected")
    round_2024.to_announcement()
    round_2024.clock.move(days=364)
    assert not retention.run_once(round_2024.wiring)

    round_2024.clock.move(days=2)
    done = retention.run_once(round_2024.wiring)

    assert done["到期清除异议人信息"] == 1
    assert found(round_2024, ["演示-只此一人", "所填荣誉与实际获得的不符"]) == []
    assert round_2024.read(awarded).id_number is not None
    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(ObjectionEvidence.id)).all() == []
        assert ctx.session.get_one(Objection, case).status == "rejected"
    assert not retention.run_once(round_2024.wiring)


def test_round_that_announces_nobody_counts_from_the_end_of_its_year(round_2024: Story) -> None:
    lost = round_2024.nominate()
    round_2024.complete(lost, "workplace_league_opinion", "reject", text="不合适")
    round_2024.clock.move_to(datetime.fromisoformat("2025-12-31T12:00:00+08:00"))
    assert not retention.run_once(round_2024.wiring)

    round_2024.clock.move(days=1)

    assert retention.run_once(round_2024.wiring)["到期清除个人信息"] == 1
    assert round_2024.read(lost).name == NAMELESS


def test_cancelled_candidate_leaves_the_public_list_with_his_data(round_2024: Story) -> None:
    kept, lost = round_2024.nominate(), round_2024.nominate()
    round_2024.to_notice()
    before = round_2024.notice().snapshot_hash
    round_2024.settle(round_2024.object_to(lost), "accept", "upheld")
    round_2024.to_announcement()
    assert round_2024.listed() == [kept, lost]
    round_2024.clock.move(days=400)

    retention.run_once(round_2024.wiring)

    notice = round_2024.notice()
    assert (round_2024.listed(), notice.snapshot["removed"], notice.snapshot_hash) == ([kept], 1, before)


def test_file_that_another_holds_stays(round_2024: Story, tmp_path: Path) -> None:
    kept, lost = round_2024.nominate(), round_2024.nominate()
    round_2024.complete(lost, "workplace_league_opinion", "reject", text="不合适")
    round_2024.to_notice()
    round_2024.to_announcement()
    round_2024.clock.move(days=400)

    retention.run_once(round_2024.wiring)

    with round_2024.wiring.reading() as ctx:
        hashes = ctx.session.scalars(select(Attachment.sha256).where(Attachment.nomination_id == kept)).all()
        answers = ctx.session.scalars(
            select(Submission.answers).join(Nomination, Nomination.instance_id == Submission.instance_id)
            .where(Nomination.id == lost)
        ).all()  # fmt: skip
    assert all((tmp_path / "files" / name[:2] / name[2:]).is_file() for name in hashes)
    assert answers
    assert set(map(str, answers)) == {"{}"}


def found(story: Story, secrets: list[str]) -> list[tuple[str, str]]:
    """Look for texts in every column of every table, encrypted ones too."""
    places = []
    with story.wiring.reading() as ctx:
        for table in Base.metadata.sorted_tables:
            for row in ctx.session.execute(select(table)).mappings():
                text = " ".join(str(value) for value in row.values())
                places += [(table.name, secret) for secret in secrets if secret in text]
    return places


def test_scan_of_a_form_goes_with_the_form(round_2024: Story, tmp_path: Path) -> None:
    lost = round_2024.nominate()
    round_2024.complete(lost, "workplace_league_opinion", "reject", text="不合适")
    other = round_2024.nominate()
    round_2024.to_notice()
    round_2024.to_announcement()
    with round_2024.wiring.transaction() as ctx:
        for nominee, data in ((lost, b"%PDF-1.4 lost"), (other, b"%PDF-1.4 kept")):
            paper = PrintedPaper(
                round_id=1, paper="recommendation", nomination_id=nominee, content_hash="0" * 64,
                printed_at=ctx.now,
            )  # fmt: skip
            ctx.session.add(paper)
            ctx.session.flush()
            sha256 = wiring.storage_of(ctx).write(data, ctx.now)
            scan = StampedScan(
                printed_paper_id=paper.id, filename="s.pdf", size=1, sha256=sha256, uploaded_at=ctx.now
            )
            ctx.session.add(scan)
    round_2024.clock.move(days=400)

    retention.run_once(round_2024.wiring)

    with round_2024.wiring.reading() as ctx:
        [left] = ctx.session.scalars(select(StampedScan.sha256)).all()
    kept = [path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert left == hashlib.sha256(b"%PDF-1.4 kept").hexdigest()
    assert b"%PDF-1.4 kept" in kept
    assert b"%PDF-1.4 lost" not in kept


def test_scan_of_a_roster_goes_with_those_it_names(round_2024: Story, tmp_path: Path) -> None:
    round_2024.nominate()
    round_2024.to_notice()
    round_2024.to_announcement()
    data = b"%PDF-1.4 a stamped roster"
    with round_2024.wiring.transaction() as ctx:
        liyang = ctx.session.scalars(select(Unit.id).where(Unit.code == "liyang")).one()
        for digit in "01":
            paper = PrintedPaper(
                round_id=1, paper="roster", recommender_id=liyang, content_hash=digit * 64,
                printed_at=ctx.now,
            )  # fmt: skip
            ctx.session.add(paper)
            ctx.session.flush()
            sha256 = wiring.storage_of(ctx).write(data, ctx.now)
            ctx.session.add(
                StampedScan(
                    printed_paper_id=paper.id, filename="s.pdf", size=1, sha256=sha256, uploaded_at=ctx.now
                )
            )
    round_2024.clock.move(days=360)
    retention.run_once(round_2024.wiring)
    assert kept_bytes(tmp_path).count(data) == 1

    round_2024.clock.move(days=40)
    retention.run_once(round_2024.wiring)

    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(StampedScan.id)).all() == []
    assert kept_bytes(tmp_path).count(data) == 0


def test_file_of_a_task_goes_with_its_round(round_2024: Story, tmp_path: Path) -> None:
    round_2024.nominate()
    round_2024.to_notice()
    round_2024.to_announcement()
    data = b"%PDF-1.4 a plan"
    with round_2024.wiring.transaction() as ctx:
        task = ctx.session.scalars(select(UserTask.id).limit(1)).one()
        sha256 = wiring.storage_of(ctx).write(data, ctx.now)
        ctx.session.add(
            TaskFile(
                round_id=1, user_task_id=task, slot="plan", filename="plan.pdf", size=len(data),
                content_type="application/pdf", sha256=sha256, uploaded_at=ctx.now,
            )
        )  # fmt: skip
    round_2024.clock.move(days=360)
    retention.run_once(round_2024.wiring)
    assert data in kept_bytes(tmp_path)

    round_2024.clock.move(days=40)
    retention.run_once(round_2024.wiring)

    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(TaskFile.id)).all() == []
    assert data not in kept_bytes(tmp_path)


def test_evidence_goes_with_whom_it_was_about(round_2024: Story, tmp_path: Path) -> None:
    round_2024.nominate()
    lost = round_2024.nominate()
    round_2024.to_notice()
    case = round_2024.object_to(lost)
    with round_2024.wiring.transaction() as ctx:
        objection = ctx.session.get_one(Objection, case)
        evidence.keep(ctx, objection, evidence.check([("证明.txt", "情况属实".encode())]))
    round_2024.settle(case, "accept", "upheld")
    round_2024.to_announcement()
    round_2024.clock.move(days=400)

    retention.run_once(round_2024.wiring)

    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(ObjectionEvidence.id)).all() == []
    assert "情况属实".encode() not in kept_bytes(tmp_path)


def test_file_that_proves_an_entry_of_a_title_stays(round_2024: Story, tmp_path: Path) -> None:
    round_2024.nominate()
    lost, data = round_2024.nominate(), b"a picture of both"
    round_2024.complete(lost, "workplace_league_opinion", "reject", text="不合适")
    round_2024.to_notice()
    round_2024.to_announcement()
    with round_2024.wiring.transaction() as ctx:
        file = ctx.session.scalars(select(Attachment).where(Attachment.nomination_id == lost)).all()[0]
        file.sha256 = wiring.storage_of(ctx).write(data, ctx.now)
        award = ctx.session.scalars(select(Award)).one()
        entry = FollowUp(
            round_id=1, award_id=award.id, track="publicity", item="宣传", day=ctx.now.date(), text="合影。",
            filename="合影.jpg", sha256=file.sha256, written_by="某", unit_name="某", written_at=ctx.now,
        )  # fmt: skip
        ctx.session.add(entry)
    round_2024.clock.move(days=400)

    retention.run_once(round_2024.wiring)

    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(Attachment.id).where(Attachment.nomination_id == lost)).all() == []
    assert data in kept_bytes(tmp_path)


def kept_bytes(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in (folder / "files").rglob("*") if path.is_file()]
