"""A person's copy holds what is held, in both forms, and nothing of who objected."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from docx import Document
from sqlalchemy import select

from service.errors import Forbidden
from service.models import HistoryEvent, Nomination, User
from service.programmes.nomination import identities
from service.programmes.privacy import consents, copies, corrections, disclosures
from tests.programmes.story import LEAGUE, OBJECTION, ORGANISER, Story

USE = disclosures.Use(receiver="区人社局", purpose="办理")


def test_copy_holds_answers_consents_opinions_and_files(round_2024: Story) -> None:
    nominee = round_2024.start()
    answers = round_2024.hand_in(nominee)
    round_2024.complete(nominee, "workplace_league_opinion", "approve", text="同意推荐，事迹突出")
    round_2024.to_notice()
    round_2024.object_to(nominee)

    package = zipfile.ZipFile(io.BytesIO(make(round_2024, nominee)))

    held = json.loads(package.read("data.json"))
    values = {row["field"]: (row["class"], row["value"]) for row in held["answers"]}
    assert values["id_number"] == ("SENSITIVE", answers["id_number"])
    assert values["name"] == ("PUBLIC", answers["name"])
    assert [row["kind"] for row in held["consents"]] == ["publication", "provision", "sensitive"]
    assert held["opinions"][0]["text"] == "同意推荐，事迹突出"
    assert [row["title"] for row in held["published_in"]] == ["关于常州市“产业振兴好青年”候选人的公示"]
    assert len([name for name in package.namelist() if name.startswith("files/")]) == len(held["files"]) == 3
    text = read_cells(package)
    assert answers["id_number"] in text
    assert [
        secret for secret in OBJECTION.values() if secret in json.dumps(held, ensure_ascii=False) + text
    ] == []


@pytest.mark.parametrize(("login", "is_masked"), [(LEAGUE, True), (ORGANISER, True), ("nominee", False)])
def test_after_the_consent_to_sensitive_data_was_withdrawn_only_the_nominee_gets_full_numbers(
    round_2024: Story, login: str, is_masked: bool
) -> None:
    nominee = round_2024.start()
    answers = round_2024.hand_in(nominee)
    number, phone = str(answers["id_number"]), str(answers["phone"])
    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        corrections.ask(ctx, nomination, "phone", "13900001234", "换了号码")
        given = {consent.kind: consent.id for consent in consents.list_of(ctx, nomination)}
        consents.withdraw(ctx, given["sensitive"], "本人书面要求")
    if login == "nominee":
        login = LEAGUE
        with round_2024.acting(LEAGUE) as ctx:
            ctx.session.get_one(Nomination, nominee).nominee_id = ctx.actor.user_id

    with round_2024.acting(login) as ctx:
        package = zipfile.ZipFile(io.BytesIO(copies.make(ctx, ctx.session.get_one(Nomination, nominee), USE)))

    held = json.loads(package.read("data.json"))
    values = {row["field"]: row["value"] for row in held["answers"]}
    said = package.read("data.json").decode() + read_cells(package)
    assert (values["name"], values["id_number"], values["phone"]) == (
        answers["name"],
        f"{number[:6]}********{number[-4:]}" if is_masked else number,
        f"********{phone[-4:]}" if is_masked else phone,
    )
    assert [secret in said for secret in (number, phone, "13900001234")] == [not is_masked] * 3
    assert [USE.purpose in head for head in read_head(package)] == ([] if is_masked else [True])


@pytest.mark.parametrize(("name", "is_masked"), [("演示-青锋团支部", False), ("演示-何安", True)])
def test_a_nominee_known_by_his_number_and_name_gets_his_own_copy_in_full(
    round_2024: Story, name: str, is_masked: bool
) -> None:
    nominee = round_2024.start()
    answers = round_2024.hand_in(nominee, name=name)
    with round_2024.acting(LEAGUE) as ctx:
        user = ctx.session.get_one(User, ctx.actor.user_id)
        identities.register(ctx, user, str(answers["id_number"]))
        nomination = ctx.session.get_one(Nomination, nominee)
        given = {consent.kind: consent.id for consent in consents.list_of(ctx, nomination)}
        consents.withdraw(ctx, given["sensitive"], "本人书面要求")

    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        held = copies.describe(ctx, nomination)
        asked_why = copies.find_own_use(ctx, nomination) is None

    values = {row["field"]: row["value"] for row in held["answers"]}
    assert (values["id_number"] == answers["id_number"], asked_why) == (not is_masked, is_masked)


def test_taking_a_copy_is_itself_written_down(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    make(round_2024, nominee)

    with round_2024.wiring.reading() as ctx:
        event = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.stream == "exports")).one()
    assert event.details == {
        "paper": "copy", "nomination": nominee, "receiver": USE.receiver, "purpose": USE.purpose,
    }  # fmt: skip


def test_recommender_takes_no_copy(round_2024: Story) -> None:
    nominee = round_2024.nominate()

    with round_2024.acting("liyang") as ctx, pytest.raises(Forbidden, match="只有申报人本人"):
        copies.make(ctx, ctx.session.get_one(Nomination, nominee), USE)


def read_head(package: zipfile.ZipFile) -> list[str]:
    head = Document(io.BytesIO(package.read("个人信息副本.docx"))).sections[0].header
    return [paragraph.text for paragraph in head.paragraphs if paragraph.text]


def read_cells(package: zipfile.ZipFile) -> str:
    return "\n".join(
        cell.text
        for table in Document(io.BytesIO(package.read("个人信息副本.docx"))).tables
        for row in table.rows
        for cell in row.cells
    )


def make(story: Story, nominee: int) -> bytes:
    with story.acting(LEAGUE) as ctx:
        return copies.make(ctx, ctx.session.get_one(Nomination, nominee), USE)
