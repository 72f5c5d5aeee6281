"""Whom the public turns to about a unit's own notice (逐级公示): asked for before it opens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import Conflict, Forbidden
from service.models import Unit
from service.programmes.publication import contacts, local_notices
from service.programmes.round import rounds
from tests.programmes.publication.local_story import (
    PUBLISHED,
    LocalStory,
    nomination_of,
    notice_of,
    open_story,
)

SAID = {"phone": "0000-0007777", "email": "lianxi@example.invalid", "address": "演示市演示路 7 号"}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[LocalStory]:
    for opened in open_story(tmp_path):
        assert opened.tell(*PUBLISHED) == []
        yield opened


def fill_in(story: LocalStory, code: str, by: str = "zhuti") -> None:
    with story.acting(by) as ctx:
        contacts.fill_in_own(ctx, rounds.get(ctx, 1), code, SAID)


def publish_anew(story: LocalStory) -> None:
    with story.service.wiring.transaction() as ctx:
        local_notices.open_notice(ctx, nomination_of(ctx, "青苗伴读"), "unit")


def test_a_unit_that_has_not_said_how_it_is_reached_publishes_nothing(story: LocalStory) -> None:
    with story.service.wiring.transaction() as ctx:
        notice_of(ctx, "青苗伴读").publisher.contact = {"phone": "0000-0007777"}

    with pytest.raises(Conflict) as refused:
        publish_anew(story)

    assert refused.value.message == (
        "公示须写明受理部门的电子邮箱、通信地址，请青苗志愿服务中心的经办人先在届次页的"
        "“公示联系方式”填写，再办理这一步。"
    )
    with story.service.wiring.reading() as ctx:
        assert notice_of(ctx, "青苗伴读").closed_at is None


def test_what_the_unit_filled_in_is_frozen_in_its_notice(story: LocalStory) -> None:
    fill_in(story, "donghu-1")

    publish_anew(story)

    with story.service.wiring.reading() as ctx:
        contact = notice_of(ctx, "青苗伴读").snapshot["contact"]
    assert {key: contact[key] for key in SAID} == SAID


@pytest.mark.parametrize(
    ("login", "own"),
    [("zhuti", ["donghu-1"]), ("donghu", ["donghu"]), ("bangongshi", []), ("admin", [])],
)
def test_each_fills_in_his_own_unit_and_no_other(story: LocalStory, login: str, own: list[str]) -> None:
    with story.acting(login) as ctx:
        assert [unit.code for unit in contacts.list_own(ctx, rounds.get(ctx, 1))] == own

    with pytest.raises(Forbidden):
        fill_in(story, "xigang", by=login)


def test_in_a_demonstration_every_unit_can_be_reached(story: LocalStory) -> None:
    with story.service.wiring.reading() as ctx:
        assert [unit.code for unit in ctx.session.query(Unit) if set(unit.contact) != set(SAID)] == []
