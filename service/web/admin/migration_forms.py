"""What the pages of a migration ask and read: the plan as rows with their choices, and what was posted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from service.programmes.diagram import migrations
from service.web.frame.numbers import number
from service.workflow.migration.records import Choice, PlanRow, Proposal, Request

#: of a field that says what becomes of an element; the rest of its name is the element's id
PREFIX = "to-"
RECOMPUTE = "recompute"
#: local name in BPMN -> what officials call it
TYPES = {
    "userTask": lazy_gettext("用户任务"),
    "serviceTask": lazy_gettext("服务任务"),
    "businessRuleTask": lazy_gettext("业务规则任务"),
    "scriptTask": lazy_gettext("脚本任务"),
    "sendTask": lazy_gettext("发送任务"),
    "receiveTask": lazy_gettext("接收任务"),
    "task": lazy_gettext("任务"),
    "manualTask": lazy_gettext("手工任务"),
    "subProcess": lazy_gettext("子流程"),
    "callActivity": lazy_gettext("调用活动"),
    "transaction": lazy_gettext("事务"),
    "adHocSubProcess": lazy_gettext("自由子流程"),
    "startEvent": lazy_gettext("开始事件"),
    "endEvent": lazy_gettext("结束事件"),
    "intermediateCatchEvent": lazy_gettext("捕获事件"),
    "intermediateThrowEvent": lazy_gettext("抛出事件"),
    "boundaryEvent": lazy_gettext("边界事件"),
    "exclusiveGateway": lazy_gettext("排他网关"),
    "parallelGateway": lazy_gettext("并行网关"),
    "inclusiveGateway": lazy_gettext("包容网关"),
    "eventBasedGateway": lazy_gettext("事件网关"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """An element of the old version, what is chosen for it and what else may be."""

    row: PlanRow
    label: str
    choice: str  #: as ``migrations.write_choice`` writes it
    is_proposed: bool
    groups: list[tuple[str, list[tuple[str, str]]]]  #: heading, then value and label of each option


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a plan by how much somebody has to look at them."""

    waiting: list[Row]  #: something is open there
    redrawn: list[Row]  #: nothing is, and the new version has it under another id or not at all
    same: list[Row]

    @property
    def unsaid(self) -> int:
        """At how many elements instances wait for which nothing is chosen."""
        return sum(not row.choice for row in self.waiting)


def build_rows(proposal: Proposal, request: Request) -> Rows:
    """Return a plan as the page shows it."""
    rows = [_row(row, proposal.choices, request) for row in proposal.rows]
    idle = [row for row in rows if not row.row.open]
    return Rows(
        waiting=[row for row in rows if row.row.open],
        redrawn=[row for row in idle if not _is_same(row)],
        same=[row for row in idle if _is_same(row)],
    )


def read_request(form: Mapping[str, str]) -> Request:
    """Read what was chosen on the plan's page."""
    given = {name.removeprefix(PREFIX): value for name, value in form.items() if name.startswith(PREFIX)}
    return Request(
        source=read_number(form.get("source", "")),
        target=read_number(form.get("target", "")),
        plan=migrations.read_plan(given),
        recompute=form.get("deadlines") == RECOMPUTE,
        before=form.get("before") or None,
    )


def read_number(text: str) -> int:
    """Read a version's number; what is none names a version that is not there."""
    try:
        return number(text)
    except ValueError:
        return 0


def write_fields(request: Request) -> dict[str, str]:
    """Return the fields in which the next page sends a request on."""
    plan = {f"{PREFIX}{id_}": migrations.write_choice(one) for id_, one in request.plan.items()}
    deadlines = RECOMPUTE if request.recompute else "keep"
    return {
        "source": str(request.source),
        "target": str(request.target),
        "before": request.before or "",
        "deadlines": deadlines,
        **plan,
    }


def list_steps(rows: Iterable[PlanRow]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the named steps and events of the old version, by process: what an instance can have reached."""
    by_process: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row.name and not row.type.endswith("Gateway") and row.type != "boundaryEvent":
            by_process.setdefault(row.process, []).append((row.element_id, row.name))
    return list(by_process.items())


def label_of(item: PlanRow | Choice) -> str:
    """Return what an element is called; one without a name by its kind and id."""
    return item.name or f"{TYPES.get(item.type, item.type)} {item.element_id}"


def _is_same(row: Row) -> bool:
    return row.is_proposed and row.row.how == "id"


def _row(row: PlanRow, choices: Iterable[Choice], request: Request) -> Row:
    choice = migrations.write_choice(request.plan.get(row.element_id))
    is_proposed = choice == migrations.write_choice(row.instruction)
    groups = [] if is_proposed and row.how == "id" and not row.open else _groups(row, choices)
    return Row(row=row, label=label_of(row), choice=choice, is_proposed=is_proposed, groups=groups)


def _groups(row: PlanRow, choices: Iterable[Choice]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the options by process. Nothing moves to another process, unless the process is renamed."""
    everything = list(choices)
    around = [choice for choice in everything if choice.process == row.process] or everything
    groups: dict[str, list[tuple[str, str]]] = {}
    for choice in around:
        if choice.type == row.type:
            heading = _("%(process)s：就是这一步", process=choice.process)
            groups.setdefault(heading, []).append((f"map:{choice.element_id}", label_of(choice)))
    for choice in around:
        if choice.may_move:
            heading = _("%(process)s：改到（原来的关闭，从所选的一步重新办）", process=choice.process)
            text = _("改到 %(name)s", name=label_of(choice))
            groups.setdefault(heading, []).append((f"move:{choice.element_id}", text))
    return list(groups.items())
