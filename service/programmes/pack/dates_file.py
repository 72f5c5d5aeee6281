"""Reading ``[deadlines]``, ``[reminders]``, ``[notice]`` and ``[[notices]]`` of programme.toml."""

from __future__ import annotations

import re
from datetime import time
from zoneinfo import ZoneInfo

from service.errors import Invalid
from service.programmes.pack.programme import HELD_UP, LEVELS, LocalNotice, NoticeRule, Reminders
from service.programmes.pack.toml_table import Table
from service.programmes.rule.calendar import deadline

MAX_NOTICE_KEY = 40
ON_DAY_OFF = "on_day_off"
_PLAN = re.compile(r"[+-]?\d{1,3}(?:,[+-]?\d{1,3})*", re.ASCII)


def read_deadlines(table: Table) -> dict[str, str]:
    """Read the stages' last days, month and day by stage."""
    keys = [key for key in table.keys() if key != ON_DAY_OFF]  # noqa: SIM118 - a Table is no dict
    deadlines = {key: table.text(key) for key in keys}
    for key, month_day in deadlines.items():
        try:
            deadline(month_day, 2024, ZoneInfo("Asia/Shanghai"))  # a leap year: 02-29 is a day
        except Invalid as wrong:
            table.complain(key, wrong.message)
    return deadlines


def read_day_off(table: Table) -> bool:
    """Read whether a last day that is not worked moves to the next one that is (X11)."""
    return table.choice(ON_DAY_OFF, ("keep", "roll"), "keep") == "roll"


def read_reminders(table: Table) -> Reminders:
    """Read on which working days about a due date people are nudged."""
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


def read_notice(table: Table) -> NoticeRule:
    """Read how the organiser publishes."""
    notice = NoticeRule(
        working_days=table.integer("working_days", least=1),
        count_first_day=table.flag("count_first_day", default=False),
        channels=table.texts("channels", ()),
        receiver=table.text("receiver"),
        hint=table.text("hint", ""),
        open_objection=table.choice("open_objection", HELD_UP, "candidate"),
        phone=table.text("phone", ""),
        email=table.text("email", ""),
        address=table.text("address", ""),
    )
    table.finish()
    return notice


def read_notices(table: Table) -> dict[str, LocalNotice]:
    """Read the notices of those below the organiser, by key."""
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
            phone=entry.text("phone", ""),
            email=entry.text("email", ""),
            address=entry.text("address", ""),
        )
        if notice.key in notices or len(notice.key) > MAX_NOTICE_KEY:
            entry.complain("key", f"公示“{notice.key}”重复，或超过 {MAX_NOTICE_KEY} 个字")
        notices[notice.key] = notice
        entry.finish()
    return notices
