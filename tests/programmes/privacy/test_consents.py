"""Consents by version, taking them back, and what is then published."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Consent, Nomination, NoticeKind, Notification, User
from service.programmes.nomination import asked_ahead
from service.programmes.privacy import consents
from service.programmes.privacy.publication import MayNotBePublished
from service.programmes.publication import notices
from tests.programmes.story import LEAGUE, NOMINEE, ORGANISER, Story


def test_ticks_of_the_form_are_kept_in_the_words_that_stood_there(round_2024: Story) -> None:
    nominee = round_2024.nominate()

    kept = consents_of(round_2024, nominee)

    assert [consent.kind for consent in kept] == ["publication", "provision", "sensitive"]
    assert kept[0].text.startswith(
        "本人同意公示和公布姓名、性别、工作单位及职务、申报类别、推荐单位；破格推荐的，一并公示破格理由。"
    )
    assert kept[0].version == consents.version_of(kept[0].text)
    assert kept[0].given_by_id is not None


def test_form_handed_in_again_keeps_each_consent_once(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.complete(nominee, "workplace_league_opinion", "return", text="请补正")
    round_2024.hand_in(nominee)

    assert [consent.kind for consent in consents_of(round_2024, nominee)] == [
        "publication",
        "provision",
        "sensitive",
    ]


def test_whoever_withdrew_is_not_put_before_the_public_until_he_agrees_again(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_review()
    round_2024.carry(nominee, "")
    round_2024.countersign()
    withdraw(round_2024, nominee)

    with pytest.raises(MayNotBePublished, match="没有同意公示和公布（或已撤回）"):
        round_2024.confirm("publish_candidates")
    with round_2024.acting(LEAGUE) as ctx:
        consents.give_again(ctx, consents.list_of(ctx, ctx.session.get_one(Nomination, nominee))[0].id)
    round_2024.confirm("publish_candidates")

    assert len(consents_of(round_2024, nominee)) == 4


def test_whoever_withdraws_after_the_notice_takes_the_title_unpublished(round_2024: Story) -> None:
    nominee, other = round_2024.nominate(), round_2024.nominate()
    round_2024.to_notice()
    withdraw(round_2024, nominee)
    round_2024.to_announcement()

    with round_2024.wiring.reading() as ctx:
        found = notices.find_newest(ctx, round_2024.entry(ctx), NoticeKind.AWARDS)
        assert found is not None
        published = [p["nomination"] for c in found.snapshot["categories"] for p in c["people"]]
    assert published == [other]
    assert [round_2024.status(one) for one in (nominee, other)] == ["awarded", "awarded"]


def test_withdrawal_needs_a_reason_and_one_who_may(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    number = consents_of(round_2024, nominee)[0].id

    with round_2024.acting(LEAGUE) as ctx, pytest.raises(Invalid, match="请写明撤回的说明"):
        consents.withdraw(ctx, number, " ")
    with round_2024.acting("liyang") as ctx, pytest.raises(Forbidden, match="只有申报人本人"):
        consents.withdraw(ctx, number, "代为撤回")
    with round_2024.acting("wujin") as ctx, pytest.raises(NotFound):
        consents.withdraw(ctx, number, "代为撤回")
    withdraw(round_2024, nominee)
    with round_2024.acting(LEAGUE) as ctx, pytest.raises(Conflict, match="已经撤回"):
        consents.withdraw(ctx, number, "再撤回一次")


def test_nominee_withdraws_himself(round_2024: Story) -> None:
    nominee = round_2024.nominate(source="self", by="")
    with round_2024.acting(NOMINEE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        assert consents.may_withdraw(ctx, nomination)
    with round_2024.acting(ORGANISER) as ctx:
        assert consents.may_withdraw(ctx, ctx.session.get_one(Nomination, nominee))


def consents_of(story: Story, nomination_id: int) -> list[Consent]:
    with story.wiring.reading() as ctx:
        return list(consents.list_of(ctx, ctx.session.get_one(Nomination, nomination_id)))


def withdraw(story: Story, nomination_id: int) -> None:
    number = consents_of(story, nomination_id)[0].id
    with story.acting(LEAGUE) as ctx:
        consents.withdraw(ctx, number, "本人书面要求")


def test_what_was_taken_back_is_known_though_it_was_asked_before(round_2024: Story) -> None:
    nominee = round_2024.nominate()

    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        asked_ahead.note(ctx, [nomination])
        before = consents.list_withdrawn(ctx, nomination)
        consents.withdraw(ctx, consents.list_of(ctx, nomination)[0].id, "本人书面要求")
        after = [consent.kind for consent in consents.list_withdrawn(ctx, nomination)]

    assert (before, after) == ([], ["publication"])


def test_organisers_are_told_of_a_withdrawal_once(round_2024: Story) -> None:
    nominee = round_2024.nominate()

    withdraw(round_2024, nominee)

    with round_2024.wiring.reading() as ctx:
        told = select(User.login, Notification.text).join(User, User.id == Notification.user_id)
        rows = ctx.session.execute(told.where(Notification.kind == "privacy")).all()
        name = ctx.session.get_one(Nomination, nominee).name
    assert [tuple(row) for row in rows] == [
        (
            ORGANISER,
            f"{name} · 青锋精密机械有限公司（演示）："
            "撤回了对“公示和公布”的同意，此后不再据此办理，请核对名单。",
        )
    ]


def test_whoever_withdraws_takes_it_back_in_whichever_words_he_gave_it(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    first = consents_of(round_2024, nominee)[1]
    with round_2024.wiring.transaction() as ctx:
        ctx.session.add(
            Consent(
                round_id=first.round_id,
                nomination_id=nominee,
                kind=first.kind,
                version="later",
                text="后来的文本",
                given_at=ctx.now,
            )
        )
    with round_2024.acting(LEAGUE) as ctx:
        consents.withdraw(ctx, first.id, "本人书面要求")

    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        assert [one.kind for one in consents.list_withdrawn(ctx, nomination)] == ["provision"]
        assert consents.find_lacking(ctx, [nomination], "provision") == [nomination]
