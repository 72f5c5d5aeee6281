"""The rules of notice 000 (N01 to N13), each on the vectors of the requirements, with the notice's words."""

from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import select

from service.errors import Conflict, Invalid
from service.models import Finding, Quota, QuotaKind, Unit
from service.programmes.board.targets import Filling, Target, find_target
from service.programmes.form import schemas
from service.programmes.nomination import attachments, opinions, screening
from service.programmes.round import rounds
from service.programmes.rule.calendar import write_moment
from service.programmes.rule.identity_number import parse
from tests.packs.judging import judge, the_pack
from tests.programmes.story import ORGANISER, RECOMMENDER, Story

PACK = the_pack("changzhou-good-youth")
PROGRAMME = PACK.programme
RECOMMENDATION = PACK.forms["changzhou-good-youth.recommendation"]


def a_small_photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (413, 579), "white").save(out, "JPEG")
    return out.getvalue()


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

CATEGORIES = "1. 生产管理类 2. 综合服务类 3. 科研创新类 4. 技术技能类 5. 安全生产类 6. 乡村振兴类"
N01 = f"通知：“类别设置：{CATEGORIES}”（N01）。"

SMALL = a_small_photo()
N11 = "通知：“被推荐对象需同时提供1张两寸免冠彩照和2张工作照（jpg格式，文件大小1M以上）”（N11）。"

WORDS_2027 = {"N03": "2009年1月1日前出生", "N04": "1992年1月1日后出生", "N05": "1987年1月1日后出生"}


def test_n01_one_of_six_categories() -> None:
    assert [c.name for c in PROGRAMME.categories.values()] == [
        "生产管理类", "综合服务类", "科研创新类", "技术技能类", "安全生产类", "乡村振兴类",
    ]  # fmt: skip
    with pytest.raises(Invalid) as refused:
        schemas.validate(RECOMMENDATION, {"category": "sports"})
    assert refused.value.fields["category"] == "请从列表中选择申报类别。"


@pytest.mark.parametrize("category", ["", "sports"])
def test_n01_another_category_is_refused_in_the_notices_words(round_2024: Story, category: str) -> None:
    nominee = round_2024.start()

    with pytest.raises(Invalid) as at_the_start:
        round_2024.start(category=category)
    with pytest.raises(Invalid) as in_the_form:
        round_2024.hand_in(nominee, category=category)

    asked = "请选择申报类别。" if not category else "请从列表中选择申报类别。"
    assert at_the_start.value.message == f"请选择申报类别。{N01}"
    assert in_the_form.value.fields == {"category": asked + N01}


def test_n02_hundred_places_a_category() -> None:
    assert (PROGRAMME.award.places_per_category, PROGRAMME.award.refill_cancelled) == (100, False)


@pytest.mark.parametrize(("listed", "missing"), [(97, [("生产管理类", 97, 3)]), (100, [])])
def test_n02_category_that_is_not_full_is_reported_and_not_padded(
    listed: int, missing: list[tuple[str, int, int]]
) -> None:
    fillings = [
        Filling(key=key, name=category.name, places=PROGRAMME.places_of(key), listed=100)
        for key, category in list(PROGRAMME.categories.items())[1:]
    ]
    first = Filling(key="production_management", name="生产管理类", places=100, listed=listed)

    target = Target(round_id=1, wanted=0, listed=500 + listed, categories=[first, *fillings])

    assert target.places == 600
    assert [(filling.name, filling.listed, filling.missing) for filling in target.short] == missing


def test_n02_what_is_missing_is_known_when_the_awards_are_to_be_confirmed(round_2024: Story) -> None:
    round_2024.nominate()
    round_2024.to_notice()
    round_2024.pass_until("2024-04-10 09:00")

    with round_2024.acting(ORGANISER) as ctx:
        target = find_target(ctx, round_2024.entry(ctx))
    with round_2024.acting(RECOMMENDER) as ctx:
        others = find_target(ctx, round_2024.entry(ctx))

    assert others is None
    assert target is not None
    assert (target.listed, target.places, target.cited) == (1, 600, PROGRAMME.cite("award"))
    assert [(one.name, f"{one.listed}/{one.places}") for one in target.short][:2] == [
        ("生产管理类", "1/100"),
        ("综合服务类", "0/100"),
    ]


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


@pytest.mark.parametrize(
    ("number", "rule", "inclusive", "exclusive"),
    [
        ("320400200601010005", "N03", "PASS", "FAIL"),
        ("320400198901010007", "N04", "PASS", "EXCEPTION"),
        ("320400198401010000", "N05", "EXCEPTION", "FAIL"),
    ],
)
def test_n03_n04_n05_day_of_a_bound_is_read_as_the_setting_says(
    number: str, rule: str, inclusive: str, exclusive: str
) -> None:
    """A-01: requirements §1.1, the columns “literal 前/后” and “inclusive reading”."""
    birth = parse(number).birth_date

    found = {
        value: judge(PACK, birth_date=birth, settings={"birth_bounds": value})[rule]
        for value in ("review", "inclusive", "exclusive")
    }

    assert {value: finding.result for value, finding in found.items()} == {
        "review": "REVIEW", "inclusive": inclusive, "exclusive": exclusive,
    }  # fmt: skip
    assert "本届含当日" in found["inclusive"].message
    assert "本届不含当日" in found["exclusive"].message


@pytest.mark.parametrize("value", ["review", "inclusive", "exclusive"])
@pytest.mark.parametrize("number", [vector[0] for vector in AGES if vector[1] != "REVIEW"])
def test_n03_n04_n05_any_other_day_is_read_alike(number: str, value: str) -> None:
    birth = parse(number).birth_date

    assert judge(PACK, birth_date=birth, settings={"birth_bounds": value}) == judge(PACK, birth_date=birth)


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


def test_n10_one_more_than_the_annex_gives_is_refused_in_its_name(round_2024: Story) -> None:
    first, second = (round_2024.nominate(to="recommender_opinion") for _ in range(2))
    with round_2024.wiring.transaction() as ctx:
        of_unit = select(Quota).join(Unit).where(Unit.code == "liyang", Quota.kind == QuotaKind.NOMINATION)
        for quota in ctx.session.scalars(of_unit):
            quota.places = 1
    round_2024.complete(first, "recommender_opinion", "approve", reason="同意推荐。")

    with pytest.raises(Conflict) as refused:
        round_2024.complete(second, "recommender_opinion", "approve", reason="同意推荐。")

    assert refused.value.message.endswith("通知：“附件1 常州市‘产业振兴好青年’名额分配表”（N10）。")
    assert stated(round_2024, first)["N10"][:2] == ("PASS", "已占用名额")
    assert "N10" not in stated(round_2024, second)


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
    ("slot", "name", "data", "sentence"),
    [
        ("work_photo", "1.jpg", SMALL, "请上传未经压缩的原图。"),
        ("work_photo", "1.png", b"\x89PNG\r\n\x1a\n", ""),
        ("portrait", "1.pdf", b"%PDF-1.4", ""),
    ],
    ids=["small", "not a jpeg", "not a picture"],
)
def test_n11_file_that_is_not_what_is_asked_is_refused_in_the_notices_words(
    slot: str, name: str, data: bytes, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        attachments.check(PROGRAMME.slots[slot], name, data)

    assert refused.value.message.endswith(sentence + N11)


def test_n11_small_portrait_is_taken_with_the_notices_words_as_a_warning() -> None:
    taken = attachments.check(PROGRAMME.slots["portrait"], "1.jpg", SMALL)

    assert taken.warning.endswith(f"如有更清晰的原图，请换上。{N11}")


def test_n01_n11_n13_stand_among_the_findings_of_whoever_handed_in(round_2024: Story) -> None:
    nominee = round_2024.start()
    before = stated(round_2024, nominee)
    round_2024.hand_in(nominee)

    found = stated(round_2024, nominee)

    assert before == {}
    assert list(found) == ["N01", "N11", "N13"]
    assert found["N01"][:2] == ("PASS", "生产管理类")
    assert found["N11"][:2] == ("PASS", "两寸免冠彩照 1 个，工作照 2 个")
    assert found["N13"] == (
        "PASS", "2024年3月15日09:00提交", "“推荐材料电子档及照片请于3月25日前报送至常州团市委青年发展部”",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("length", "warns"), [(0, True), (239, True), (240, False), (300, False), (360, False), (361, True)]
)
def test_n12_deeds_of_about_300_characters_warn_and_never_refuse(length: int, warns: bool) -> None:
    found = judge(PACK, deeds="事" * length)["N12"]

    assert (found.result, found.warning, found.measured) == ("PASS", warns, f"{length}字")
    assert "300字" in found.message


@pytest.mark.parametrize(
    ("value", "measured"), [("runs", "14字"), ("each", "19字")], ids=["runs are one", "each by itself"]
)
def test_n12_letters_and_digits_are_counted_as_the_setting_says(value: str, measured: str) -> None:
    deeds = "采用5G技术，产量提高12.5%，获ISO认证。"

    assert judge(PACK, deeds=deeds, settings={"count_by": value})["N12"].measured == measured


def test_n13_handed_in_until_the_end_of_25_march(round_2024: Story) -> None:
    with round_2024.wiring.reading() as ctx:
        due = rounds.due_of(round_2024.entry(ctx), "submission")

    assert due is not None
    assert write_moment(due, PROGRAMME.zone) == "2024年3月25日24:00"


def test_n13_whoever_comes_later_is_refused_in_the_notices_words(round_2024: Story) -> None:
    late = round_2024.nominate()
    round_2024.pass_until("2024-03-26 00:00")

    with pytest.raises(Conflict) as refused:
        round_2024.start()

    assert refused.value.message.endswith(
        "通知：“推荐材料电子档及照片请于3月25日前报送至常州团市委青年发展部”（N13）。"
    )
    assert stated(round_2024, late)["N13"][:2] == ("FAIL", "2024年3月15日09:00提交，截止时尚未报送")


def stated(story: Story, nominee: int) -> dict[str, tuple[str, str, str]]:
    """Return what the rules that no table asks say of a nominee: result, what was measured, words."""
    rules = {rule.rule for rule in PROGRAMME.stated}
    with story.wiring.reading() as ctx:
        found: list[Finding] = screening.list_findings(ctx, story.read(nominee))
        return {f.rule: (f.result, f.measured, f.message) for f in found if f.rule in rules}
