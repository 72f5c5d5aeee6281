"""The editor of a decision table: its rows changed, checked, tried, kept as a draft and published."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from service.errors import Invalid
from service.feel.dmn.sheet import Column, Row, Sheet, read_sheet
from service.programmes import wiring
from service.programmes.diagram import decision_drafts, diagrams, in_force, table_changes, table_trial
from service.programmes.diagram.decision_drafts import Opened
from service.programmes.pack.packs import Pack
from service.web.frame import labels
from service.workflow.context import Context
from service.workflow.definition.table_check import TYPES, check_table

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("decision_editor_pages", __name__, url_prefix="/modeler/<key>/decisions/<file>/<decision>")

#: characters of a cell that needs no width
SHORT = 12
#: hit policy -> what it means for who adds a row
POLICIES = {
    "UNIQUE": lazy_gettext("UNIQUE：每份申报只能有一行适用，各行不能重叠"),
    "ANY": lazy_gettext("ANY：几行可以同时适用，结论须相同"),
    "FIRST": lazy_gettext("FIRST：从上往下，第一行适用的算数，行的顺序有意义"),
    "PRIORITY": lazy_gettext("PRIORITY：几行适用时取优先的结论"),
    "COLLECT": lazy_gettext("COLLECT：适用的各行都算"),
    "RULE ORDER": lazy_gettext("RULE ORDER：适用的各行都算，按行的顺序"),
    "OUTPUT ORDER": lazy_gettext("OUTPUT ORDER：适用的各行都算，按结论的优先顺序"),
}


@pages.get("")
def show(key: str, file: str, decision: str) -> str:
    """Open a table: one's draft of its file, else what is in force."""
    pack, opened, sheet = _open(key, file, decision)
    files = {**in_force.files(g.ctx, pack), file: opened.xml}
    return render_template(
        "modeler/decision_editor.html",
        pack=pack,
        file=file,
        opened=opened,
        sheet=sheet,
        facts=table_trial.list_facts(pack, files, file, sheet),
        policy=POLICIES.get(sheet.policy, sheet.policy),
        types=TYPES,
        choices=[_choices(column) for column in sheet.columns],
        short=[_is_short(sheet, number) for number in range(len(sheet.columns))],
        stale=opened.draft is not None and _is_stale(pack, file, opened),
    )


@pages.post("/check")
def check(key: str, file: str, decision: str) -> ResponseReturnValue:
    """Say what is wrong with the rows, cell by cell, and what differs from the table in force."""
    pack, opened, sheet = _open(key, file, decision)
    xml = decision_drafts.with_rows(opened, decision, _posted_rows(sheet), tag=_posted_tag())
    problems = decision_drafts.check(g.ctx, pack, file, xml, decision)
    return jsonify(
        problems=[asdict(problem) for problem in problems],
        changes=_changes(pack, file, read_sheet(xml, decision)),
    )


@pages.post("/trial")
def try_out(key: str, file: str, decision: str) -> ResponseReturnValue:
    """Answer what the rows say of made-up facts, and which of them do."""
    pack, opened, sheet = _open(key, file, decision)
    xml = decision_drafts.with_rows(opened, decision, _posted_rows(sheet), tag=_posted_tag())
    files = {**in_force.files(g.ctx, pack), file: xml}
    problems = check_table(files, file, decision)
    if any(problem.severity == "error" and problem.column is not None for problem in problems):
        message = _("表里有错误，改正以后才能试算。")
        return jsonify(message=message, problems=[asdict(problem) for problem in problems]), 422
    given = _body().get("facts")
    facts = given if isinstance(given, dict) else {}
    return jsonify(asdict(table_trial.try_out(g.ctx, pack, files, sheet, facts)))


@pages.post("/draft")
def save(key: str, file: str, decision: str) -> ResponseReturnValue:
    """Keep the rows as one's draft."""
    pack, opened, sheet = _open(key, file, decision, lock=True)
    xml = decision_drafts.with_rows(opened, decision, _posted_rows(sheet), tag=_posted_tag())
    draft = decision_drafts.save_draft(g.ctx, pack, file, xml)
    return jsonify(tag=decision_drafts.tag_of(xml), saved_at=draft.saved_at.isoformat())


@pages.post("/publish")
def publish(key: str, file: str, decision: str) -> ResponseReturnValue:
    """Publish the rows with the diagram and forms in force, or say everything that stands in the way."""
    pack, opened, sheet = _open(key, file, decision, lock=True)
    xml = decision_drafts.with_rows(opened, decision, _posted_rows(sheet), tag=_posted_tag())
    problems = [
        one for one in decision_drafts.check(g.ctx, pack, file, xml, decision) if one.severity == "error"
    ]
    if problems:
        message = _("表里有 %(num)s 处错误，不能发布。", num=len(problems))
        return jsonify(message=message, problems=[asdict(problem) for problem in problems]), 422
    note = str(_body().get("note") or "")
    begun_from = opened.begun_from
    deployment = decision_drafts.publish(g.ctx, pack, file, xml, begun_from=begun_from, note=note)
    flash(_("已发布第 %(num)s 版：新发起的申报按新表判定，在办的不变。", num=deployment.version), "success")
    return jsonify(version=deployment.version, url=url_for("decision_pages.show", key=key) + f"#{decision}")


@pages.post("/discard")
def discard(key: str, file: str, decision: str) -> ResponseReturnValue:
    """Throw one's draft of the file away."""
    _open(key, file, decision)
    decision_drafts.discard_draft(g.ctx, key, file)
    flash(_("草稿已丢弃，已发布的版本没有变化。"), "success")
    return redirect(url_for("decision_pages.show", key=key))


def _open(key: str, file: str, decision: str, *, lock: bool = False) -> tuple[Pack, Opened, Sheet]:
    """Return a programme's pack, a file of it and its table, for whoever may draw."""
    ctx: Context = g.ctx
    pack = wiring.get_pack(ctx, key)
    diagrams.require_may_draw(ctx, pack)
    opened = decision_drafts.open_file(ctx, pack, file, lock=lock)
    return pack, opened, opened.sheet(decision)


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _posted_tag() -> str:
    return str(_body().get("tag") or "")


def _posted_rows(sheet: Sheet) -> list[Row]:
    """Read the rows a script sent: ``{"source": 3, "cells": ["…"]}``, ``source`` null for a new one."""
    rows = _body().get("rows")
    if not isinstance(rows, list):
        raise Invalid(_("没有收到决策表。"))
    return [_row(row, len(sheet.columns)) for row in rows]


def _row(row: object, columns: int) -> Row:
    source = row.get("source") if isinstance(row, dict) else None
    cells = row.get("cells") if isinstance(row, dict) else None
    fitting = isinstance(cells, list) and len(cells) == columns and all(isinstance(c, str) for c in cells)
    if not fitting or not (source is None or type(source) is int):
        raise Invalid(_("没有收到决策表。"))
    return Row(source, tuple(cell.replace("\r\n", "\n").strip() for cell in cells or ()))


def _changes(pack: Pack, file: str, sheet: Sheet) -> list[str]:
    """Say in sentences what differs from the table in force."""
    before = in_force.files(g.ctx, pack).get(file, b"")
    try:
        known = read_sheet(before, sheet.decision)
    except LookupError:
        return []
    return [_say(change) for change in table_changes.compare(known, sheet)]


def _say(change: table_changes.Change) -> str:
    if change.kind == "removed":
        told = _("删除原第 %(row)s 行：%(cells)s", row=change.row, cells=change.before)
    elif change.kind == "added":
        told = _("新增第 %(row)s 行：%(cells)s", row=change.row, cells=change.after)
    elif change.kind == "moved":
        told = _("原第 %(old)s 行移到第 %(row)s 行", old=change.before, row=change.row)
    else:
        was, now = change.before or _("（空）"), change.after or _("（空）")
        told = _(
            "第 %(row)s 行“%(label)s”：%(was)s → %(now)s",
            row=change.row,
            label=change.label,
            was=was,
            now=now,
        )
    return str(told)


def _is_stale(pack: Pack, file: str, opened: Opened) -> bool:
    return decision_drafts.tag_of(in_force.files(g.ctx, pack)[file]) != opened.begun_from


def _is_short(sheet: Sheet, number: int) -> bool:
    """Whether a column of answers holds little, and needs no width."""
    lengths = [len(row.cells[number]) for row in sheet.rows]
    return sheet.columns[number].kind == "output" and max(lengths, default=99) < SHORT


def _choices(column: Column) -> list[tuple[str, str]]:
    """Return what may be chosen in a cell, with its Chinese where it is one of our words."""
    words = {'"PASS"': _("符合"), '"WARN"': _("符合，但提醒"), "true": _("是"), "false": _("否")}
    words |= {f'"{key}"': str(word) for key, (word, _colour) in labels.ELIGIBILITY.items()}
    if not column.values:
        return []
    empty = [("-", _("任意"))] if column.kind == "input" else [("", "")]
    return [*empty, *((value, words.get(value, "")) for value in column.values)]
