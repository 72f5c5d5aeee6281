"""A roster of annex 3 turned into nominations: each row becomes a draft its workplace completes."""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.documents.records import CellProblem, Column, ImportedRow
from service.documents.roster_import import read_roster
from service.errors import Invalid, ServiceError
from service.models import Draft, Nomination, Round, Unit, UserTask
from service.models.crypto import keyring
from service.programmes import wiring
from service.programmes.form import schemas
from service.programmes.nomination import claims, nominations, record, starting
from service.programmes.nomination.starting import Proposal
from service.programmes.pack.columns import columns_of, components_of
from service.programmes.pack.packs import Pack
from service.programmes.pack.paper import ROSTER, Paper
from service.programmes.rule import identity_number
from service.workflow.context import Context

_NO_UNIT = frozenset({"name", "id_number", "phone", "remark"})  # cells that begin with no unit
MOST = 500  #: people in one import: each is a process of its own
_DAMAGED = "预览已失效，请重新选择文件。"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One person to be nominated, and where."""

    sheet: str
    number: int  #: as Excel counts
    category: str  #: key
    unit_id: int
    unit_name: str
    answers: dict[str, str]  #: of the record's form, and the roster's 备注


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A roster read and checked: what would be nominated, and every cell in the way."""

    rows: Sequence[Row]  #: without problems
    problems: Sequence[CellProblem]


def preview(
    ctx: Context,
    entry: Round,
    data: bytes,
    units: Sequence[Unit],
    fallback: Unit | None,
    category: str = "",
) -> Preview:
    """Read a roster and check each row by the form's own rules; nothing is written.

    A row belongs to the unit whose name one of its cells begins with (工作单位及职务, say), else to
    ``fallback``; ``category`` is the key of whose category neither sheet nor 备注 tells.
    """
    pack = wiring.pack_of(ctx, entry)
    names = {category.name: key for key, category in pack.programme.categories.items()}
    columns = columns_of(find_roster(pack), pack.forms[pack.programme.record_form])
    otherwise = pack.programme.categories.get(category)
    found = read_roster(data, columns, list(names), otherwise=otherwise.name if otherwise else "")
    if len(found.rows) > MOST:
        raise Invalid(f"文件里有 {len(found.rows)} 人，一次最多导入 {MOST} 人，请分成几个文件。")
    problems = list(found.problems)
    complained = {(problem.sheet, problem.row, problem.column) for problem in problems}
    bad = {(problem.sheet, problem.row) for problem in problems}
    taken = _already_nominated(ctx, entry, [row.answers.get("id_number", "") for row in found.rows])
    form = _narrow(pack, columns)
    rows = []
    for row in found.rows:
        unit = _find_unit(row, units) or fallback
        category = names.get(row.category) or next(iter(names.values()))
        wrong = _check(pack, form, row, columns, category, unit, taken)
        problems += [p for p in wrong if (p.sheet, p.row, p.column) not in complained]
        if not wrong and (row.sheet, row.row) not in bad and unit is not None:
            rows.append(
                Row(
                    sheet=row.sheet,
                    number=row.row,
                    category=names[row.category],
                    unit_id=unit.id,
                    unit_name=unit.name,
                    answers=_answers(pack, row.answers, names[row.category])
                    | {"remark": row.answers.get("remark", "")},
                )
            )
    order = {sheet: index for index, sheet in enumerate(dict.fromkeys(row.sheet for row in found.rows))}
    places = {column.heading: index for index, column in enumerate(columns)}
    problems.sort(key=lambda p: (order.get(p.sheet, -1), p.row, places.get(p.column, -1)))
    return Preview(rows=rows, problems=problems)


def seal(ctx: Context, entry: Round, rows: Sequence[Row]) -> str:
    """Return rows encrypted, to travel through the page from preview to import: only this actor's."""
    content = {"user": ctx.actor.user_id, "round": entry.id, "rows": [asdict(row) for row in rows]}
    packed = zlib.compress(json.dumps(content, ensure_ascii=False).encode(), 9)
    return urlsafe_b64encode(keyring().encrypt(packed)).decode()


def unseal(ctx: Context, entry: Round, sealed: str) -> list[Row]:
    """Return rows that ``seal`` encrypted for the same actor and round."""
    try:
        content = json.loads(zlib.decompress(keyring().decrypt(urlsafe_b64decode(sealed.encode()))))
    except (InvalidTag, ValueError, zlib.error) as wrong:
        raise Invalid(_DAMAGED, fields={"file": _DAMAGED}) from wrong
    if (content["user"], content["round"]) != (ctx.actor.user_id, entry.id):
        raise Invalid(_DAMAGED, fields={"file": _DAMAGED})
    return [Row(**row) for row in content["rows"]]


def nominate(ctx: Context, entry: Round, rows: Sequence[Row]) -> int:
    """Begin a nomination for each row, its form filled in as far as the roster goes; all or none."""
    units = {
        unit.id: unit
        for unit in ctx.session.scalars(select(Unit).where(Unit.id.in_({row.unit_id for row in rows})))
    }
    proposals = [
        Proposal(unit=units[row.unit_id], category=row.category, name=row.answers.get("name", ""))
        for row in rows
    ]
    begun = starting.start_together(ctx, entry, proposals, source="unit")
    of_nomination = dict(zip(begun, rows, strict=True))
    numbers = {one: number for one, row in of_nomination.items() if (number := row.answers.get("id_number"))}
    claims.claim_together(ctx, numbers)
    for nomination, row in of_nomination.items():
        nomination.id_number = numbers.get(nomination)
        nomination.phone = row.answers.get("phone") or None
        nomination.remark = row.answers.get("remark", "")
    _keep_drafts(ctx, of_nomination)
    return len(rows)


def find_roster(pack: Pack) -> Paper:
    """Return the programme's roster; refused where it has none."""
    found = pack.programme.papers_of(ROSTER)
    if not found:
        raise Invalid("这项活动没有汇总表，不能导入。")
    return found[0]


def _keep_drafts(ctx: Context, rows: Mapping[Nomination, Row]) -> None:
    by_instance = {nomination.instance_id: row for nomination, row in rows.items()}
    elements = {element for nomination in rows for element in record.elements_of(ctx, nomination)}
    query = select(UserTask.id, UserTask.instance_id).where(
        UserTask.instance_id.in_(by_instance), UserTask.element_id.in_(elements)
    )
    for task_id, instance_id in ctx.session.execute(query.order_by(UserTask.id)):
        answers = {k: v for k, v in by_instance[instance_id].answers.items() if k != "remark"}
        ctx.session.add(
            Draft(user_task_id=task_id, user_id=ctx.actor.user_id, answers=answers, saved_at=ctx.now)
        )


def _find_unit(row: ImportedRow, units: Sequence[Unit]) -> Unit | None:
    cells = [text for key, text in row.answers.items() if key not in _NO_UNIT]
    fitting = [unit for unit in units if any(text.startswith(unit.name) for text in cells)]
    return max(fitting, key=lambda unit: len(unit.name), default=None)


def _narrow(pack: Pack, columns: Sequence[Column]) -> dict[str, Any]:
    """Return the record's form with the fields alone that the roster has, as strict as it is."""
    form = pack.forms[pack.programme.record_form]
    keys = {column.key for column in columns}
    return {**form, "components": [c for key, c in components_of(form).items() if key in keys]}


def _check(
    pack: Pack,
    form: Mapping[str, Any],
    row: ImportedRow,
    columns: Sequence[Column],
    category: str,
    unit: Unit | None,
    taken: Mapping[str, Nomination],
) -> list[CellProblem]:
    headings = {column.key: column.heading for column in columns}
    problems = []
    if unit is None:
        heading = next((h for key, h in headings.items() if key.startswith("workplace")), "")
        problems.append(_problem(row, heading, "看不出所在单位，请以系统里的单位名称开头，或选择默认单位。"))
    asked = components_of(form)
    answers = {key: text for key, text in _answers(pack, row.answers, category).items() if key in asked}
    id_number = row.answers.get("id_number", "")
    try:
        schemas.validate(form, answers, {})
        if "id_number" in headings:
            identity_number.parse(id_number)
    except ServiceError as wrong:
        fields = wrong.fields or {"id_number": wrong.message}
        problems += [
            _problem(row, headings.get(key, ""), text + pack.programme.cite(f"form.{key}"))
            for key, text in fields.items()
        ]
    other = taken.get(claims.index_of(id_number)) if id_number else None
    if other is not None:
        problems.append(
            _problem(
                row, headings["id_number"],
                f"该同志已由{other.unit.name}（推荐单位：{other.recommender.name}）申报，不能重复申报。",
            )
        )  # fmt: skip
    return problems


def _problem(row: ImportedRow, column: str, message: str) -> CellProblem:
    return CellProblem(sheet=row.sheet, row=row.row, column=column, message=message)


def _answers(pack: Pack, cells: Mapping[str, str], category: str) -> dict[str, str]:
    """Return what a row says of the form's fields; sex and month of birth follow from the identity number."""
    fields = components_of(pack.forms[pack.programme.record_form])
    answers = {key: text for key, text in cells.items() if key in fields}
    if "category" in fields:
        answers["category"] = category
    try:
        person = identity_number.parse(cells.get("id_number", ""))
    except identity_number.WrongIdentityNumber:
        return answers
    told = {"sex": str(person.sex), "birth_month": f"{person.birth_date:%Y-%m}"}
    return {key: text for key, text in told.items() if key in fields} | answers


def _already_nominated(ctx: Context, entry: Round, numbers: Sequence[str]) -> dict[str, Nomination]:
    wanted = {claims.index_of(number) for number in numbers if number}
    query = select(Nomination).where(
        Nomination.round_id == entry.id,
        Nomination.id_number_index.in_(wanted),
        Nomination.status.in_(nominations.STANDING),
    )
    query = query.options(joinedload(Nomination.unit), joinedload(Nomination.recommender))
    return {str(found.id_number_index): found for found in ctx.session.scalars(query)}
