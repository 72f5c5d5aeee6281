"""By keyboard alone: whatever has the focus shows it, is on the screen and lies under nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.visitor import Visitor

#: what has the focus, or none; a select of form-js is an input of no size in a group that shows the focus
STOP = """async () => {
  const el = document.activeElement;
  if (!el || el === document.body) return null;
  const host = el.closest('.fjs-input-group') ?? el;
  const look = () => [host, el].map(each => {
    const style = getComputedStyle(each);
    return [style.outlineStyle, style.boxShadow, style.borderColor, style.backgroundColor].join();
  }).join();
  const { x, y, width, height, top, bottom } = host.getBoundingClientRect();
  const above = document.elementFromPoint(x + width / 2, y + height / 2);
  const focused = look();
  el.blur();
  await new Promise(done => setTimeout(done, 20));
  const plain = look();
  el.focus({ focusVisible: true, preventScroll: true });
  return {
    name: `${el.tagName} ${el.id} ${el.getAttribute('aria-label') ?? el.textContent.trim().slice(0, 20)}`,
    shown: focused !== plain && bottom > 0 && top < innerHeight
      && !above?.closest('.task-actions:not(:focus-within)'),
  };
}"""


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("", "/login"),
        ("", "/public"),
        ("", "/public/certificates"),
        ("tuanzhibu", "/"),
        ("tuanzhibu", "/tasks/1"),
        ("shiwei", "/rounds/1"),
        ("shiwei", "/rounds/1/notice"),
        ("shiwei", "/rounds/1/places/matrix"),
        ("admin", "/modeler/changzhou-good-youth"),
    ],
)
def test_every_stop_shows_that_it_has_the_focus(visit: Callable[..., Visitor], who: str, path: str) -> None:
    visitor = visit(who)
    visitor.page.emulate_media(reduced_motion="reduce")
    visitor.go(path)
    visitor.page.wait_for_timeout(800)
    visitor.page.evaluate("document.activeElement.blur()")

    stops = list(tab_through(visitor))

    assert len(stops) > 5
    assert [stop["name"] for stop in stops if not stop["shown"]] == []


def tab_through(visitor: Visitor) -> list[dict[str, Any]]:
    """Press Tab until the focus leaves the page; what was stopped at."""
    stops: list[dict[str, Any]] = []
    while len(stops) < 150:
        visitor.page.keyboard.press("Tab")
        visitor.page.wait_for_timeout(20)
        stop = visitor.page.evaluate(STOP)
        if stop is None:
            break
        stops.append(stop)
    return stops
