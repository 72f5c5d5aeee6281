"""Pages of a programme whose nominees are projects (tests/packs/fourth): they speak the form's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from service.app import App, create_app
from service.clock import MovableClock
from service.models import Nomination, NominationStatus
from service.programmes.publication import notices
from service.wire import Runtime, wire
from tests.demonstrated import set_up
from tests.packs.test_fourth import FOURTH, KEY
from tests.web.browser import Browser
from tests.web.conftest import by_wall, settings_of

START = datetime.fromisoformat("2026-04-13T09:00:00+08:00")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Runtime]:
    settings = settings_of(tmp_path, is_demonstration=False)
    settings = replace(settings, processes_dir=FOURTH / "processes", forms_dir=FOURTH / "forms")
    service = wire(settings, clock=MovableClock(START), durable=False)
    set_up(service, KEY)
    yield service
    service.engine.dispose()


@pytest.fixture
def app(service: Runtime) -> App:
    return create_app(by_wall(service, MovableClock(START)))


def test_putting_a_project_forward_asks_what_its_form_asks(app: App) -> None:
    page = Browser(app, "zhuti").get("/nominations/new").text

    assert "项目名称" in page
    assert "同一个申报对象在一个届次只能申报一次。" in page
    assert "姓名" not in page
    assert "同一人" not in page


def test_a_notice_of_projects_has_neither_sexes_nor_posts(app: App, service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        first = ctx.session.scalars(select(Nomination).order_by(Nomination.id)).first()
        assert first is not None
        first.status = NominationStatus.SELECTED
        first.workplace_and_post = "青苗志愿服务中心"
        slug = notices.open_candidates(ctx, first.round).slug

    page = Browser(app).get(f"/public/{slug}").text

    assert "序号 项目名称 申报主体 推荐单位 1 绿行守护 青苗志愿服务中心" in page
    assert "拟确定1个项目为南屿市优秀青年志愿服务项目，现将名单予以公示。" in page
    assert "名同志" not in page


def test_a_proportion_the_notice_asks_for_is_held_against_what_was_handed_in(
    app: App, service: Runtime
) -> None:
    with service.wiring.transaction() as ctx:
        for nomination in ctx.session.scalars(select(Nomination)):
            nomination.submitted_at = ctx.now

    page = Browser(app, "bangongshi").get("/rounds/1").text

    assert "乡村教育项目全部0／2（0%）不低于30%比例不符" in page.replace(" ", "")
    assert "比例要求" not in Browser(app, "donghu").get("/rounds/1").text


def test_the_difference_is_told_where_places_are_not_by_category(app: App) -> None:
    page = Browser(app, "bangongshi").get("/rounds/1").text

    assert "合计0／240／2424评选名额—0／15差额—9" in page.replace(" ", "")
