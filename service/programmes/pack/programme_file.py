"""Reading programme.toml, the file an administrator edits: every key is checked, every problem noted.

Here is the whole file and its smaller tables; each larger group of tables has a module ``*_file``.
"""

from __future__ import annotations

from dataclasses import fields
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.programmes.pack.award_file import read_award, read_categories
from service.programmes.pack.dates_file import (
    read_day_off,
    read_deadlines,
    read_notice,
    read_notices,
    read_reminders,
)
from service.programmes.pack.follow_up import read_tracks
from service.programmes.pack.paper import read_paper
from service.programmes.pack.programme import PERSON, Choices, Programme, Role, Slot, Start
from service.programmes.pack.quota_file import read_coverage, read_proportion, read_quota
from service.programmes.pack.review_file import read_review
from service.programmes.pack.rules_file import cite_in_slots, read_rules
from service.programmes.pack.toml_table import Table
from service.programmes.rule.photos import PhotoRule

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


def read_programme(table: Table) -> Programme:
    """Read programme.toml; problems are noted in the table's list."""
    settings = table.table("settings", optional=True)
    organiser = table.table("organiser")
    rules, stated = read_rules(table)
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
        quota=read_quota(table.table("quota", optional=True), has_annex="quotas" in table.keys()),  # noqa: SIM118
        units=table.text("units"),
        organiser=organiser.text("unit"),
        department=organiser.text("department"),
        starts=tuple(_read_start(start) for start in table.tables("starts")),
        categories=read_categories(table),
        award=read_award(table.table("award")),
        identified_by=_read_nominee(table.table("nominee", optional=True)),
        roles={key: _read_role(key, role) for key, role in table.named_tables("roles")},
        deadlines=read_deadlines(table.table("deadlines")),
        rolls_deadlines=read_day_off(table.table("deadlines", optional=True)),
        reminders=read_reminders(table.table("reminders")),
        notice=read_notice(table.table("notice")),
        notices=read_notices(table),
        rules=rules,
        stated=stated,
        slots=cite_in_slots(
            {key: _read_slot(key, slot) for key, slot in table.named_tables("attachments")}, stated
        ),
        task_slots={
            key: _read_slot(key, slot) for key, slot in table.named_tables("task_files", optional=True)
        },
        fields=_read_classes(table.table("fields", optional=True)),
        choices=_read_choices(settings),
        named=_read_named(settings),
        not_awarded_days=_read_retention(table.table("retention")),
        sensitive_words=_read_words(table.table("privacy", optional=True)),
        papers={key: read_paper(key, paper) for key, paper in table.named_tables("papers")},
        forms=_read_texts(table.table("forms", optional=True)),
        tracks=read_tracks(table),
        coverage=tuple(read_coverage(line) for line in table.tables("coverage", optional=True)),
        switches=_read_switches(table.table("switches", optional=True)),
        proportions=tuple(read_proportion(row) for row in table.tables("proportions", optional=True)),
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


def _read_nominee(table: Table) -> tuple[str, ...]:
    fields = table.texts("identified_by", PERSON)
    if not fields:
        table.complain("identified_by", "须至少写明一项")
    table.finish()
    return fields


def _read_switches(table: Table) -> dict[str, bool]:
    return {key: table.flag(key) for key in table.keys()}  # noqa: SIM118 - a Table is no dict


def _read_role(key: str, table: Table) -> Role:
    role = Role(key=key, name=table.text("name"), scopes=table.texts("scopes"))
    table.finish()
    return role


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
        admitted_recommend_others=table.flag("admitted_recommend_others", default=False),
        exceptions_per_unit=table.integer("exceptions_per_unit", 0),
    )


def _read_named(table: Table) -> dict[str, str | int | bool]:
    """Read the settings a programme names itself; what nobody asks is told by the check of the pack."""
    known = {field.name for field in fields(Choices)}
    return {key: table.word(key) for key in table.keys() if key not in known}  # noqa: SIM118 - no dict


def _read_retention(table: Table) -> int:
    days = table.integer("not_awarded_days", least=1)
    table.finish()
    return days


def _read_words(table: Table) -> tuple[str, ...]:
    words = table.texts("sensitive_words", ())
    table.finish()
    return words
