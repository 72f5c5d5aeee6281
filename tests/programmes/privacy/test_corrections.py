from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import (
    Award,
    CorrectionStatus,
    HistoryEvent,
    Nomination,
    Notification,
    User,
    UserTask,
)
from service.programmes.nomination import record
from service.programmes.privacy import correctable, corrections
from service.programmes.rule import identity_number
from tests.programmes.privacy.any_pack import CRAFTSMEN, THOUSAND, YOUTH, AnyStory
from tests.programmes.story import LEAGUE, ORGANISER, Story

PHONE = "联系电话请填 11 位手机号，或带区号的固定电话（如 0519-80001234）。"


@pytest.mark.parametrize(
    ("any_round", "field", "value", "published"),
    [
        (
            YOUTH,
            "workplace_and_post",
            "  青锋精密机械有限公司 高级工程师 ",
            "青锋精密机械有限公司 高级工程师",
        ),
        (CRAFTSMEN, "post", " 首席技师 ", "青锋首席技师"),
        (CRAFTSMEN, "workplace", "龙城重工有限公司", "龙城重工有限公司工艺工程师"),
        (THOUSAND, "workplace_and_post", "市直机关 一级主任科员", "市直机关 一级主任科员"),
    ],
    indirect=["any_round"],
)
def test_correction_made_shows_wherever_the_record_is_read(
    any_round: AnyStory, field: str, value: str, published: str
) -> None:
    nominee = any_round.apply()
    number = ask_for(any_round, nominee, field, value)

    with any_round.acting(any_round.organiser) as ctx:
        corrections.decide(ctx, number, make=True, answer="")

    with any_round.wiring.reading() as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        assert nomination.workplace_and_post == published
        assert record.answers_of(ctx, nomination)[field] == value.strip()


@pytest.mark.parametrize("any_round", [YOUTH, CRAFTSMEN, THOUSAND], indirect=True)
def test_a_corrected_number_sets_all_it_tells(any_round: AnyStory) -> None:
    nominee = any_round.apply()
    before = any_round.read(nominee)
    sex = "女" if before.sex == "男" else "男"
    corrected = identity_number.make("320400", date(1996, 2, 1), 900 if sex == "女" else 901)

    number = ask_for(any_round, nominee, "id_number", corrected)
    with any_round.acting(any_round.organiser) as ctx:
        corrections.decide(ctx, number, make=True, answer="")

    after = any_round.read(nominee)
    assert (after.id_number, after.birth_date, after.sex) == (corrected, date(1996, 2, 1), sex)
    with any_round.wiring.reading() as ctx:
        answers = record.answers_of(ctx, ctx.session.get_one(Nomination, nominee))
    told = {"sex": sex, "birth_month": "1996-02"}
    assert {key: answers[key] for key in told if key in answers} == {
        key: value for key, value in told.items() if key in answers
    }


def test_a_name_corrected_after_the_title_is_on_it_and_in_its_history(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_notice()
    round_2024.to_announcement()
    before = round_2024.read(nominee).name

    number = ask(round_2024, nominee, "name", "演示-更名")
    with round_2024.acting(ORGANISER) as ctx:
        corrections.decide(ctx, number, make=True, answer="")

    with round_2024.wiring.reading() as ctx:
        award = ctx.session.scalars(select(Award).where(Award.nomination_id == nominee)).one()
        query = select(HistoryEvent).where(HistoryEvent.stream == f"award:{award.id}")
        noted = [event.details for event in ctx.session.scalars(query) if event.kind == "award.renamed"]
    assert award.name == "演示-更名"
    assert noted == [{"before": before, "after": "演示-更名"}]


def test_open_steps_are_called_by_the_corrected_name(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    number = ask(round_2024, nominee, "name", "演示-更名")

    with round_2024.acting(ORGANISER) as ctx:
        corrections.decide(ctx, number, make=True, answer="")

    with round_2024.wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, round_2024.task_id(nominee, "workplace_league_opinion"))
        assert task.title.startswith("演示-更名 · ")


def test_what_the_rules_would_judge_otherwise_is_told_and_stands_on_the_page(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="recommender_opinion")
    other = round_2024.nominate(to="recommender_opinion")
    too_old = identity_number.make("320400", date(1970, 2, 1), 901)
    old = ask(round_2024, nominee, "id_number", too_old)
    harmless = ask(round_2024, other, "name", "演示-更名")

    with round_2024.acting(ORGANISER) as ctx:
        for number in (old, harmless):
            corrections.decide(ctx, number, make=True, answer="")
        people = [ctx.session.get_one(Nomination, number) for number in (nominee, other)]
        marked = [[f.rule for f in corrections.find_judged_otherwise(ctx, one)] for one in people]

    assert marked == [["N05"], []]
    assert round_2024.read(nominee).eligibility == "PASS"


@pytest.mark.parametrize("any_round", [CRAFTSMEN], indirect=True)
def test_numbers_and_empty_fields_are_corrected_by_the_forms_own_reading(any_round: AnyStory) -> None:
    nominee = any_round.apply(professional_title="", frontline_years=8)
    with any_round.acting(any_round.applicant) as ctx, pytest.raises(Invalid) as refused:
        corrections.ask(ctx, ctx.session.get_one(Nomination, nominee), "frontline_years", "六年", "填错了")
    years = ask_for(any_round, nominee, "frontline_years", " 6 ")
    title = ask_for(any_round, nominee, "professional_title", "高级工程师")

    with any_round.acting(any_round.organiser) as ctx:
        for number in (years, title):
            corrections.decide(ctx, number, make=True, answer="")

    with any_round.wiring.reading() as ctx:
        answers = record.answers_of(ctx, ctx.session.get_one(Nomination, nominee))
    assert refused.value.fields == {"value": "一线生产现场工作年限应为数字。"}
    assert (answers["frontline_years"], answers["professional_title"]) == (6, "高级工程师")


def test_a_list_is_asked_for_in_words_and_put_right_by_the_organiser_on_the_form(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    number = ask(round_2024, nominee, "honours", "补列2022年获市级“技术能手”")
    rows = {"honours": [{"title": "技术能手", "level": "市级", "kind": "个人", "year": 2022}]}

    with round_2024.acting(ORGANISER) as ctx, pytest.raises(Invalid, match="在表单上改好"):
        corrections.decide(ctx, number, make=True, answer="")
    with round_2024.acting(ORGANISER) as ctx, pytest.raises(Invalid, match="不符合要求"):
        corrections.decide(ctx, number, make=True, answer="", rows={"honours": [{"title": ""}]})
    with round_2024.acting(ORGANISER) as ctx:
        corrections.decide(ctx, number, make=True, answer="", rows=rows)

    with round_2024.wiring.reading() as ctx:
        answers = record.answers_of(ctx, ctx.session.get_one(Nomination, nominee))
    assert answers["honours"] == rows["honours"]


def test_nothing_is_corrected_before_the_form_was_handed_in(round_2024: Story) -> None:
    nominee = round_2024.start()

    with round_2024.acting(LEAGUE) as ctx:
        assert correctable.list_fields(ctx, ctx.session.get_one(Nomination, nominee)) == []


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


def ask(story: Story, nominee: int, field: str, value: str, by: str = LEAGUE) -> int:
    with story.acting(by) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        correction = corrections.ask(ctx, nomination, field, value, "与证件不一致")
        ctx.session.flush()
        return correction.id


def ask_for(story: AnyStory, nominee: int, field: str, value: str) -> int:
    return ask(story, nominee, field, value, story.applicant)


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
