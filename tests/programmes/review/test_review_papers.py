"""The papers of a review: the form check's result, the panel's list and the leading group's minutes."""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl
import pytest

from service.errors import Conflict, NotFound
from service.models import Nomination, User
from service.programmes import wiring
from service.programmes.demo import made_up
from service.programmes.nomination import attachments
from service.programmes.paper import batches, review_papers
from service.programmes.review import ballots, standings
from service.programmes.round import withdrawals
from tests.programmes.review.panel_story import CHAIR, ORGANISER, PARTY, PanelStory
from tests.programmes.review.test_provision import read_cells
from tests.programmes.review.test_provision import withdraw as take_back


def rows_of(story: PanelStory, key: str, by: str = ORGANISER) -> list[list[str]]:
    """Return the list of a paper as its .docx has it, without places of work."""
    with story.acting(by) as ctx:
        data = review_papers.print_paper(ctx, story.entry(ctx), key)
    [table] = docx.Document(io.BytesIO(data)).tables
    return [["".join(cell.text.split()) for cell in row.cells] for row in table.rows]


def text_of(story: PanelStory, key: str) -> str:
    with story.acting(ORGANISER) as ctx:
        data = review_papers.print_paper(ctx, story.entry(ctx), key)
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)


def decide(scoring: PanelStory) -> None:
    """Score and vote with one change by the panel and one by the leading group."""
    scoring.score_all()
    with scoring.acting(CHAIR) as ctx:
        task = scoring.round_task(ctx, "panel_meeting")
        standings.amend(ctx, task, 3, proposed=False, reason="同一单位已有两名，兼顾行业。")
        standings.amend(ctx, task, 1, proposed=True, reason="一线岗位。")
    scoring.meet()
    for login in scoring.voters():
        scoring.vote(login, n1=ballots.ABSTAIN if login == scoring.voters()[0] else ballots.FOR)
    with scoring.acting(PARTY) as ctx:
        task = scoring.round_task(ctx, "deliberate")
        standings.amend(ctx, task, 2, proposed=False, reason="所在单位正在接受检查。")
        standings.amend(ctx, task, 3, proposed=True, reason="递补。")
    scoring.deliberate()


def test_form_check_lists_everybody_with_what_was_found(panel: PanelStory) -> None:
    passed, refused = panel.apply("liyang-1"), panel.apply("xinbei-1")
    with pytest.raises(Conflict, match="还没有内容"):
        text_of(panel, "form_check_result")
    panel.complete(passed, "form_check", "pass")
    panel.complete(refused, "form_check", "refuse", defects=["evidence_missing"], reason="支撑材料不全。")

    rows = rows_of(panel, "form_check_result")

    assert [(row[1], row[4], row[5] != "") for row in rows[1:]] == [
        (panel.read(number).name, outcome, has_defects)
        for number, outcome, has_defects in sorted(
            [(passed, "通过", False), (refused, "不予通过", True)],
            key=lambda row: panel.read(row[0]).recommender_id,
        )
    ]
    assert "对各推荐单位报送的2名推荐人选进行了形式审查，通过1名，限期补正0名，不予通过1名。" in text_of(
        panel, "form_check_result"
    )


def test_panel_list_stands_as_the_panel_left_it_with_counts_and_reasons(scoring: PanelStory) -> None:
    decide(scoring)
    names = {number: scoring.read(number).name for number in (1, 2, 3)}

    rows = [[row[1], *row[4:]] for row in rows_of(scoring, "panel_list")]

    with scoring.wiring.reading() as ctx:
        ballot = ballots.find_newest(ctx, scoring.entry(ctx))
        assert ballot is not None
        votes = {result.nomination_id: result.votes for result in ballots.list_results(ctx, ballot)}
    counts = {number: [str(given[choice]) for choice in ballots.CHOICES] for number, given in votes.items()}
    voters = ballot.voters
    assert rows[1:] == [
        [names[2], "80.000", *counts[2], "列入", ""],
        [names[3], "70.000", "", "", "", "不列入", "专家组会审会议调出：同一单位已有两名，兼顾行业。"],
        [names[1], "60.000", *counts[1], "列入", "专家组会审会议调入：一线岗位。"],
    ]
    said = text_of(scoring, "panel_list")
    assert f"建议列入2名。有投票权的专家{voters}人，实到投票{voters}人。会审和投票中调整2名" in said


def test_minutes_say_what_the_leading_group_changed_and_why(scoring: PanelStory) -> None:
    decide(scoring)
    names = {number: scoring.read(number).name for number in (1, 2, 3)}

    rows = [[row[1], *row[4:]] for row in rows_of(scoring, "minutes")]

    assert rows[1:] == [
        [names[2], "调出", "党组审议调出：所在单位正在接受检查。"],
        [names[3], "调入", "党组审议调入：递补。"],
        [names[1], "同意列入", ""],
    ]
    said = text_of(scoring, "minutes")
    assert "二、审议结论：审议通过。审议意见：经集体研究，作出本决定。" in said
    assert "三、调出1名，调入1名，审定2名" in said


def test_no_expert_is_named_and_the_sheet_says_the_same(scoring: PanelStory) -> None:
    decide(scoring)
    with scoring.acting(ORGANISER) as ctx:
        entry = scoring.entry(ctx)
        data = review_papers.print_paper(ctx, entry, "panel_list", form="xlsx")
        experts = {user.name for user in ctx.session.query(User) if user.login in scoring.voters()}
    cells = [
        str(cell or "")
        for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
        for cell in row
    ]

    printed = "".join(cells) + text_of(scoring, "panel_list") + text_of(scoring, "minutes")
    assert [name for name in experts if name in printed] == []
    assert "编制单位：常州市总工会" in cells
    assert scoring.read(2).name in cells


def test_whole_set_of_the_organiser_has_them_and_nobody_elses(scoring: PanelStory) -> None:
    decide(scoring)
    slot = scoring.pack.programme.slots["portrait"]
    with scoring.wiring.transaction() as ctx:  # the round was copied without its files
        wiring.storage_of(ctx).write(attachments.check(slot, "照片.jpg", made_up.photo()).data, ctx.now)

    with scoring.acting(ORGANISER) as ctx, batches.make_batch(ctx, scoring.entry(ctx), None) as file:
        inside = [name for name in zipfile.ZipFile(file).namelist() if name.startswith("评审材料/")]
    with scoring.acting("jiceng") as ctx:
        assert review_papers.list_ready(ctx, scoring.entry(ctx)) == []
        with pytest.raises(NotFound):
            review_papers.print_paper(ctx, scoring.entry(ctx), "minutes")

    assert sorted(inside) == sorted(
        f"评审材料/{title}.{kind}"
        for title in (
            "龙城工匠培育对象形式审查结果",
            "龙城工匠培育对象专家组会审建议名单",
            "常州市总工会党组审议龙城工匠培育对象建议名单纪要",
        )
        for kind in review_papers.FORMATS
    )


def test_whoever_stepped_out_or_took_his_consent_back_is_counted_and_not_named(scoring: PanelStory) -> None:
    decide(scoring)
    names = {number: scoring.read(number).name for number in (1, 2, 3)}
    before = text_of(scoring, "minutes")

    with scoring.acting(ORGANISER) as ctx:
        withdrawals.withdraw(ctx, ctx.session.get_one(Nomination, 1), "本人书面申请退出。")
    take_back(scoring, 3, ORGANISER)

    notes = "\n".join(
        (
            "注：另有 1 人未列入：本人已退出评选。",
            "注：另有 1 人未列入：本人已撤回向其他单位提供个人信息的同意。",
        )
    )
    for key in ("form_check_result", "panel_list", "minutes"):
        assert [row[1] for row in rows_of(scoring, key)[1:]] == [names[2]]
        assert notes in text_of(scoring, key)
    assert "三、调出1名，调入1名，审定2名" in before
    assert "三、调出1名，调入1名，审定2名" in text_of(scoring, "minutes")
    with scoring.acting(ORGANISER) as ctx:
        data = review_papers.print_paper(ctx, scoring.entry(ctx), "form_check_result", form="xlsx")
    assert [name for name in names.values() if name in read_cells(data)] == [names[2]]
