"""Somebody who registers on the public page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from service.models import Registration, Unit
from service.wire import Runtime
from tests.web.browser import Browser, Page

FORM = "/public/registrations/1"
STATUS = "/public/registrations/status"
GIVEN = {"name": "演示-自荐人", "contact": "13800000001", "workplace": "演示新厂", "agrees": "1"}


@dataclass(frozen=True)
class Registered:
    """A registration as the one who made it knows it."""

    browser: Browser
    id: int
    number: str
    code: str

    def look_up(self) -> Page:
        return self.browser.post(STATUS, {"number": self.number, "code": self.code})


@pytest.fixture
def unit_id(service: Runtime) -> int:
    """The workplace of the demonstration."""
    with service.wiring.reading() as ctx:
        return ctx.session.scalars(select(Unit.id).where(Unit.code == "liyang-qingfeng")).one()


@pytest.fixture
def register(browse: Callable[..., Browser], service: Runtime) -> Callable[..., Registered]:
    """Register on the page; what is given replaces what the form says."""

    def register(**given: Any) -> Registered:
        browser = browse()
        sent = browser.post(FORM, GIVEN | given)
        assert sent.location == "/public/registrations/receipt", sent.text
        page = browser.get(sent.location)
        number, code = page.all(r'<code class="fs-3 text-nowrap user-select-all">([^<]+)</code>')
        with service.wiring.reading() as ctx:
            found = ctx.session.scalars(select(Registration.id).where(Registration.number == number)).one()
        return Registered(browser, found, number, code)

    return register
