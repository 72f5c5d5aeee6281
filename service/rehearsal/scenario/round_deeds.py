"""What people do to the round and to the service, one function a word of the vocabulary."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree
from openpyxl import load_workbook
from sqlalchemy import select

from service.documents.records import CellProblem
from service.errors import Invalid
from service.models import Nomination, Stage
from service.programmes.account import accounts
from service.programmes.diagram import diagrams
from service.programmes.nomination import roster_import
from service.programmes.pack.columns import columns_of
from service.programmes.paper import rosters
from service.programmes.round import admissions, calendars, head_counts, round_events, rounds, starts
from service.rehearsal.scenario.library import Step
from service.rehearsal.scenario.scene import Scene, Unplayable
from service.web.frame import labels
from service.workflow.context import Context
from service.workflow.definition import deployments

ADMIN, ADMIN_OF_UNIT = "admin", "unit_admin"
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def extend(scene: Scene, step: Step) -> str:
    """Give one unit, and all below it, more time."""
    said = step.said
    with scene.acting(said.get("who") or scene.organiser()) as ctx:
        unit, until = scene.unit(ctx, said["extend"]), scene.moment(said["until"])
        rounds.extend(ctx, scene.entry(ctx), unit, find_stage(said["stage"]), until, said["reason"])
        return f"{ctx.actor.name}为{unit.name}延期到 {said['until']}"


def ask_to_recommend(scene: Scene, step: Step) -> str:
    """Let a unit ask to be a recommending one in this round (推荐单位认定)."""
    said = step.said
    with scene.acting(said.get("who") or f"{ADMIN_OF_UNIT}@{said['ask_to_recommend']}") as ctx:
        unit = scene.unit(ctx, said["ask_to_recommend"])
        admissions.ask(ctx, scene.entry(ctx), unit, said["reason"])
        return f"{ctx.actor.name}为{unit.name}申请作为推荐单位"


def move_deadline(scene: Scene, step: Step) -> str:
    """Move the day a stage closes for everybody."""
    said = step.said
    with scene.acting(said.get("who") or scene.organiser()) as ctx:
        to = scene.moment(said["to"])
        rounds.move_deadline(ctx, scene.entry(ctx), find_stage(said["move_deadline"]), to, said["reason"])
        return f"{ctx.actor.name}把“{said['move_deadline']}”的截止改到 {said['to']}"


def send_message(scene: Scene, step: Step) -> str:
    """Give somebody's nomination a message that only the organiser can (信号和消息)."""
    said = step.said
    number = scene.member(said["of"]).nomination_id
    with scene.acting(said.get("who") or scene.organiser()) as ctx:
        round_events.throw(
            ctx, scene.entry(ctx), "message", said["send_message"], correlation_key=str(number),
            reason=said["reason"],
        )  # fmt: skip
        return f"{ctx.actor.name}对{said['of']}发出消息“{said['send_message']}”"


def report(scene: Scene, step: Step) -> str:
    """Report how many young people units have."""
    told = []
    for code, number in step.said["report"].items():
        with scene.acting(step.said.get("who") or f"head@{code}") as ctx:
            unit = scene.unit(ctx, code)
            places = head_counts.report(ctx, scene.entry(ctx), unit, number)
            told.append(f"{unit.name} {number} 人，{places} 个名额")
    return f"报送青年人数：{'；'.join(told)}"


def open_round(scene: Scene, step: Step) -> str:
    """Open a round by hand; the story goes on in it."""
    said = step.said["open_round"]
    with scene.acting(step.said.get("who") or _administrator(scene)) as ctx:
        entry = rounds.open_by_hand(ctx, scene.pack, label=said.get("label"), year=said.get("year"))
        ctx.session.flush()
        scene.round_id = entry.id
        return f"{ctx.actor.name}开设届次“{entry.label}”"


def enter_calendar(scene: Scene, step: Step) -> str:
    """Enter a year's working days and declare it complete."""
    said = step.said
    with scene.acting(said.get("who") or _administrator(scene)) as ctx:
        for day in said["off"]:
            calendars.set_day(ctx, day, working=False, source=said["source"])
        for day in said["working"]:
            calendars.set_day(ctx, day, working=True, source=said["source"])
        calendars.declare_year(ctx, said["enter_calendar"], said["source"])
        return f"{ctx.actor.name}录入 {said['enter_calendar']} 年工作日历"


def redraw(scene: Scene, step: Step) -> str:
    """Publish the newest diagram with some of its elements called otherwise."""
    renamed: Mapping[str, str] = step.said["redraw"]
    with scene.acting(step.said.get("who") or scene.organiser()) as ctx:
        newest = deployments.get_newest(ctx, scene.pack.key)
        xml = _rename(newest.xml, renamed)
        published = diagrams.publish(ctx, scene.pack, xml, note="场景改画")
        return f"{ctx.actor.name}改画流程图，发布第 {published.version} 版：{_say_renamed(renamed)}"


def leaves(scene: Scene, step: Step) -> str:
    """Close the account of somebody who leaves."""
    with scene.acting(step.said.get("who") or _administrator(scene)) as ctx:
        user = scene.user(ctx, step.said["leaves"])
        accounts.set_active(ctx, user, active=False)
        return f"{user.name}离岗，账号停用"


def appoint(scene: Scene, step: Step) -> str:
    """Give somebody a role at a unit."""
    said = step.said
    with scene.acting(said.get("who") or _administrator(scene)) as ctx:
        user, unit = scene.user(ctx, said["appoint"]), scene.unit(ctx, said["unit"])
        accounts.grant(ctx, user, scene.role(said["role"]), unit)
        return f"{user.name}担任{unit.name}的“{said['role']}”"


def import_roster(scene: Scene, step: Step) -> str:
    """Import a roster of the annex's columns; one bad cell and nothing is imported."""
    said = step.said
    with scene.acting(said.get("who") or scene.organiser()) as ctx:
        entry = scene.entry(ctx)
        unit = scene.unit(ctx, said["unit"]) if "unit" in said else None
        category = scene.category(said["category"]) if "category" in said else ""
        data = _write_roster(scene, ctx, said["import_roster"], category)
        known = [unit] if unit else starts.list_units(ctx, entry)
        found = roster_import.preview(ctx, entry, data, known, unit, category)
        if found.problems:
            raise Invalid("；".join(_say_cell(problem) for problem in found.problems))
        before = set(ctx.session.scalars(select(Nomination.id)))
        number = roster_import.nominate(ctx, entry, found.rows)
        ctx.session.flush()
        _recognise(scene, ctx, before)
        return f"{ctx.actor.name}导入汇总表，共 {number} 人"


def find_stage(text: str) -> Stage:
    """Return a stage by its key or its word on the pages."""
    for stage in Stage:
        if text in (stage, str(labels.STAGE[stage][0])):
            return stage
    raise Unplayable(
        f"没有“{text}”这个阶段，有：{'、'.join(str(word) for word, _ in labels.STAGE.values())}。"
    )


def _administrator(scene: Scene) -> str:
    return f"{ADMIN}@{scene.pack.programme.organiser}"


def _rename(xml: bytes, renamed: Mapping[str, str]) -> bytes:
    tree = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    for old, new in renamed.items():
        found = [e for e in tree.iter(f"{_BPMN}userTask") if old in (e.get("id"), e.get("name"))]
        if not found:
            raise Unplayable(f"流程图里没有叫“{old}”的用户任务。")
        for element in found:
            element.set("name", new)
    redrawn: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
    return redrawn


def _say_renamed(renamed: Mapping[str, str]) -> str:
    return "，".join(f"“{old}”改为“{new}”" for old, new in renamed.items())


def _write_roster(scene: Scene, ctx: Context, rows: Sequence[Mapping[str, Any]], category: str) -> bytes:
    """Fill in the empty roster of the programme: cells by heading, the rest as the person would."""
    paper = rosters.find_roster(scene.pack)
    columns = columns_of(paper, scene.pack.forms[scene.pack.programme.record_form])
    book = load_workbook(io.BytesIO(rosters.print_roster_template(ctx, scene.entry(ctx))))
    names = [entry.name for key, entry in scene.pack.programme.categories.items() if key == category]
    sheet = book[names[0]] if names and names[0] in book.sheetnames else book.worksheets[0]
    rows_in_use = enumerate(sheet.iter_rows(values_only=True), 1)
    heading = next(place for place, row in rows_in_use if columns[0].heading in row)
    unknown = {key for row in rows for key in row} - {column.heading for column in columns}
    if unknown:
        raise Unplayable(f"汇总表没有这些栏目：{'、'.join(sorted(unknown))}。")
    for number, row in enumerate(rows, 1):
        cells = _cells_of(scene, row)
        for place, column in enumerate(columns, 1):
            text = str(number) if place == 1 else str(row.get(column.heading, cells.get(column.key, "")))
            sheet.cell(row=heading + number, column=place, value=text)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cells_of(scene: Scene, row: Mapping[str, Any]) -> dict[str, str]:
    """Return what the person of a row would write into a roster, by the column's field."""
    called = str(row.get("姓名", ""))
    member = scene.member(called)
    with scene.wiring.reading() as ctx:
        workplace = scene.unit(ctx, member.unit).name
    return {
        "name": member.person.name,
        "sex": member.person.sex,
        "birth_month": f"{member.person.birth_date:%Y-%m}",
        "political_status": "群众",
        "education": "大学本科",
        "workplace_and_post": f"{workplace}{member.person.post}",
        "workplace": workplace,
        "post": member.person.post,
        "phone": member.person.phone,
        "id_number": member.person.id_number,
    }


def _recognise(scene: Scene, ctx: Context, before: set[int]) -> None:
    by_name = {member.person.name: member for member in scene.cast.values()}
    for nomination in ctx.session.scalars(select(Nomination).order_by(Nomination.id)):
        if nomination.id not in before and nomination.name in by_name:
            by_name[nomination.name].nomination_id = nomination.id


def _say_cell(problem: CellProblem) -> str:
    return f"{problem.sheet}第{problem.row}行“{problem.column}”：{problem.message}"
