from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import CorrectionStatus, Nomination, Notification, User
from service.programmes.nomination import record
from service.programmes.privacy import corrections
from tests.programmes.story import LEAGUE, ORGANISER, Story

PHONE = "联系电话请填 11 位手机号，或带区号的固定电话（如 0519-80001234）。"


def test_correction_made_shows_wherever_the_record_is_read(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    number = ask(round_2024, nominee, "workplace_and_post", "  青锋精密机械有限公司 高级工程师 ")

    with round_2024.acting(ORGANISER) as ctx:
        corrections.decide(ctx, number, make=True, answer="")

    with round_2024.wiring.reading() as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        assert nomination.workplace_and_post == "青锋精密机械有限公司 高级工程师"
        assert record.answers_of(ctx, nomination)["workplace_and_post"] == nomination.workplace_and_post


def test_corrected_number_is_found_by_and_counts_once(round_2024: Story) -> None:
    first, second = round_2024.nominate(), round_2024.nominate()
    taken = round_2024.read(first).id_number
    assert taken is not None

    number = ask(round_2024, second, "id_number", taken)
    with round_2024.acting(ORGANISER) as ctx, pytest.raises(Conflict, match="该同志已由"):
        corrections.decide(ctx, number, make=True, answer="")

    assert round_2024.read(second).id_number != taken


def test_form_handed_in_anew_replaces_what_was_corrected(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    number = ask(round_2024, nominee, "deeds", "更正后的事迹。")
    with round_2024.acting(ORGANISER) as ctx:
        corrections.decide(ctx, number, make=True, answer="")
    round_2024.complete(nominee, "workplace_league_opinion", "return", text="请补正")
    round_2024.hand_in(nominee, deeds="重新填写的事迹。")

    with round_2024.wiring.reading() as ctx:
        assert record.answers_of(ctx, ctx.session.get_one(Nomination, nominee))["deeds"] == "重新填写的事迹。"


@pytest.mark.parametrize(
    ("field", "value", "reason", "problem"),
    [
        ("phone", "123", "号码有误", {"value": PHONE}),
        ("sex", "其他", "填错了", {"value": "请从列表中选择性别。"}),
        ("category", "work_safety", "换一类", {"field": "请选择要更正的项目"}),
        ("publication_consent", "false", "不同意", {"field": "请选择要更正的项目"}),
        ("phone", "0519-80001234", "", {"reason": "请写明更正的依据"}),
    ],
)  # fmt: skip
def test_what_the_form_would_not_take_is_refused_in_its_words(
    round_2024: Story, field: str, value: str, reason: str, problem: dict[str, str]
) -> None:
    nominee = round_2024.nominate()

    with round_2024.acting(LEAGUE) as ctx, pytest.raises(Invalid) as refused:
        corrections.ask(ctx, ctx.session.get_one(Nomination, nominee), field, value, reason)

    assert refused.value.fields == problem


def test_refusal_needs_a_reason_and_is_final(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    number = ask(round_2024, nominee, "deeds", "更正后的事迹。")

    with round_2024.acting(ORGANISER) as ctx, pytest.raises(Invalid, match="不予更正须写明理由"):
        corrections.decide(ctx, number, make=False, answer=" ")
    with round_2024.acting(LEAGUE) as ctx, pytest.raises(Forbidden, match="只有主办单位"):
        corrections.decide(ctx, number, make=True, answer="")
    with round_2024.acting(ORGANISER) as ctx:
        assert (
            corrections.decide(ctx, number, make=False, answer="与档案一致").status
            == CorrectionStatus.REFUSED
        )
    with round_2024.acting(ORGANISER) as ctx, pytest.raises(Conflict, match="已经办结"):
        corrections.decide(ctx, number, make=True, answer="")


def ask(story: Story, nominee: int, field: str, value: str) -> int:
    with story.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        correction = corrections.ask(ctx, nomination, field, value, "与证件不一致")
        ctx.session.flush()
        return correction.id


def test_organisers_hear_of_a_request_and_whoever_asked_of_the_answer(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    made = ask(round_2024, nominee, "deeds", "更正后的事迹。")
    refused = ask(round_2024, nominee, "phone", "0519-80001234")

    with round_2024.acting(ORGANISER) as ctx:
        corrections.decide(ctx, made, make=True, answer="")
        corrections.decide(ctx, refused, make=False, answer="与证件一致")

    with round_2024.wiring.reading() as ctx:
        told = select(User.login, Notification.text).join(User, User.id == Notification.user_id)
        rows = ctx.session.execute(told.where(Notification.kind == "privacy").order_by(Notification.id)).all()
    assert [(login, text.partition("：")[2]) for login, text in rows] == [
        (ORGANISER, "申请更正个人信息，请在“个人信息”页办理。"),
        (ORGANISER, "申请更正个人信息，请在“个人信息”页办理。"),
        (LEAGUE, "更正申请已办理。"),
        (LEAGUE, "更正申请未予办理，理由：与证件一致"),
    ]
