"""The tree of units as an administrator keeps it. A code never changes: candidate groups name it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import func, select

from service.errors import Conflict, Invalid, NotFound
from service.models import Unit, User
from service.workflow import history
from service.workflow.context import Context

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
MAX_PATH = 500


def list_tree(ctx: Context) -> Sequence[Unit]:
    """Return every unit, each after the one above it."""
    return list(ctx.session.scalars(select(Unit).order_by(Unit.path)))


def list_active(ctx: Context) -> Sequence[Unit]:
    """Return the units in use, each after the one above it."""
    return list(ctx.session.scalars(select(Unit).where(Unit.active).order_by(Unit.path)))


def list_levels(ctx: Context) -> list[str]:
    """Return the levels in use."""
    return list(ctx.session.scalars(select(Unit.level).distinct().order_by(Unit.level)))


def count_people(ctx: Context) -> dict[int, int]:
    """Return how many active accounts each unit has."""
    query = select(User.unit_id, func.count()).where(User.active).group_by(User.unit_id)
    return {row[0]: row[1] for row in ctx.session.execute(query)}


def get(ctx: Context, unit_id: int) -> Unit:
    """Return a unit."""
    unit = ctx.session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("没有这个单位。")
    return unit


def add(ctx: Context, *, code: str, name: str, level: str, parent: Unit | None) -> Unit:
    """Add a unit below another."""
    fields = _check_words(name, level)
    if _CODE.fullmatch(code) is None:
        fields["code"] = "只能用小写字母、数字和横线，最多 40 个字符"
    elif ctx.session.scalar(select(Unit.id).where(Unit.code == code)):
        fields["code"] = "这个代码已有单位使用"
    if parent is None or not parent.active:
        fields["parent"] = "请选择一个在用的上级单位"
    if fields or parent is None:
        raise Invalid("单位没有建立，请改正后再提交。", fields=fields)
    path = f"{parent.path}{code}/"
    if len(path) > MAX_PATH:
        raise Invalid("单位层级太深，不能再往下建。", fields={"parent": "请选择更高一级的单位"})
    unit = Unit(code=code, name=name.strip(), level=level.strip(), parent_id=parent.id, path=path)
    ctx.session.add(unit)
    ctx.session.flush()
    history.record_in(ctx, "system", "unit.added", unit=code, unit_name=unit.name, parent=parent.code)
    return unit


def change(ctx: Context, unit: Unit, *, name: str, level: str) -> None:
    """Rename a unit or change its level; lists already published keep the old name."""
    fields = _check_words(name, level)
    if fields:
        raise Invalid("单位没有修改，请改正后再提交。", fields=fields)
    before = unit.name
    unit.name, unit.level = name.strip(), level.strip()
    history.record_in(ctx, "system", "unit.changed", unit=unit.code, before=before, after=unit.name)


def set_active(ctx: Context, unit: Unit, *, active: bool) -> None:
    """Take a unit out of use, or back into it. One with active units below cannot be taken out."""
    below = select(func.count(Unit.id)).where(Unit.parent_id == unit.id, Unit.active)
    if not active and ctx.session.scalar(below):
        raise Conflict(f"{unit.name}还有在用的下级单位，请先停用下级单位。")
    if active and unit.parent_id is not None and not ctx.session.get_one(Unit, unit.parent_id).active:
        raise Conflict("上级单位已停用，请先启用上级单位。")
    unit.active = active
    history.record_in(ctx, "system", "unit.enabled" if active else "unit.disabled", unit=unit.code)


def _check_words(name: str, level: str) -> dict[str, str]:
    fields = {}
    if not 0 < len(name.strip()) <= 200:
        fields["name"] = "必填，最多 200 个字"
    if not 0 < len(level.strip()) <= 20:
        fields["level"] = "必填，最多 20 个字，例如：区县、单位"
    return fields
