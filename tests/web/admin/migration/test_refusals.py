"""What is refused or asked of nobody else, and what the pages cost."""

from __future__ import annotations

import pytest

from service.models import Migration
from service.web.admin import migrations
from service.wire import Runtime
from tests.web.admin.migration.conftest import (
    BASE,
    STEP,
    Browse,
    Form,
    look,
    order,
    try_out,
)
from tests.web.browser import Browser, count_statements


def test_an_order_needs_a_reason(admin: Browser, redrawn: Runtime) -> None:
    refused = order(admin, reason="", **{f"to-{STEP}": "map:district_says"})

    assert refused.status == 422
    assert "请填写迁移的原因。" in refused.text
    assert 'class="form-control is-invalid" id="f-reason"' in refused.html
    assert Form(refused).sent[f"to-{STEP}"] == "map:district_says"
    assert look(redrawn, Migration.id) == []


def test_a_plan_that_was_not_tried_out_is_not_ordered(admin: Browser, redrawn: Runtime) -> None:
    tried = Form(try_out(admin)).sent

    refused = admin.post(BASE, {**tried, f"to-{STEP}": "cancel", "reason": "改期"})

    assert refused.status == 409
    assert "方案在试算之后改过，请重新试算" in refused.text
    assert Form(refused).sent["plan_hash"] != tried["plan_hash"]
    assert Form(refused).sent["reason"] == "改期"
    assert look(redrawn, Migration.id) == []


@pytest.mark.parametrize("login", ["shiwei", "liyang", "xiaoming"])
def test_only_administrators_move_instances(browse: Browse, redrawn: Runtime, login: str) -> None:
    browser = browse(login)

    pages = [browser.get(path) for path in (BASE, f"{BASE}/new", f"{BASE}/1")]
    posts = [browser.post(path) for path in (BASE, f"{BASE}/new", f"{BASE}/trial", f"{BASE}/1/stop")]

    assert [page.status for page in (*pages, *posts)] == [403] * 7
    assert "只有系统管理员可以迁移运行中的实例。" in pages[0].text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/modeler/nope/migrations", 404),
        (f"{BASE}/7", 404),
        (f"{BASE}/new?source=1&target=9", 404),
        (f"{BASE}/new?source=1&target=1", 409),
    ],
)
def test_what_is_not_there_gets_a_sentence(admin: Browser, path: str, status: int) -> None:
    assert admin.get(path).status == status


def test_a_choice_nobody_offered_is_refused(admin: Browser) -> None:
    refused = try_out(admin, **{f"to-{STEP}": "delete:everything"})

    assert (refused.status, "处理方式“delete:everything”无法识别" in refused.text) == (422, True)


def test_pages_ask_the_database_no_more_for_more_instances(admin: Browser, redrawn: Runtime) -> None:
    order(admin)
    asked = []
    for width in (1, 3):
        with pytest.MonkeyPatch.context() as patch, count_statements(redrawn.engine) as sent:
            patch.setattr(migrations, "SHOWN", width)
            admin.get(f"{BASE}/1")
        asked.append(len(sent))

    assert asked[0] == asked[1]


def test_the_list_of_orders_asks_no_more_for_more_of_them(admin: Browser, redrawn: Runtime) -> None:
    asked = []
    for _ in range(3):
        order(admin)
        admin.post(f"{BASE}/1/stop")
        with count_statements(redrawn.engine) as sent:
            admin.get(BASE)
        asked.append(len(sent))

    assert asked == asked[:1] * 3
