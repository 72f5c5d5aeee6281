"""Every file is declared by the unit and ticked by its reviewer, who rules on what was found as well."""

from __future__ import annotations

import pytest

from service.errors import Conflict, Forbidden, Invalid
from service.models import Nomination
from service.programmes.demo import made_up
from service.programmes.nomination import attachments
from service.programmes.privacy import clearances, findings
from tests.programmes.privacy.clearing import ask_at_first_opinion
from tests.programmes.story import HEAD, LEAGUE, ORGANISER, RECOMMENDER, Story


def test_files_are_cleared_one_by_one_by_two_people(round_2024: Story) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()
    files = files_of(round_2024, nominee)

    with round_2024.acting(LEAGUE) as ctx, pytest.raises(Invalid, match="还有 3 个文件"):
        clearances.require_cleared(ctx, ctx.session.get_one(Nomination, nominee))
    for number in files:
        declare(round_2024, nominee, number)
        with round_2024.acting(LEAGUE) as ctx:
            clearances.clear(ctx, ctx.session.get_one(Nomination, nominee), number, "逐页看过")

    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        clearances.require_cleared(ctx, nomination)
        rows = [entry.row for entry in clearances.list_of(ctx, nomination)]
        assert {(row.declared_by.login, row.cleared_by.login) for row in rows if row and row.cleared_by} == {
            (HEAD, LEAGUE)
        }


def test_nobody_clears_what_he_declared_or_what_nobody_did(round_2024: Story) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()
    number = files_of(round_2024, nominee)[0]

    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        with pytest.raises(Conflict, match="还没有声明"):
            clearances.clear(ctx, nomination, number)
        clearances.declare(ctx, nomination, number)
        ctx.session.flush()
        with pytest.raises(Conflict, match="须由两个人分别办理"):
            clearances.clear(ctx, nomination, number)
        with pytest.raises(Conflict, match="已经声明过"):
            clearances.declare(ctx, nomination, number)


@pytest.mark.parametrize("login", [RECOMMENDER, ORGANISER])
def test_only_the_unit_declares(round_2024: Story, login: str) -> None:
    nominee = round_2024.nominate()

    with round_2024.acting(login) as ctx, pytest.raises(Forbidden, match="只有申报单位"):
        clearances.declare(ctx, ctx.session.get_one(Nomination, nominee), files_of(round_2024, nominee)[0])


@pytest.mark.parametrize("login", [HEAD, RECOMMENDER, ORGANISER, "admin"])
def test_only_whoever_has_the_step_in_hand_ticks(round_2024: Story, login: str) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()
    number = files_of(round_2024, nominee)[0]
    declare(round_2024, nominee, number)

    with round_2024.acting(login) as ctx, pytest.raises(Forbidden, match="正在办理脱密审查"):
        clearances.clear(ctx, ctx.session.get_one(Nomination, nominee), number, "逐页看过")


def test_nobody_ticks_where_no_step_asks_for_it(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    number = files_of(round_2024, nominee)[0]
    declare(round_2024, nominee, number)

    with round_2024.acting(LEAGUE) as ctx, pytest.raises(Forbidden, match="正在办理脱密审查"):
        clearances.clear(ctx, ctx.session.get_one(Nomination, nominee), number, "逐页看过")


def test_nominee_neither_declares_nor_ticks_his_own(round_2024: Story) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()
    number = files_of(round_2024, nominee)[0]
    with round_2024.acting(LEAGUE) as ctx:
        ctx.session.get_one(Nomination, nominee).nominee_id = ctx.actor.user_id

    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        with pytest.raises(Forbidden, match="只有申报单位"):
            clearances.declare(ctx, nomination, number)
        with pytest.raises(Forbidden, match="本人不能审查"):
            clearances.clear(ctx, nomination, number, "逐页看过")


@pytest.mark.parametrize("place", ["deeds", "file"])
def test_step_that_asks_for_clearance_waits_for_every_finding(round_2024: Story, place: str) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.start()
    if place == "file":
        with round_2024.acting(LEAGUE) as ctx:
            nomination = ctx.session.get_one(Nomination, nominee)
            attachments.add(ctx, nomination, "portrait", "涉密现场.jpg", made_up.photo())
    round_2024.hand_in(nominee, **({"deeds": "参与涉密工程。"} if place == "deeds" else {}))
    clear_all(round_2024, nominee)

    with pytest.raises(Invalid, match="还有 1 处扫描查到的内容没有认定"):
        round_2024.complete(nominee, "workplace_league_opinion", "approve", text="同意推荐")
    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        [finding] = findings.find(ctx, nomination)
        ruled = findings.rule(ctx, nomination, finding.fingerprint, "系厂区地名", "false_alarm")
        assert (finding.blocks, ruled.reason) == (False, "误报：系厂区地名")
    round_2024.complete(nominee, "workplace_league_opinion", "approve", text="同意推荐")

    assert round_2024.waits_at(nominee) == ["workplace_opinion"]


def test_file_taken_out_takes_its_clearance_along(round_2024: Story) -> None:
    nominee = round_2024.start()
    round_2024.attach(nominee)
    number = files_of(round_2024, nominee)[0]
    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        clearances.declare(ctx, nomination, number)
        ctx.session.flush()
        attachments.remove(ctx, attachments.list_of(ctx, nomination)[0])

    assert number not in files_of(round_2024, nominee)


def files_of(story: Story, nominee: int) -> list[int]:
    with story.wiring.reading() as ctx:
        return [file.id for file in attachments.list_of(ctx, ctx.session.get_one(Nomination, nominee))]


def test_step_that_asks_for_clearance_waits_for_every_file(round_2024: Story) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()

    with pytest.raises(Invalid, match="还有 3 个文件没有完成脱密声明和审查"):
        round_2024.complete(nominee, "workplace_league_opinion", "approve", text="同意推荐")
    clear_all(round_2024, nominee)
    round_2024.complete(nominee, "workplace_league_opinion", "approve", text="同意推荐")

    assert round_2024.waits_at(nominee) == ["workplace_opinion"]


def test_step_that_asks_for_clearance_may_be_returned_without(round_2024: Story) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()

    round_2024.complete(nominee, "workplace_league_opinion", "return", text="请先脱密")

    assert round_2024.waits_at(nominee) == ["fill_in_form"]


def declare(story: Story, nominee: int, number: int) -> None:
    with story.acting(HEAD) as ctx:
        clearances.declare(ctx, ctx.session.get_one(Nomination, nominee), number)


def clear_all(story: Story, nominee: int) -> None:
    for number in files_of(story, nominee):
        declare(story, nominee, number)
        with story.acting(LEAGUE) as ctx:
            clearances.clear(ctx, ctx.session.get_one(Nomination, nominee), number)
