from __future__ import annotations

import shutil
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.programmes.pack.packs import WrongPack, load_all, load_pack

ROOT = Path(__file__).parents[3]
KEY = "changzhou-good-youth"


@pytest.fixture
def pack_dirs(tmp_path):
    """A copy of the shipped pack, to be spoilt."""
    for name in ("processes", "forms"):
        shutil.copytree(ROOT / name / KEY, tmp_path / name / KEY)
    return tmp_path / "processes", tmp_path / "forms"


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
        ("working_days = 5", 'working_days = "5"', "notice.working_days 应为整数，现在是 '5'"),
        ("working_days = 5", "working_days = 0", "notice.working_days 应不小于 1，现在是 0"),
        ("year = 2024", "year = true", "year 应为整数，现在是 True"),
        ('zone = "Asia/Shanghai"', 'zone = "Asia/Changzhou"', "zone 没有名为“Asia/Changzhou”的时区"),
        ('submission = "03-25"', 'submission = "3月25日"', "deadlines.submission 截止日期“3月25日”写法不对"),
        ('plan = "-7', 'plan = "T-7', "reminders.plan 应为逗号分隔的工作日数"),
        ('decision = "age"', 'decision = "years"', "rules：没有标识为“years”的决策（decision id）"),
        ('field = "id_number"', 'filed = "id_number"', "rules[1].filed 不是系统认识的设置项"),
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
        ("[award]", "[award", "TOML 写法有误"),
        (
            'submission = "03-25"',
            'submission = "03-26"',
            'deadline("03-25") 不在 programme.toml 的 deadlines 中',
        ),
        ('phone = "SENSITIVE"', 'phone = "PUBLIC"', "fields.phone 为“PUBLIC”，表单"),
        ('phone = "SENSITIVE"', "", "fields.phone 为“缺”，表单"),
        ('key = "work_safety"', 'key = "safety"', "categories 与表单"),
    ],
)
def test_wrong_setting_is_named(pack_dirs, old, new, problem):
    spoil(pack_dirs[0] / KEY / "programme.toml", old, new)

    assert any(problem in found for found in problems_of(pack_dirs))


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

    assert problems_of(pack_dirs) == (f"{KEY}/{KEY}.bpmn：formId “{KEY}.review”没有对应的表单",)


def test_missing_forms_folder_is_told(pack_dirs):
    shutil.rmtree(pack_dirs[1])

    assert any("没有对应的表单" in problem for problem in problems_of(pack_dirs))


def test_folder_without_programmes_has_no_packs(tmp_path):
    assert load_all(tmp_path, tmp_path) == {}
    assert load_all(tmp_path / "nowhere", tmp_path) == {}
