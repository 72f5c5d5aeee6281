"""An administrator, a diagram redrawn, and what its pages are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.programmes import wiring
from service.programmes.diagram import diagrams
from service.scheduler import migrations as duty
from service.wire import Runtime
from service.workflow.definition import deployments
from tests.web.browser import Browser, Page

Browse = Callable[..., Browser]
KEY = "changzhou-good-youth"
BASE = f"/modeler/{KEY}/migrations"
DIAGRAM = (Path(__file__).parents[4] / "processes" / KEY / f"{KEY}.bpmn").read_text(encoding="utf-8")
STEP, NAME = "recommender_opinion", "推荐单位团组织意见"
#: 3 wait at the league's opinion, found again by its name, 2 at the recommender's, which is not
REDRAWN = (
    DIAGRAM.replace("workplace_league_opinion", "league_says")
    .replace(f'"{STEP}"', '"district_says"')
    .replace(f">{STEP}<", ">district_says<")
    .replace(f'name="{NAME}"', 'name="区县意见"')
    .replace("03-25&#34;)", "03-28&#34;)")
)


def publish(service: Runtime, diagram: str) -> None:
    with service.wiring.transaction() as ctx:
        pack = wiring.get_pack(ctx, KEY)
        deployments.publish(ctx, KEY, diagram.encode(), pack.forms, pack.decisions, note="改")


@pytest.fixture
def redrawn(service: Runtime) -> Runtime:
    """A second version, to which all 13 instances of the demonstration could be moved."""
    publish(service, REDRAWN)
    return service


@pytest.fixture
def admin(redrawn: Runtime, browse: Browse) -> Browser:
    return browse("admin")


class Form(HTMLParser):
    """The form that a page sends on: what its fields hold, and of each select what may be chosen."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.options: dict[str, list[str]] = {}
        self._select = ""
        self._is_inside = False
        self.feed(page.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = told.get("method") == "post" and "/migrations" in told["action"]
        elif self._is_inside and tag == "select":
            self._select = told["name"]
            self.options[self._select] = []
        elif self._is_inside and tag == "option":
            self.options[self._select].append(told["value"])
            if "selected" in told:
                self.sent[self._select] = told["value"]
        elif self._is_inside and tag == "input" and (told.get("type") != "radio" or "checked" in told):
            self.sent[told["name"]] = told["value"]


def propose(admin: Browser, **changes: str) -> dict[str, str]:
    """Return the plan as it is proposed, but for some fields."""
    return {**Form(admin.get(f"{BASE}/new")).sent, **changes}


def try_out(admin: Browser, **changes: str) -> Page:
    return admin.post(f"{BASE}/trial", propose(admin, **changes))


def order(admin: Browser, reason: str = "市里改了安排", **changes: str) -> Page:
    """Try the proposed plan out, then order it."""
    return admin.post(BASE, {**Form(try_out(admin, **changes)).sent, "reason": reason})


def figures(page: Page) -> list[tuple[str, str]]:
    """Return the numbers at the top and what they count."""
    return page.all(r'<div class="h1[^"]*">(\d+)</div><div class="[^"]*">([^<]+)</div>')


def look(service: Runtime, *columns: Any) -> list[tuple[Any, ...]]:
    with service.wiring.reading() as ctx:
        return [tuple(row) for row in ctx.session.execute(select(*columns))]


def versions_of(service: Runtime) -> Counter[int]:
    """Return how many running instances each version has."""
    with service.wiring.reading() as ctx:
        return Counter({one.number: one.active for one in diagrams.list_versions(ctx, KEY) if one.active})


def run(service: Runtime) -> None:
    """Let the scheduler do what was ordered, and close the order."""
    while duty.run_once(service.wiring):
        pass
