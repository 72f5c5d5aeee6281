from __future__ import annotations

import shutil
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.config import BadSetting
from service.programmes.diagram import completeness
from service.programmes.pack.packs import WrongPack, load_all, load_pack

ROOT = Path(__file__).parents[3]
KEY = "changzhou-good-youth"


@pytest.fixture
def pack_dirs(tmp_path):
    """A copy of the shipped pack, to be spoilt."""
    for name in ("processes", "forms"):
        shutil.copytree(ROOT / name / KEY, tmp_path / name / KEY)
    return tmp_path / "processes", tmp_path / "forms"


@pytest.fixture
def programme_file(pack_dirs):
    """The settings of the copy."""
    return pack_dirs[0] / KEY / "programme.toml"


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def problems_of(dirs: tuple[Path, Path]) -> tuple[str, ...]:
    with pytest.raises(WrongPack) as refusal:
        load_all(*dirs)
    return refusal.value.problems


def test_shipped_pack_is_whole():
    pack = load_all(ROOT / "processes", ROOT / "forms")[KEY]
    programme = pack.programme

    assert (programme.year, programme.printed, programme.zone) == (
        2024,
        date(2024, 3, 14),
        ZoneInfo("Asia/Shanghai"),
    )
    assert programme.start_events == {"unit": "nominated_by_unit", "self": "nominated_by_self"}
    assert [category.name for category in programme.categories.values()] == [
        "生产管理类",
        "综合服务类",
        "科研创新类",
        "技术技能类",
        "安全生产类",
        "乡村振兴类",
    ]
    assert (programme.reminders.plan, programme.reminders.at) == ((-7, -3, -1, 0, 1), time(9))
    assert (pack.quotas.total, programme.award.places_per_category) == (660, 100)


def test_slots_of_the_shipped_pack():
    slots = load_pack(ROOT / "processes", ROOT / "forms", KEY).programme.slots

    rules = {
        key: (slot.least, slot.most, slot.photo.min_bytes, slot.photo.min_is_error)
        for key, slot in slots.items()
        if slot.photo
    }
    assert rules == {"portrait": (1, 1, 1_000_000, False), "work_photo": (2, 2, 1_000_000, True)}


def test_forms_and_diagram_of_the_shipped_pack():
    pack = load_pack(ROOT / "processes", ROOT / "forms", KEY)

    assert f"{KEY}.recommendation" in pack.forms
    assert all(form_id == form["id"] for form_id, form in pack.forms.items())
    assert pack.diagram.startswith(b"<?xml")
    assert list(pack.templates) == ["recommendation.docx"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("count_first_day =", "count_frist_day =", "notice.count_frist_day 不是系统认识的设置项"),
        ("theme =", "colour =", "colour 不是系统认识的设置项"),
        (
            "exceptions_per_unit =",
            "exceptions_a_unit =",
            "settings.exceptions_a_unit 不是系统认识的设置项（unknown key），也没有决策表或表单来问，"
            "请核对拼写或删去；这里可写："
            "self_nomination_takes_quota、roster_layout、outside_recommenders、admitted_recommend_others、"
            "exceptions_per_unit",
        ),
        (
            'birth_bounds = "review"',
            'birth_bounds = "both"',
            'settings.birth_bounds 应为 "review"、"inclusive"、"exclusive" 之一，现在是 \'both\'',
        ),
        (
            'birth_bounds = "review"',
            "birth_bounds = 1989-01-01",
            "settings.birth_bounds 应为文字、整数、true 或 false",
        ),
        (
            "self_nomination_needs_unit =",
            "nobody_asks =",
            "switches.nobody_asks 没有流程图或决策表来问，改它不起作用，请删去",
        ),
        (
            "honours_of_departments_count =",
            "honours_count =",
            'eligibility.dmn：switch("honours_of_departments_count") 不在 programme.toml 的 switches 中',
        ),
        (
            'source = "self"',
            'source = "unit"',
            "switches.self_registration 打开了，但 starts 中没有个人自荐（source 为 self）",
        ),
        ("working_days = 5", 'working_days = "5"', "notice.working_days 应为整数，现在是 '5'"),
        ("working_days = 5", "working_days = 0", "notice.working_days 应不小于 1，现在是 0"),
        ("year = 2024", "year = true", "year 应为整数，现在是 True"),
        ('zone = "Asia/Shanghai"', 'zone = "Asia/Changzhou"', "zone 没有名为“Asia/Changzhou”的时区"),
        ('submission = "03-25"', 'submission = "3月25日"', "deadlines.submission 截止日期“3月25日”写法不对"),
        ('plan = "-7', 'plan = "T-7', "reminders.plan 应为逗号分隔的工作日数"),
        ('decision = "age"', 'decision = "years"', "rules：没有标识为“years”的决策（decision id）"),
        (
            'field = "id_number"',
            'field = "id_no"',
            f"rules 的 field “id_no”不是表单 {KEY}.recommendation 的字段",
        ),
        ('field = "id_number"', 'filed = "id_number"', "rules[1].filed 不是系统认识的设置项"),
        ('rule = "N11"', 'rule = "N10"', "rules[7].rule “N10”重复"),
        ('words = "寻访六大类', 'word = "寻访六大类', "rules[5].word 不是系统认识的设置项"),
        ('by = ["quota"]', 'by = ["quotas"]', "rules[6].by “quotas”不认识，可写：categories、award"),
        ('by = ["quota"]', 'by = ["coverage"]', "rules “N10”的 by “coverage”不在活动里"),
        (
            '"attachments.work_photo"]',
            '"attachments.photo"]',
            "rules “N11”的 by “attachments.photo”不在活动里",
        ),
        ('by = ["deadlines.submission"]', 'by = ["deadlines.review"]', "by “deadlines.review”不在活动里"),
        ('"form.category"]', '"form.kind"]', "rules “N01”的 by “form.kind”不在活动里"),
        ('phone = "SENSITIVE"', 'phone = "SECRET"', "fields.phone 应为 PUBLIC、INTERNAL、SENSITIVE 之一"),
        ('key = "work_safety"', 'key = "technical_skills"', "“technical_skills 安全生产类”重复"),
        ('unit = "cz"', 'unit = "nowhere"', "organiser.unit “nowhere”不在 units.csv 中"),
        ('diagram = "', 'diagram = "../', f"../{KEY}.bpmn：没有这个文件"),
        (
            "places_per_category = 100",
            "places_per_category = 111",
            "只分配 110 个推荐名额，少于拟授予的 111 名",
        ),
        (
            'roles = ["nominee"]',
            'roles = ["nobody"]',
            "starts.nominated_by_self 的角色“nobody”未在 roles 中定义",
        ),
        ('title = "产业振兴好青年"', "", "award.title 缺少，必须填写"),
        ("[award]", "[award", "不是 TOML"),
        (
            'title = "产业振兴好青年"',
            "title = “产业振兴好青年”",
            "第 59 行第 9 列不是 TOML：引号、逗号、等号用英文半角，文字两边要有引号（Invalid value）",
        ),
        ("[roles.unit_admin]", "[roles.deputy]", "roles 缺少 unit_admin：一步没有人担任时由他代办"),
        ('phone = "SENSITIVE"', 'phone = "PUBLIC"', "fields.phone 为“PUBLIC”，表单"),
        ('phone = "SENSITIVE"', "", "fields.phone 为“缺”，表单"),
        ('key = "work_safety"', 'key = "safety"', "categories 与表单"),
    ],
)
def test_wrong_setting_is_named(pack_dirs, programme_file, old, new, problem):
    spoil(programme_file, old, new)

    assert any(problem in found for found in problems_of(pack_dirs))


def test_a_category_may_name_its_own_places(pack_dirs, programme_file):
    spoil(programme_file, 'key = "work_safety"', 'places = 60\nkey = "work_safety"')

    programme = load_pack(*pack_dirs, KEY).programme

    assert (programme.places_of("work_safety"), programme.places_of("technical_skills")) == (60, 100)
    assert programme.is_bounded


def test_places_that_only_some_categories_have_are_refused(pack_dirs, programme_file):
    spoil(programme_file, 'key = "work_safety"', 'places = 60\nkey = "work_safety"')
    spoil(programme_file, "places_per_category = 100", "at_least = 1")

    assert (
        f"{KEY}/programme.toml：categories places：生产管理类、综合服务类、科研创新类、技术技能类、"
        "乡村振兴类也须写明授予名额"
    ) in problems_of(pack_dirs)


def test_a_form_without_identity_number_asks_what_a_nominee_is_known_by(pack_dirs):
    spoil(pack_dirs[1] / KEY / "recommendation.form", '"key": "id_number"', '"key": "code"')

    assert any("缺少字段 id_number（身份证号）" in problem for problem in problems_of(pack_dirs))


def test_nominees_are_known_by_fields_of_the_form_or_their_unit(pack_dirs, programme_file):
    spoil(programme_file, "[award]", '[nominee]\nidentified_by = ["unit", "name", "leader"]\n\n[award]')

    assert problems_of(pack_dirs) == (
        f"{KEY}/programme.toml：nominee.identified_by 的 leader 不是表单 {KEY}.recommendation 的字段，"
        "也不是 unit",
    )


def test_lists_that_are_published_may_use_the_forms_own_words(pack_dirs, programme_file):
    spoil(pack_dirs[1] / KEY / "recommendation.form", '"label": "姓名"', '"label": "项目名称"')
    spoil(
        programme_file, 'columns = ["序号", "姓名", "性别", "工作单位及职务", "备注"]',
        'columns = ["序号", "项目名称", "性别", "民族", "备注"]',
    )  # fmt: skip
    spoil(
        programme_file,
        'columns = ["序号", "姓名", "性别", "出生年月"',
        'columns = ["序号", "项目名称", "性别", "出生年月"',
    )

    assert [problem.split("：", 1)[1] for problem in problems_of(pack_dirs)] == [
        "papers.publication.columns “民族”不在公布的名单里，只有：序号（number）、项目名称（name）、"
        "性别（sex）、工作单位及职务（workplace_and_post）、申报类别（category）、推荐单位（recommender）、备注（remark）。"
        "叫法不同的，在 papers.publication.values 中写明是哪一项"
    ]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('field = "kind"\nvalues = ["一线"]\nat_least = 40', "的 field kind 不是表单"),
        ('field = "sex"\nvalues = ["女性"]\nat_least = 40', "“女职工”的“女性”不是 sex 的选项"),
        ('field = "sex"\nvalues = ["女"]\nat_least = 40\ncategories = ["x"]', "的类别“x”不在 categories 中"),
        ('field = "sex"\nvalues = ["女"]', "至少写明 at_least 或 at_most"),
        ('field = "sex"\nvalues = ["女"]\nat_least = 60\nat_most = 40', "前者不大于后者"),
    ],
)
def test_a_proportion_that_nobody_can_answer_is_named(pack_dirs, programme_file, written, problem):
    spoil(programme_file, "[award]", f'[[proportions]]\nname = "女职工"\n{written}\n\n[award]')

    assert any(problem in found for found in problems_of(pack_dirs))


def test_without_a_table_of_fields_the_form_says_who_may_see_what(pack_dirs, programme_file):
    written = load_pack(*pack_dirs, KEY).programme.fields
    text = programme_file.read_text("utf-8")
    start, end = text.index("[fields]"), text.index("# What else the notice leaves open")
    programme_file.write_text(text[:start] + text[end:], "utf-8")

    assert load_pack(*pack_dirs, KEY).programme.fields == written

    spoil(pack_dirs[1] / KEY / "recommendation.form", '"class": "SENSITIVE"', '"soft": "length:0-40"')
    assert [problem.split("：", 1)[1] for problem in problems_of(pack_dirs)] == [
        f"表单 {KEY}.recommendation 的 phone 没有写明 class（PUBLIC、INTERNAL 或 SENSITIVE）"
    ]


def test_settings_need_not_be_written_where_the_usual_is_meant(pack_dirs, programme_file):
    text = programme_file.read_text("utf-8")
    start, end = text.index("[settings]"), text.index("[retention]")
    programme_file.write_text(text[:start] + text[end:], "utf-8")

    choices = load_pack(*pack_dirs, KEY).programme.choices

    assert (choices.roster_layout, choices.self_nomination_takes_quota) == ("sheet_per_category", True)


def test_all_problems_are_told_at_once(pack_dirs):
    processes, forms = pack_dirs
    spoil(processes / KEY / "quotas.csv", "liyang,溧阳市,10", "liyang,溧阳市,11")
    spoil(processes / KEY / "units.csv", "区县,cz", "区县,sz")
    spoil(forms / KEY / "opinion.form", '"textarea"', '"papyrus"')
    spoil(forms / KEY / "review.form", f"{KEY}.review", f"{KEY}.reviews")

    found = problems_of(pack_dirs)

    assert [problem.split("：")[0] for problem in found] == [
        f"{KEY}/quotas.csv",
        f"{KEY}/quotas.csv",
        f"{KEY}/units.csv",
        f"{KEY}/opinion.form",
        f"{KEY}/review.form",
    ]


@pytest.mark.parametrize("content", ["{", "[]", '{"id": "x"}', "\ud800"])
def test_form_that_is_none_is_refused(pack_dirs, content):
    path = pack_dirs[1] / KEY / "opinion.form"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))

    assert all(problem.startswith(f"{KEY}/opinion.form：") for problem in problems_of(pack_dirs))


def test_form_that_the_diagram_names_must_exist(pack_dirs):
    (pack_dirs[1] / KEY / "review.form").unlink()

    assert problems_of(pack_dirs) == (f"{KEY}/{KEY}.bpmn：“联合会审”的 formId “{KEY}.review”没有对应的表单",)


def test_missing_forms_folder_is_told(pack_dirs):
    shutil.rmtree(pack_dirs[1])

    assert any("没有对应的表单" in problem for problem in problems_of(pack_dirs))


def test_a_programme_that_is_not_there_is_told_with_those_that_are(pack_dirs):
    with pytest.raises(WrongPack) as refusal:
        load_pack(*pack_dirs, "changzhou")

    assert refusal.value.problems == (f"{pack_dirs[0]} 里没有活动 changzhou，只有：{KEY}",)


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_folder_without_programmes_is_a_setting_that_cannot_be_meant(tmp_path, name):
    with pytest.raises(BadSetting) as refused:
        load_all(tmp_path / name, tmp_path)

    assert refused.value.message == (
        f"XUANSHU_PROCESSES_DIR holds no programme, no folder with a programme.toml: {tmp_path / name}"
    )


def test_a_pack_whose_dates_were_just_changed_is_loaded_to_be_redrawn(pack_dirs, programme_file):
    spoil(programme_file, 'submission = "03-25"', 'submission = "03-26"')

    problems = completeness.check(load_pack(*pack_dirs, KEY))

    assert {(problem.rule, problem.severity) for problem in problems} == {("unknown-deadline", "warning")}
    assert "submission_deadline" in {problem.element_id for problem in problems}
