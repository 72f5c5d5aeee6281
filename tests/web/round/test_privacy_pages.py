"""The page on a nomination's personal data: consents taken back, findings let stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from service.models import Consent, Nomination, ScanRuling, User, UserTask
from service.wire import Runtime
from tests.web.browser import Browser

Browse = Callable[..., Browser]
POST = "青锋精密机械有限公司 工程师（手机13812345678）"


@pytest.fixture
def number(service: Runtime, task_at: Callable[..., int]) -> int:
    """A nomination that waits for its recommender."""
    with service.wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, task_at("recommender_opinion"))
        query = select(Nomination.id).where(Nomination.instance_id == task.instance_id)
        return ctx.session.scalars(query).one()


def test_consent_is_shown_in_its_words_and_taken_back(browse: Browse, service: Runtime, number: int) -> None:
    browser = browse("shiwei")
    page = browser.get(f"/nominations/{number}/privacy")
    [address, *_] = page.all(r'action="(/nominations/\d+/consents/\d+/withdraw)"')

    refused = browser.post(address, {"reason": " "})
    done = browser.post(address, {"reason": "本人书面要求"}, follow_redirects=True)

    assert "申报类别、推荐单位；破格推荐的，一并公示破格理由。" in page.text
    assert (refused.status, "请写明撤回的说明。" in refused.text) == (422, True)
    assert "已登记撤回" in done.text
    with service.wiring.reading() as ctx:
        kinds = select(Consent.kind).where(Consent.nomination_id == number, Consent.withdrawn_at.is_not(None))
        assert list(ctx.session.scalars(kinds)) == ["publication"]

    again = browser.post(
        done.all(r'action="(/nominations/\d+/consents/\d+/again)"')[0], follow_redirects=True
    )
    assert "已登记重新同意" in again.text


def test_whoever_works_on_it_sees_that_a_consent_was_taken_back(
    browse: Browse, number: int, task_at: Callable[..., int]
) -> None:
    browser, task = browse("shiwei"), task_at("recommender_opinion")
    provision = browser.get(f"/nominations/{number}/privacy").all(
        r'action="(/nominations/\d+/consents/\d+/withdraw)"'
    )[1]
    before = browse("liyang").get(f"/tasks/{task}")

    browser.post(provision, {"reason": "本人书面要求"})

    after = browse("liyang").get(f"/tasks/{task}")
    assert "本人已撤回向其他单位提供的同意" not in before.text
    assert "不得再将其材料送交其他单位或导出给他人。" in after.text


def test_finding_is_shown_masked_on_both_pages_and_let_stand_by_the_organiser(
    browse: Browse, service: Runtime, number: int, task_at: Callable[..., int]
) -> None:
    with service.wiring.transaction() as ctx:
        ctx.session.execute(update(Nomination).where(Nomination.id == number).values(workplace_and_post=POST))
    task_page = browse("liyang").get(f"/tasks/{task_at('recommender_opinion')}")
    theirs = browse("liyang").get(f"/nominations/{number}/privacy")
    browser = browse("shiwei")
    [address] = browser.get(f"/nominations/{number}/privacy").all(r'action="(/nominations/\d+/findings/\w+)"')

    refused = browser.post(address, {"verdict": "publishable", "reason": "可"})
    unsaid = browser.post(address, {"reason": "本人坚持照此公示"})
    done = browser.post(
        address, {"verdict": "publishable", "reason": "本人坚持照此公示"}, follow_redirects=True
    )

    assert "脱密扫描发现 1 处" in task_page.text
    assert "手机138****5678" in theirs.text
    assert theirs.all(r'action="(/nominations/\d+/findings/\w+)"') == []
    assert (refused.status, "至少 4 个字" in refused.text) == (422, True)
    assert (unsaid.status, "请选择如何认定。" in unsaid.text) == (422, True)
    assert "认定：可公开：本人坚持照此公示" in done.text
    with service.wiring.reading() as ctx:
        assert ctx.session.scalars(select(ScanRuling.nomination_id)).all() == [number]


def test_stranger_finds_no_page(browse: Browse, number: int) -> None:
    assert browse("wujin").get(f"/nominations/{number}/privacy").status == 404


def test_correction_goes_from_the_workplace_to_the_organiser(
    browse: Browse, service: Runtime, number: int
) -> None:
    address = f"/nominations/{number}/corrections"
    browser = browse("shiwei")
    wrong = browser.post(address, {"field": "phone", "value": "12", "reason": "号码有误"})
    asked = browser.post(
        address,
        {"field": "phone", "value": "0519-80001234", "reason": "号码有误"},
        follow_redirects=True,
    )

    waiting = browser.get("/admin/personal-data")
    made = browser.post(
        asked.all(r'action="(/nominations/\d+/corrections/\d+)"')[0],
        {"decision": "make"},
        follow_redirects=True,
    )

    assert (wrong.status, "联系电话请填 11 位手机号" in wrong.text) == (422, True)
    assert "号码有误" in waiting.text
    assert "更正已完成。" in made.text
    assert "0519-80001234" not in made.text
    with service.wiring.reading() as ctx:
        assert ctx.session.get_one(Nomination, number).phone == "0519-80001234"


def test_files_are_declared_but_ticked_by_nobody_where_no_step_asks_for_it(
    browse: Browse, service: Runtime, number: int
) -> None:
    with service.wiring.reading() as ctx:
        began = ctx.session.get_one(User, ctx.session.get_one(Nomination, number).created_by_id)
        page, unit = f"/nominations/{number}/privacy", browse(began.login)

    declared = unit.post(
        unit.get(page).all(r'action="(/nominations/\d+/files/\d+/declare)"')[0], follow_redirects=True
    )
    theirs = browse("shiwei").get(page)

    assert "已声明这个文件不涉密、不涉敏。" in declared.text
    assert theirs.all(r'action="(/nominations/\d+/files/\d+/clear)"') == []
    assert "这个活动没有脱密审查环节" in theirs.text


def test_looks_and_copies_are_listed_for_the_nominee_and_the_administrator(
    browse: Browse, number: int
) -> None:
    browse("liyang").post(f"/reveals/nomination/{number}/phone", {"reason": "电话核实"})
    asked = browse("shiwei").get(f"/nominations/{number}/copy")
    refused = browse("shiwei").post(f"/nominations/{number}/copy", {"receiver": "区人社局"})
    copy = browse("shiwei").post(f"/nominations/{number}/copy", {"receiver": "区人社局", "purpose": "存档"})

    theirs = browse("shiwei").get(f"/nominations/{number}/privacy")
    admin = browse("admin")
    everything = admin.get("/admin/personal-data")
    exports = admin.get("/admin/personal-data?kind=exports")
    nobody = admin.get("/admin/personal-data?who=不存在")

    assert (asked.status, "交给谁、做什么用，都记入历史" in asked.text) == (200, True)
    assert (refused.status, "请选择用途" in refused.text) == (422, True)
    assert copy.response.mimetype == "application/zip"
    for page in (theirs, everything):
        assert all(words in page.text for words in ("电话核实", "区人社局", "存档"))
        assert "申报人本人" not in page.text
    assert "电话核实" not in exports.text
    assert "没有查看或导出的记录" in nobody.text
    assert admin.get("/admin/personal-data?since=2024-13-01").status == 422


def test_the_nominee_takes_his_copy_unasked(browse: Browse, service: Runtime, number: int) -> None:
    with service.wiring.transaction() as ctx:
        ctx.session.get_one(Nomination, number).nominee_id = ctx.session.scalars(
            select(User.id).where(User.login == "shiwei")
        ).one()

    copy = browse("shiwei").get(f"/nominations/{number}/copy")

    assert copy.response.mimetype == "application/zip"
    assert "本人查阅、复制" in browse("shiwei").get(f"/nominations/{number}/privacy").text


def test_what_was_left_unticked_is_agreed_to_later(browse: Browse, service: Runtime, number: int) -> None:
    browser = browse("shiwei")
    page = browser.get(f"/nominations/{number}/privacy")
    [address] = page.all(r'action="(/nominations/\d+/consents/forwarding)"')

    done = browser.post(address, follow_redirects=True)
    again = browser.post(address)

    assert "已登记同意。" in done.text
    assert again.status == 409
    with service.wiring.reading() as ctx:
        query = select(Consent.notice_version).where(
            Consent.nomination_id == number, Consent.kind == "forwarding"
        )
        [version] = ctx.session.scalars(query)
    shown = browse("").get(f"/public/rounds/1/handling-notice?version={version}")
    assert (shown.status, "个人信息处理告知书" in shown.text) == (200, True)


def test_whoever_fills_in_for_the_first_time_is_told_before(
    browse: Browse, number: int, task_at: Callable[..., int]
) -> None:
    filling = browse("tuanzhibu").get(f"/tasks/{task_at('fill_in_form')}")
    beginning = browse("tuanzhibu").get("/nominations/new")
    printed = browse("").get("/public/rounds/1/handling-notice")

    assert "谁处理您的个人信息" in filling.text
    assert "谁处理您的个人信息" in beginning.text
    assert (printed.status, len(printed.all(r"(data-print)"))) == (200, 1)
    assert browse("").get("/public/rounds/1/handling-notice?version=none").status == 404
