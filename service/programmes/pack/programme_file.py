"""Reading programme.toml, the file an administrator edits: every key is checked, every problem noted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.errors import Invalid
from service.programmes.pack.follow_up import read_tracks
from service.programmes.pack.paper import read_paper
from service.programmes.pack.programme import (
    LEVELS,
    PERSON,
    Award,
    Category,
    Choices,
    LocalNotice,
    NoticeRule,
    Programme,
    Reminders,
    Role,
    Slot,
    Start,
)
from service.programmes.pack.review_file import read_review
from service.programmes.pack.toml_table import Table
from service.programmes.rule.calendar import deadline
from service.programmes.rule.coverage_rule import COUNTED, Counted, CoverageRule
from service.programmes.rule.eligibility import RuleSource
from service.programmes.rule.photos import PhotoRule
from service.programmes.rule.proportion import WHOLE, Proportion
from service.programmes.rule.quota_rule import ROUNDINGS, QuotaRule, QuotaSource, Rounding
from service.programmes.rule.quota_rule import SOURCES as SOURCES_OF_PLACES

FIELD_CLASSES = ("PUBLIC", "INTERNAL", "SENSITIVE")
SOURCES = ("unit", "self")
ROSTER_LAYOUTS = ("sheet_per_category", "category_in_remark")
PHOTO_TYPES = ("image/jpeg",)
FILE_TYPES = (
    "image/jpeg",
    "image/png",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/plain",
)
MAX_NOTICE_KEY = 40
_PLAN = re.compile(r"[+-]?\d{1,3}(?:,[+-]?\d{1,3})*", re.ASCII)


def read_programme(table: Table) -> Programme:
    """Read programme.toml; problems are noted in the table's list."""
    settings = table.table("settings", optional=True)
    organiser = table.table("organiser")
    programme = Programme(
        key=table.text("key"),
        title=table.text("title"),
        document_number=table.text("document_number"),
        printed=table.day("printed"),
        theme=table.text("theme", ""),
        zone=_read_zone(table),
        year=table.integer("year", least=2004),
        diagram=table.text("diagram"),
        quotas=table.text("quotas", ""),
        quota=_read_quota(table.table("quota", optional=True), has_annex="quotas" in table.keys()),  # noqa: SIM118
        units=table.text("units"),
        organiser=organiser.text("unit"),
        department=organiser.text("department"),
        starts=tuple(_read_start(start) for start in table.tables("starts")),
        categories=_read_categories(table),
        award=_read_award(table.table("award")),
        identified_by=_read_nominee(table.table("nominee", optional=True)),
        roles={key: _read_role(key, role) for key, role in table.named_tables("roles")},
        deadlines=_read_deadlines(table.table("deadlines")),
        reminders=_read_reminders(table.table("reminders")),
        notice=_read_notice(table.table("notice")),
        notices=_read_notices(table),
        rules=tuple(_read_rule(rule) for rule in table.tables("rules", optional=True)),
        slots={key: _read_slot(key, slot) for key, slot in table.named_tables("attachments")},
        fields=_read_classes(table.table("fields", optional=True)),
        choices=_read_choices(settings),
        not_awarded_days=_read_retention(table.table("retention")),
        sensitive_words=_read_words(table.table("privacy", optional=True)),
        papers={key: read_paper(key, paper) for key, paper in table.named_tables("papers")},
        forms=_read_texts(table.table("forms", optional=True)),
        tracks=read_tracks(table),
        coverage=tuple(_read_coverage(line) for line in table.tables("coverage", optional=True)),
        switches=_read_switches(table.table("switches", optional=True)),
        proportions=tuple(_read_proportion(row) for row in table.tables("proportions", optional=True)),
        review=read_review(table.table("review", optional=True)),
    )
    for part in (settings, organiser, table):
        part.finish()
    return programme


def _read_zone(table: Table) -> ZoneInfo:
    name = table.text("zone")
    try:
        return ZoneInfo(name or "Asia/Shanghai")
    except (ZoneInfoNotFoundError, ValueError):
        table.complain("zone", f"没有名为“{name}”的时区，例如 Asia/Shanghai")
        return ZoneInfo("Asia/Shanghai")


def _read_texts(table: Table) -> dict[str, str]:
    return {key: table.text(key) for key in table.keys()}  # noqa: SIM118 - a Table is no dict


def _read_start(table: Table) -> Start:
    start = Start(
        event=table.text("event"),
        name=table.text("name"),
        source=table.choice("source", SOURCES),
        roles=table.texts("roles"),
    )
    table.finish()
    return start


def _read_categories(table: Table) -> dict[str, Category]:
    categories: dict[str, Category] = {}
    for entry in table.tables("categories"):
        category = Category(key=entry.text("key"), name=entry.text("name"), places=entry.integer("places", 0))
        if category.key in categories or category.name in {c.name for c in categories.values()}:
            entry.complain("key", f"类别“{category.key} {category.name}”重复")
        categories[category.key] = category
        entry.finish()
    if any(category.places for category in categories.values()):
        _require_places(table, categories)
    return categories


def _require_places(table: Table, categories: Mapping[str, Category]) -> None:
    """A bound that some categories have and others have not cannot be meant."""
    default = table.table("award").integer("places_per_category", 0)
    without = [category.name for category in categories.values() if not (category.places or default)]
    if without:
        table.complain("categories", f"places：{'、'.join(without)}也须写明授予名额")


def _read_award(table: Table) -> Award:
    award = Award(
        title=table.text("title"),
        places_per_category=table.integer("places_per_category", 0),
        at_least=table.integer("at_least", 0),
        reserves_per_category=table.integer("reserves_per_category", 0),
        refill_cancelled=table.flag("refill_cancelled", default=False),
        period_from=_read_day(table, "period_from"),
        period_until=_read_day(table, "period_until"),
    )
    if award.refill_cancelled and not award.reserves_per_category:
        table.complain("refill_cancelled", "要递补须写明 reserves_per_category（每类留几名候补）")
    if (award.period_from is None) != (award.period_until is None):
        table.complain("period_until", "与 period_from 须同时写明，或都不写")
    elif award.period_from and award.period_until and award.period_until < award.period_from:
        table.complain("period_until", "不能早于 period_from")
    table.finish()
    return award


def _read_day(table: Table, key: str) -> date | None:
    return table.day(key) if key in table.keys() else None  # noqa: SIM118 - a Table is no dict


def _read_nominee(table: Table) -> tuple[str, ...]:
    fields = table.texts("identified_by", PERSON)
    if not fields:
        table.complain("identified_by", "须至少写明一项")
    table.finish()
    return fields


def _read_quota(table: Table, *, has_annex: bool) -> QuotaRule:
    source = table.choice("source", SOURCES_OF_PLACES, "matrix")
    if (source == "matrix") != has_annex:
        table.complain("source", "matrix 须写明 quotas（名额分配表的文件），其他来源不用这个文件")
    rule = QuotaRule(
        source=cast(QuotaSource, source),
        hard=table.choice("strength", ("hard", "soft"), "hard") == "hard",
        per=table.integer("per", 1, least=1),
        rounding=cast(Rounding, table.choice("rounding", ROUNDINGS, "floor")),
        least=table.integer("least", 0),
        recommenders=table.texts("recommenders", ()),
    )
    if source != "matrix" and not rule.recommenders:
        table.complain("recommenders", "须写明推荐单位的代码")
    table.finish()
    return rule


def _read_coverage(table: Table) -> CoverageRule:
    rule = CoverageRule(
        name=table.text("name"),
        categories=table.texts("categories", ()),
        by=cast(Counted, table.choice("by", COUNTED, "workplace")),
        levels=table.texts("levels", ()),
        at_least=table.integer("at_least", 1, least=1),
    )
    table.finish()
    return rule


def _read_proportion(table: Table) -> Proportion:
    read = Proportion(
        name=table.text("name"),
        field=table.text("field"),
        values=table.texts("values"),
        at_least=table.integer("at_least", 0),
        at_most=table.integer("at_most", 100),
        categories=table.texts("categories", ()),
        by_recommender=table.flag("by_recommender", default=False),
    )
    if not read.at_least <= read.at_most <= WHOLE or (read.at_least, read.at_most) == (0, WHOLE):
        table.complain("at_least", "比例为 0 到 100 的整数，至少写明 at_least 或 at_most，前者不大于后者")
    table.finish()
    return read


def _read_switches(table: Table) -> dict[str, bool]:
    return {key: table.flag(key) for key in table.keys()}  # noqa: SIM118 - a Table is no dict


def _read_role(key: str, table: Table) -> Role:
    role = Role(key=key, name=table.text("name"), scopes=table.texts("scopes"))
    table.finish()
    return role


def _read_deadlines(table: Table) -> dict[str, str]:
    deadlines = _read_texts(table)
    for key, month_day in deadlines.items():
        try:
            deadline(month_day, 2024, ZoneInfo("Asia/Shanghai"))  # a leap year: 02-29 is a day
        except Invalid as wrong:
            table.complain(key, wrong.message)
    return deadlines


def _read_reminders(table: Table) -> Reminders:
    plan, at = table.text("plan"), table.text("at", "09:00")
    if not _PLAN.fullmatch(plan):
        table.complain("plan", f"应为逗号分隔的工作日数，例如 -7,-3,-1,0,+1，现在是“{plan}”")
        plan = "0"
    try:
        moment = time.fromisoformat(at)
    except ValueError:
        table.complain("at", f"应为钟点，例如 09:00，现在是“{at}”")
        moment = time(9)
    table.finish()
    return Reminders(plan=tuple(int(days) for days in plan.split(",")), at=moment)


def _read_notice(table: Table) -> NoticeRule:
    notice = NoticeRule(
        working_days=table.integer("working_days", least=1),
        count_first_day=table.flag("count_first_day", default=False),
        channels=table.texts("channels", ()),
        receiver=table.text("receiver"),
        hint=table.text("hint", ""),
    )
    table.finish()
    return notice


def _read_notices(table: Table) -> dict[str, LocalNotice]:
    notices: dict[str, LocalNotice] = {}
    for entry in table.tables("notices", optional=True):
        notice = LocalNotice(
            key=entry.text("key"),
            level=entry.choice("level", LEVELS),
            working_days=entry.integer("working_days", least=1),
            count_first_day=entry.flag("count_first_day", default=False),
            channels=entry.texts("channels", ()),
            receiver=entry.text("receiver", ""),
            hint=entry.text("hint", ""),
        )
        if notice.key in notices or len(notice.key) > MAX_NOTICE_KEY:
            entry.complain("key", f"公示“{notice.key}”重复，或超过 {MAX_NOTICE_KEY} 个字")
        notices[notice.key] = notice
        entry.finish()
    return notices


def _read_rule(table: Table) -> RuleSource:
    rule = RuleSource(decision=table.text("decision"), field=table.text("field", ""))
    table.finish()
    return rule


def _read_slot(key: str, table: Table) -> Slot:
    name, least, most = table.text("name"), table.integer("least"), table.integer("most", least=1)
    types = table.texts("types")
    min_bytes = table.integer("min_bytes", 0)
    level = table.choice("level", ("error", "warning"), "error")
    if least > most:
        table.complain("least", f"不能大于 most（{most}）")
    for media_type in sorted(set(types) - set(FILE_TYPES)):
        table.complain("types", f"不接收 {media_type}，可选：{'、'.join(FILE_TYPES)}")
    photo = PhotoRule(label=name, min_bytes=min_bytes, min_is_error=level == "error")
    table.finish()
    return Slot(
        key=key, name=name, least=least, most=most, types=types, photo=photo if types == PHOTO_TYPES else None
    )


def _read_classes(table: Table) -> dict[str, str]:
    return {key: table.choice(key, FIELD_CLASSES) for key in table.keys()}  # noqa: SIM118 - no dict


def _read_choices(table: Table) -> Choices:
    return Choices(
        self_nomination_takes_quota=table.flag("self_nomination_takes_quota", default=True),
        roster_layout=table.choice("roster_layout", ROSTER_LAYOUTS, ROSTER_LAYOUTS[0]),
        outside_recommenders=table.texts("outside_recommenders", ()),
        exceptions_per_unit=table.integer("exceptions_per_unit", 0),
    )


def _read_retention(table: Table) -> int:
    days = table.integer("not_awarded_days", least=1)
    table.finish()
    return days


def _read_words(table: Table) -> tuple[str, ...]:
    words = table.texts("sensitive_words", ())
    table.finish()
    return words
