"""The rules of notice 000 (N01 to N13), each on the vectors of the requirements, with the notice's words."""

from __future__ import annotations

from datetime import date

import pytest

from service.errors import Invalid
from service.programmes.form import schemas
from service.programmes.nomination import opinions, screening
from service.programmes.round import rounds
from service.programmes.rule.calendar import write_moment
from service.programmes.rule.identity_number import parse
from tests.packs.judging import judge, the_pack
from tests.programmes.story import Story

PACK = the_pack("changzhou-good-youth")
PROGRAMME = PACK.programme
RECOMMENDATION = PACK.forms["changzhou-good-youth.recommendation"]

#: requirements §1.1: identity number -> result, rule
AGES = [
    ("320400200512310006", "PASS", "N04"),
    ("320400200601010005", "REVIEW", "N03"),
    ("320400200601020000", "FAIL", "N03"),
    ("320400198901020002", "PASS", "N04"),
    ("320400198901010007", "REVIEW", "N04"),
    ("320400198812310008", "EXCEPTION", "N05"),
    ("320400198401020006", "EXCEPTION", "N05"),
    ("320400198401010000", "REVIEW", "N05"),
    ("320400198312310001", "FAIL", "N05"),
]
WORDS = {"N03": "2006年1月1日前出生", "N04": "1989年1月1日后出生", "N05": "1984年1月1日后出生"}

WORDS_2027 = {"N03": "2009年1月1日前出生", "N04": "1992年1月1日后出生", "N05": "1987年1月1日后出生"}


def test_n01_one_of_six_categories() -> None:
    assert [c.name for c in PROGRAMME.categories.values()] == [
        "生产管理类", "综合服务类", "科研创新类", "技术技能类", "安全生产类", "乡村振兴类",
    ]  # fmt: skip
    with pytest.raises(Invalid) as refused:
        schemas.validate(RECOMMENDATION, {"category": "sports"})
    assert refused.value.fields["category"] == "请从列表中选择申报类别。"


def test_n02_hundred_places_a_category() -> None:
    assert (PROGRAMME.award.places_per_category, PROGRAMME.award.refill_cancelled) == (100, False)


@pytest.mark.parametrize(("number", "result", "rule"), AGES, ids=[f"{v[2]}-{v[0][6:14]}" for v in AGES])
def test_n03_n04_n05_age_at_the_bounds(number: str, result: str, rule: str) -> None:
    birth = parse(number).birth_date

    found = judge(PACK, birth_date=birth)[rule]

    assert (found.result, found.measured) == (result, birth.isoformat())
    assert WORDS[rule] in found.message


@pytest.mark.parametrize(("number", "result", "rule"), AGES, ids=[f"{v[2]}-{v[0][6:14]}" for v in AGES])
def test_n03_n04_n05_bounds_move_on_with_the_years_of_later_rounds(
    number: str, result: str, rule: str
) -> None:
    birth = parse(number).birth_date
    later = birth.replace(year=birth.year + 3)

    found = judge(PACK, year=2027, birth_date=later)[rule]

    assert (found.result, found.measured) == (result, later.isoformat())
    assert WORDS_2027[rule] in found.message
    assert not any(words in found.message for words in WORDS.values())


def test_n03_without_a_birth_date_is_for_a_person() -> None:
    found = judge(PACK)["N03"]

    assert (found.result, found.message) == ("REVIEW", "没有可核对的出生日期，请先填写身份证号")


def test_n05_over_the_exception_has_no_way_out_but_a_persons_ruling(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=date(1983, 12, 31))

    assert round_2024.waits_at(nominee) == ["confirm_ineligible"]


VOUCHED = {"N06": "national", "N07": "insured", "N09": "conduct"}


@pytest.mark.parametrize("rule", VOUCHED)
def test_n06_n07_n09_nobody_passes_unless_the_reviewer_vouches_for_all_three(
    round_2024: Story, rule: str
) -> None:
    nominee = round_2024.nominate(to="qualification_review")
    vouched = dict.fromkeys(VOUCHED.values(), True)

    with pytest.raises(Invalid) as refused:
        round_2024.complete(nominee, "qualification_review", "pass", **vouched | {VOUCHED[rule]: False})
    round_2024.complete(nominee, "qualification_review", "pass", **vouched)

    assert list(refused.value.fields) == [VOUCHED[rule]]
    with round_2024.wiring.reading() as ctx:
        found = {f.rule: f.result for f in screening.list_findings(ctx, round_2024.read(nominee))}
    assert {name: found[name] for name in VOUCHED} == dict.fromkeys(VOUCHED, "PASS")


def test_n06_n07_n09_what_is_not_vouched_for_is_left_open_when_somebody_is_refused(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="qualification_review")

    round_2024.complete(
        nominee, "qualification_review", "disqualify", defects=["not_insured"], reason="查无参保记录。",
        national=True,
    )  # fmt: skip

    with round_2024.wiring.reading() as ctx:
        found = {f.rule: f.result for f in screening.list_findings(ctx, round_2024.read(nominee))}
    assert {name: found[name] for name in VOUCHED} == {"N06": "PASS", "N07": "REVIEW", "N09": "REVIEW"}


@pytest.mark.parametrize(
    ("level", "kind", "result"),
    [
        ("县级", "个人", "PASS"),
        ("市级", "个人", "REASON"),
        ("省级", "个人", "REASON"),
        ("国家级", "个人", "REASON"),
        ("市级", "集体", "PASS"),
    ],
)
def test_n08_personal_honour_from_the_city_up_asks_for_a_reason(level: str, kind: str, result: str) -> None:
    rows = [{"title": "演示奖章", "level": level, "kind": kind, "year": 2022}]

    found = judge(PACK, honours=rows)["N08"]

    assert (found.result, found.measured) == (result, "演示奖章" if result == "REASON" else "无")
    assert ("原则上不再推报" in found.message) == (result == "REASON")


def test_n08_without_honours() -> None:
    assert judge(PACK)["N08"].result == "PASS"


def test_n09_conduct_is_vouched_for_in_the_notices_words(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="qualification_review")

    round_2024.complete(nominee, "qualification_review", "pass", **dict.fromkeys(VOUCHED.values(), True))

    with round_2024.wiring.reading() as ctx:
        [found] = [f for f in screening.list_findings(ctx, round_2024.read(nominee)) if f.rule == "N09"]
        given = [o.outcome for o in opinions.list_of(ctx, round_2024.read(nominee))]
    assert (found.result, found.message) == (
        "PASS", "已核实：热爱祖国、遵守法纪、爱岗敬业、诚信友善，具有良好的道德品行和职业操守。",
    )  # fmt: skip
    assert given == ["approve", "approve", "approve", "pass"]


def test_n09_nominee_declares_that_what_he_says_is_true(round_2024: Story) -> None:
    nominee = round_2024.start()

    with pytest.raises(Invalid) as refused:
        round_2024.hand_in(nominee, accuracy_declaration=False)

    assert list(refused.value.fields) == ["accuracy_declaration"]


def test_n10_annex_1_adds_up_to_110_a_category() -> None:
    assert {PACK.quotas.category_total(key) for key in PROGRAMME.categories} == {110}


def test_n11_one_portrait_and_two_photos_at_work_as_jpeg_of_1m() -> None:
    portrait, work = PROGRAMME.slots["portrait"], PROGRAMME.slots["work_photo"]

    assert [(s.least, s.most, s.types) for s in (portrait, work)] == [
        (1, 1, ("image/jpeg",)),
        (2, 2, ("image/jpeg",)),
    ]
    assert portrait.photo is not None
    assert work.photo is not None
    assert [(p.min_bytes, p.min_is_error) for p in (portrait.photo, work.photo)] == [
        (1_000_000, False),
        (1_000_000, True),
    ]


@pytest.mark.parametrize(
    ("length", "warns"), [(0, True), (239, True), (240, False), (300, False), (360, False), (361, True)]
)
def test_n12_deeds_of_about_300_characters_warn_and_never_refuse(length: int, warns: bool) -> None:
    found = judge(PACK, deeds="事" * length)["N12"]

    assert (found.result, found.warning, found.measured) == ("PASS", warns, f"{length}字")
    assert "300字" in found.message


def test_n13_handed_in_until_the_end_of_25_march(round_2024: Story) -> None:
    with round_2024.wiring.reading() as ctx:
        due = rounds.due_of(round_2024.entry(ctx), "submission")

    assert due is not None
    assert write_moment(due, PROGRAMME.zone) == "2024年3月25日24:00"
