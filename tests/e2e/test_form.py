"""The form under a slow finger: what a page says while it is pressed must not move the aim away."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.test_walk import nominate
from tests.e2e.visitor import Visitor

Visit = Callable[..., Visitor]

WHO = "阳羡"
HELD = 150  #: milliseconds between pressing and letting go, as people do


def test_a_box_pressed_right_after_a_field_is_ticked_although_the_field_is_told_wrong(visit: Visit) -> None:
    league = visit("tuanzhibu")
    nominate(league, WHO)
    league.open_task(WHO, "填写推荐表")
    deeds = league.page.get_by_label(re.compile("^个人事迹"))
    box = league.page.locator("#task-form .fjs-form input[type=checkbox]").first
    deeds.evaluate("field => field.focus({ preventScroll: true })")
    box.evaluate("box => box.scrollIntoView({ block: 'center' })")
    place = box.bounding_box()
    assert place is not None
    league.page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)

    league.page.mouse.down()
    league.page.wait_for_timeout(HELD)
    league.page.mouse.up()

    expect(box).to_be_checked()
    expect(deeds).to_have_attribute("aria-invalid", "true")
