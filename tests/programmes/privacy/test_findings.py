"""What the scanner found in words to be published blocks the notice until somebody named lets it stand."""

from __future__ import annotations

import json

import pytest

from service.errors import Conflict, Forbidden, Invalid
from service.models import Nomination
from service.programmes.privacy import findings
from service.programmes.privacy.publication import MayNotBePublished
from tests.programmes.story import ORGANISER, Story

POST = "青锋精密机械有限公司 工程师（身份证 11010519491231002X，手机13812345678）"


def test_numbers_in_public_words_block_the_notice_until_let_stand(round_2024: Story) -> None:
    nominee = with_post(round_2024, POST)
    round_2024.to_review()
    round_2024.carry(nominee, "")
    round_2024.countersign()

    with pytest.raises(MayNotBePublished, match=r"2 处不宜公开.*身份证 110105\*+002X"):
        round_2024.confirm("publish_candidates")
    for finding in found_in(round_2024, nominee):
        with round_2024.acting(ORGANISER) as ctx:
            nomination = ctx.session.get_one(Nomination, nominee)
            findings.rule(ctx, nomination, finding.fingerprint, "本人坚持照此公示（演示）")
    round_2024.confirm("publish_candidates")

    # let stand, and masked all the same
    assert "11010519491231002X" not in json.dumps(round_2024.notice().snapshot)


def test_words_of_the_list_and_internal_texts_are_told_apart(round_2024: Story) -> None:
    nominee = round_2024.start()
    round_2024.hand_in(
        nominee, deeds="参与涉密工程，联系电话0519-80001234。", workplace_and_post="不宜公开的单位"
    )

    found = found_in(round_2024, nominee)

    assert [(f.place, f.kind, f.blocks) for f in found] == [
        ("workplace_and_post", "word", True),
        ("deeds", "word", False),
        ("deeds", "phone", False),
    ]
    assert {f.label for f in found} == {"工作单位及职务", "个人事迹（300字）"}


def test_ruling_wants_a_reason_an_organiser_and_the_same_words(round_2024: Story) -> None:
    nominee = with_post(round_2024, POST)
    fingerprint = found_in(round_2024, nominee)[0].fingerprint

    with round_2024.acting(ORGANISER) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        with pytest.raises(Invalid, match="请写明认定的理由"):
            findings.rule(ctx, nomination, fingerprint, "可以")
        with pytest.raises(Invalid, match="请选择如何认定"):
            findings.rule(ctx, nomination, fingerprint, "已经核对过", "")
        with pytest.raises(Conflict, match="已经改动"):
            findings.rule(ctx, nomination, "0" * 64, "已经核对过")
    with round_2024.acting("liyang") as ctx, pytest.raises(Forbidden, match="或主办单位可以认定"):
        findings.rule(ctx, ctx.session.get_one(Nomination, nominee), fingerprint, "已经核对过")


def with_post(story: Story, post: str) -> int:
    nominee = story.start()
    story.hand_in(nominee, workplace_and_post=post)
    return nominee


def found_in(story: Story, nominee: int) -> list[findings.Finding]:
    with story.wiring.reading() as ctx:
        return findings.find(ctx, ctx.session.get_one(Nomination, nominee))
