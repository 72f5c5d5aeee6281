"""What people are told of the handling of their data, in each pack, and how its wordings are kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Conflict, NotFound
from service.models import Award, HandlingNotice, Nomination
from service.programmes.award import follow_ups
from service.programmes.privacy import consents, handling_notices
from tests.programmes.privacy.any_pack import CRAFTSMEN, THOUSAND, YOUTH, AnyStory
from tests.programmes.story import LEAGUE, ORGANISER, Story

EVERY = pytest.mark.parametrize("any_round", [YOUTH, CRAFTSMEN, THOUSAND], indirect=True)


def told(story: Story) -> handling_notices.Wording:
    with story.wiring.transaction() as ctx:
        return handling_notices.keep(ctx, story.entry(ctx))


@EVERY
def test_it_says_who_why_what_to_whom_how_long_and_which_rights(any_round: AnyStory) -> None:
    wording = told(any_round)

    programme = any_round.pack.programme
    said = {heading: "\n".join(paragraphs) for heading, paragraphs in wording.sections}
    with any_round.wiring.reading() as ctx:
        organiser = any_round.entry(ctx).organiser
        name, phone = organiser.name, str(organiser.contact["phone"])
    assert [heading.partition("、")[2] for heading in said] == [
        "谁处理您的个人信息",
        "为什么处理",
        "处理哪些信息",
        "公开和提供给谁",
        "保存多久",
        "您有哪些权利、怎样行使",
    ]
    who, why, what, whither, how_long, rights = said.values()
    assert (name in who, phone in who) == (True, True)
    assert (programme.title in why, programme.document_number in why) == (True, True)
    assert "敏感个人信息：" in what
    assert "身份证号" in what.partition("敏感个人信息：")[2].partition("。")[0]
    assert f"保存 {programme.not_awarded_days} 天" in how_long
    assert ("撤回同意" in rights, "由人复核" in rights) == (True, True)
    statements = handling_notices.list_statements(any_round.pack)
    assert [str(one["label"]) in whither for one in statements] == [True] * 4


@EVERY
def test_the_ticks_cover_the_notice_the_announcement_the_recommender_and_what_goes_higher_up(
    any_round: AnyStory,
) -> None:
    words = {
        one["properties"]["consent"]: (one["label"], bool((one.get("validate") or {}).get("required")))
        for one in handling_notices.list_statements(any_round.pack)
    }

    assert [word in words["publication"][0] for word in ("公示", "公布", "推荐单位")] == [True] * 3
    assert "推荐单位" in words["provision"][0]
    assert ("自愿" in words["forwarding"][0], words["forwarding"][1]) == (True, False)
    assert [words[kind][1] for kind in ("publication", "provision", "sensitive")] == [True] * 3


def test_the_reason_of_an_exception_is_published_only_where_the_words_say_so(round_2024: Story) -> None:
    [words] = [
        one["label"]
        for one in handling_notices.list_statements(round_2024.pack)
        if one["properties"]["consent"] == "publication"
    ]
    assert "破格理由" in words


@EVERY
def test_a_consent_names_the_wording_that_was_shown(any_round: AnyStory) -> None:
    wording = told(any_round)
    nominee = any_round.apply()

    with any_round.wiring.reading() as ctx:
        kept = consents.list_of(ctx, ctx.session.get_one(Nomination, nominee))
        again = handling_notices.read(ctx, any_round.entry(ctx), wording.version)
    assert {consent.notice_version for consent in kept} == {wording.version}
    assert [heading for heading, _said in again.sections] == [heading for heading, _said in wording.sections]


def test_each_wording_is_kept_once_and_the_old_one_stays(round_2024: Story) -> None:
    first = told(round_2024)
    with round_2024.wiring.transaction() as ctx:
        organiser = round_2024.entry(ctx).organiser
        organiser.contact = {**organiser.contact, "phone": "0000-7654321"}
    second = told(round_2024)
    told(round_2024)

    with round_2024.wiring.reading() as ctx:
        versions = ctx.session.scalars(select(HandlingNotice.version).order_by(HandlingNotice.id)).all()
        old = handling_notices.read(ctx, round_2024.entry(ctx), first.version)
        with pytest.raises(NotFound, match="没有这一版"):
            handling_notices.read(ctx, round_2024.entry(ctx), "nothing")
    assert versions == [first.version, second.version]
    assert "0000-7654321" not in str(old.sections)


def test_nobody_is_put_forward_higher_up_who_was_asked_and_did_not_agree(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_notice()
    round_2024.to_announcement()
    forwarded = follow_ups.Entry(
        track="recommendation", item="省级荣誉", day=round_2024.clock().date(), text="推报。", result="已推报"
    )

    def write() -> None:
        with round_2024.acting(ORGANISER) as ctx:
            award = ctx.session.scalars(select(Award).where(Award.nomination_id == nominee)).one()
            follow_ups.write(ctx, award, forwarded)

    with pytest.raises(Conflict, match="没有同意向上推报"):
        write()
    with round_2024.acting(LEAGUE) as ctx:
        consents.give(ctx, ctx.session.get_one(Nomination, nominee), "forwarding", "version")
    write()
    with round_2024.acting(LEAGUE) as ctx, pytest.raises(Conflict, match="现在有效"):
        consents.give(ctx, ctx.session.get_one(Nomination, nominee), "forwarding", "version")
    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        [given] = [one for one in consents.list_of(ctx, nomination) if one.kind == "forwarding"]
        consents.withdraw(ctx, given.id, "本人书面要求")
    with pytest.raises(Conflict, match="没有同意向上推报"):
        write()
