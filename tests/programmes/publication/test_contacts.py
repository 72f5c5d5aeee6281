"""Whom the public turns to (§3.1): asked for before a 公示, and written where it is read."""

from __future__ import annotations

import io

import docx
import pytest

from service.errors import Conflict, Forbidden, Invalid
from service.models import Stage
from service.programmes.paper import official
from service.programmes.publication import contacts, published
from tests.programmes.story import ORGANISER, RECOMMENDER, Story

SAID = {"phone": "0000-0007777 转 2", "email": "gongshi@example.invalid", "address": "演示市演示路 7 号"}


def fill_in(story: Story, by: str = ORGANISER, **changes: str) -> None:
    with story.acting(by) as ctx:
        contacts.fill_in(ctx, story.entry(ctx), SAID | changes)


def forget(story: Story) -> None:
    with story.wiring.transaction() as ctx:
        story.entry(ctx).organiser.contact = {}


def test_a_round_whose_contact_is_blank_publishes_nothing(round_2024: Story) -> None:
    round_2024.nominate()
    forget(round_2024)

    with pytest.raises(Conflict) as refused:
        round_2024.to_notice()

    assert refused.value.message == (
        "公示须写明受理部门的联系电话、电子邮箱、通信地址，请先在届次的“公示”页填写，再发布公示。"
    )
    with round_2024.wiring.reading() as ctx:
        assert round_2024.entry(ctx).stage == Stage.REVIEW


def test_what_the_organiser_filled_in_is_frozen_and_printed(round_2024: Story) -> None:
    round_2024.nominate()
    fill_in(round_2024)
    round_2024.to_notice()
    fill_in(round_2024, phone="0000-0008888")

    with round_2024.wiring.reading() as ctx:
        contact = round_2024.notice().snapshot["contact"]
        [one] = published.list_of(ctx, round_2024.entry(ctx))
        printed = official.print_notice(ctx, one.notice.round, one)

    text = [p.text for p in docx.Document(io.BytesIO(printed)).paragraphs]
    assert {key: contact[key] for key in SAID} == SAID
    assert [f"联系电话：{SAID['phone']}", f"电子邮箱：{SAID['email']}", f"通信地址：{SAID['address']}"] == [
        line for line in text if line.startswith(("联系电话", "电子邮箱", "通信地址"))
    ]
    assert "＿" not in "".join(text)


@pytest.mark.parametrize("key", ["phone", "email", "address"])
def test_a_blank_or_what_is_no_number_is_named_beside_its_field(round_2024: Story, key: str) -> None:
    for wrong in ("", "x" * 201, *(["没有"] if key != "address" else [])):
        with pytest.raises(Invalid) as refused:
            fill_in(round_2024, **{key: wrong})
        assert list(refused.value.fields) == [key]


def test_only_the_organiser_fills_it_in(round_2024: Story) -> None:
    with pytest.raises(Forbidden):
        fill_in(round_2024, by=RECOMMENDER)


def test_what_the_programme_says_itself_goes_before(round_2024: Story) -> None:
    with round_2024.wiring.reading() as ctx:
        entry = round_2024.entry(ctx)
        rule = round_2024.pack.programme.notice

        contact = contacts.contact_of(type(rule)(**{**vars(rule), "phone": "0000-0001111"}), entry.organiser)

    assert (contact["phone"], contact["email"]) == ("0000-0001111", "gongshi@example.invalid")
