"""Decision tables as they are edited in the browser: drafts of their files, checking and publishing one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select

from service.errors import Conflict, Invalid, NotFound
from service.feel.dmn.sheet import Row, Sheet, list_tables, read_sheet, write_rows
from service.models import DecisionDraft, Deployment
from service.programmes.diagram import diagrams, in_force
from service.programmes.pack.packs import Pack
from service.programmes.round.round_events import RESERVE_PROMOTED
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.definition.decision_tables import WrongTables, read_tables, require_dmn
from service.workflow.definition.deployments import DiagramRefused
from service.workflow.definition.table_check import TableProblem, check_table

MAX_BYTES = 2_000_000
MAX_ROWS = 500
MAX_CELL = 5_000


class StaleTable(Conflict):
    """The table is not any more what it was when it was opened."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A file as its editor finds it: his draft, else what is in force."""

    xml: bytes
    draft: DecisionDraft | None
    version: int | None  #: the version in force; None before anything is published

    @property
    def begun_from(self) -> str:
        """The tag of the file in force when editing began."""
        return self.draft.begun_from if self.draft is not None else self.tag

    @property
    def tag(self) -> str:
        """What names this state of the file."""
        return tag_of(self.xml)

    def sheet(self, decision: str) -> Sheet:
        """Return the table of a decision; NotFound where it has none."""
        try:
            return read_sheet(self.xml, decision)
        except LookupError as missing:
            raise NotFound("这个文件里没有这张决策表。") from missing


def tag_of(xml: bytes) -> str:
    """Return what names a state of a file."""
    return hashlib.sha256(xml).hexdigest()


def open_file(ctx: Context, pack: Pack, file: str, *, lock: bool = False) -> Opened:
    """Return the actor's draft of a file, or the file in force; ``lock`` where it is to be changed."""
    newest = deployments.find_newest(ctx, pack.key)
    version = newest.version if newest else None
    draft = find_draft(ctx, pack.key, file, lock=lock)
    if draft is not None:
        return Opened(xml=draft.xml, draft=draft, version=version)
    return Opened(xml=file_in_force(ctx, pack, file), draft=None, version=version)


def find_draft(ctx: Context, key: str, file: str, *, lock: bool = False) -> DecisionDraft | None:
    """Return the actor's draft of a file."""
    query = select(DecisionDraft).where(*_mine(ctx, key), DecisionDraft.file == file)
    return ctx.session.scalar(query.with_for_update() if lock else query)


def list_drafts(ctx: Context, key: str) -> dict[str, DecisionDraft]:
    """Return the actor's drafts of a programme, by file."""
    drafts = ctx.session.scalars(select(DecisionDraft).where(*_mine(ctx, key)))
    return {draft.file: draft for draft in drafts}


def with_rows(opened: Opened, decision: str, rows: Sequence[Row], *, tag: str) -> bytes:
    """Return an opened file with other rows in one table; refused where it changed since ``tag``."""
    if tag != opened.tag:
        raise StaleTable("这张表在别处已经改过（例如另一个窗口），请重新打开后再改，以免互相覆盖。")
    if len(rows) > MAX_ROWS or any(len(cell) > MAX_CELL for row in rows for cell in row.cells):
        raise Invalid(f"一张表最多 {MAX_ROWS} 行，每格最多 {MAX_CELL} 个字。")
    opened.sheet(decision)
    try:
        return write_rows(opened.xml, decision, rows)
    except ValueError as wrong:
        raise Invalid("提交的内容与打开的表对不上，或含有不能写入文件的字符，请重新打开后再改。") from wrong


def save_draft(ctx: Context, pack: Pack, file: str, xml: bytes) -> DecisionDraft:
    """Keep what the actor has edited so far, whether or not it could be published."""
    _require_dmn(file, xml)
    replaced = file_in_force(ctx, pack, file)
    draft = find_draft(ctx, pack.key, file)
    if draft is None:
        draft = DecisionDraft(key=pack.key, file=file, user_id=ctx.actor.user_id, begun_from=tag_of(replaced))
        ctx.session.add(draft)
    draft.xml, draft.saved_at = xml, ctx.now
    return draft


def discard_draft(ctx: Context, key: str, file: str) -> None:
    """Throw the actor's draft of a file away."""
    ctx.session.execute(delete(DecisionDraft).where(*_mine(ctx, key), DecisionDraft.file == file))


def check(ctx: Context, pack: Pack, file: str, xml: bytes, decision: str) -> list[TableProblem]:
    """Return the problems of one table: its own, else what keeps its file from being published."""
    found = check_table({**in_force.files(ctx, pack), file: xml}, file, decision)
    if any(problem.severity == "error" for problem in found):
        return found
    return [*(TableProblem(message=message) for message in find_obstacles(ctx, pack, file, xml)), *found]


def check_file(ctx: Context, pack: Pack, file: str, xml: bytes) -> list[tuple[str, TableProblem]]:
    """Return the problems of every table of a file, each with its decision's id; empty for the file's own."""
    file_in_force(ctx, pack, file)
    try:
        _require_dmn(file, xml)
    except WrongTables as wrong:
        return [("", TableProblem(message=message)) for message in wrong.problems]
    files = {**in_force.files(ctx, pack), file: xml}
    # what stands nowhere in this table may be a cell of another, which tells it itself
    found = [
        (decision, problem)
        for decision in list_tables(xml)
        for problem in check_table(files, file, decision)
        if problem.rows or problem.severity == "warning"
    ]
    if not any(problem.severity == "error" for _decision, problem in found):
        found += [("", TableProblem(message=one)) for one in find_obstacles(ctx, pack, file, xml)]
    return found


def find_obstacles(ctx: Context, pack: Pack, file: str, xml: bytes) -> list[str]:
    """Return why a file cannot be published with the diagram in force; nothing where it can."""
    files = {**in_force.files(ctx, pack), file: xml}
    diagram, forms = in_force.diagram_and_forms(ctx, pack)
    try:
        deployments.check(diagram, forms, files, outside=(RESERVE_PROMOTED,))
    except DiagramRefused as refused:
        return [problem.message for problem in refused.problems]
    tables = read_tables(files)
    return [
        f"活动的规则要用的决策 {rule.decision} 不在任何一张决策表里。"
        for rule in pack.programme.rules
        if rule.decision not in tables
    ]


def publish(ctx: Context, pack: Pack, file: str, xml: bytes, *, begun_from: str, note: str) -> Deployment:
    """Publish a file with the diagram, the forms and the other files in force as the next version.

    ``begun_from`` names the file it was edited from: refused where another one is in force by now. Running
    instances keep the version they began with. The file stays in force when the diagram is published anew.
    """
    diagrams.require_may_draw(ctx, pack)
    _require_dmn(file, xml)
    require_begun_from(ctx, pack, file, begun_from)
    obstacles = find_obstacles(ctx, pack, file, xml)
    if obstacles:
        raise WrongTables(obstacles)
    diagram, forms = in_force.diagram_and_forms(ctx, pack)
    edited = in_force.edited_files(ctx, pack)
    own = pack.decisions.get(file, b"")
    edited[file] = "" if xml == own else tag_of(own)
    files = {**in_force.files(ctx, pack), file: xml}
    deployment = deployments.publish(
        ctx, pack.key, diagram, forms, files, note=note.strip()[:500], edited=edited
    )
    discard_draft(ctx, pack.key, file)
    return deployment


def require_begun_from(ctx: Context, pack: Pack, file: str, begun_from: str) -> None:
    """Refuse where somebody published another state of the file since it was opened."""
    if tag_of(file_in_force(ctx, pack, file)) != begun_from:
        newest = diagrams.list_versions(ctx, pack.key)[0]
        raise StaleTable(
            f"{newest.by}已发布第 {newest.number} 版，其中这个文件与您开始修改时不同。"
            "请先下载您的草稿或记下改动，丢弃草稿后在新版上重新修改。"
        )


def _require_dmn(file: str, xml: bytes) -> None:
    """Refuse what is no DMN file, however unfinished it may be otherwise."""
    if not xml.strip():
        raise Invalid("没有收到决策表。")
    if len(xml) > MAX_BYTES:
        raise Invalid(f"决策表文件超过 {MAX_BYTES // 1_000_000} MB，不能接收。")
    require_dmn(file, xml)


def file_in_force(ctx: Context, pack: Pack, file: str) -> bytes:
    """Return a file the next nomination is judged by; NotFound where there is none of that name."""
    files = in_force.files(ctx, pack)
    if file not in files:
        raise NotFound("没有这个决策文件。")
    return files[file]


def _mine(ctx: Context, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return DecisionDraft.key == key, DecisionDraft.user_id == ctx.actor.user_id
