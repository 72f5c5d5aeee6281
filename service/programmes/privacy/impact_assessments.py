"""The assessment of a programme's impact on personal data (个人信息保护影响评估, 个人信息保护法 §§55, 56).

What is assessed is written from the pack and its diagram; what is concluded, when and by whom the organiser
says. A conclusion keeps what it was drawn from and is never changed or removed: at least three years.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.documents.subject_copy import make_copy
from service.engine.records import Element
from service.errors import Forbidden, Invalid, NotFound
from service.models import ImpactAssessment, Unit
from service.programmes import wiring
from service.programmes.form.fields import label
from service.programmes.nomination import nominations
from service.programmes.pack.packs import Pack
from service.programmes.pack.programme import Programme
from service.programmes.privacy import consents
from service.programmes.privacy.handling_notices import class_of, list_answered, list_statements
from service.workflow import history
from service.workflow.context import Context
from service.workflow.definition import deployments

TITLE = "个人信息保护影响评估报告"
LEAST_YEARS = 3
LEAST, MOST, MOST_NAME = 10, 4000, 80
_WORD = re.compile(r"[a-z_]+")
_CLASSES = {
    "PUBLIC": "可以公开；依据：本人对公示和公布的单独同意（第二十五条）",
    "INTERNAL": "只供办理；依据：本人同意（第十三条）",
    "SENSITIVE": "敏感个人信息；依据：本人的单独同意（第二十九条），用于核验身份、查重和联系",
}
_RISKS = (
    ("超出必要收集", "表单只有附件所列的项目；每个项目有分级，改表单要经检查和发布。"),
    ("号码泄露或被滥用", "身份证号、电话加密保存、打码显示；看完整号码、导出都说明用途、留记录。"),
    ("公开过度", "公示、公布只列姓名、性别、单位及职务、类别、推荐单位；号码自动打码，撤回同意的不列。"),
    ("越权查看", "按单位和环节授权；步骤以外的人看不到；评审人看不到号码；撤回提供同意后对外不再展示。"),
    ("涉密、涉敏内容混入", "本系统非涉密；附件逐件声明、另一人审查，查到或者读不全的，审查通过前不外给。"),
    ("自动决定不公", "系统只核对条件，不自动决定；不符合的由人裁定，本人可以要求说明和复核（第二十四条）。"),
    ("超期保存", "未获称号的到期自动清除；备份按承诺的期限删除。"),
)  # fmt: skip

Sections = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """What is to be assessed, in sections of items and contents, and what tells it from another state."""

    programme: Programme
    sections: Sections
    version: str


def list_programmes(ctx: Context) -> Sequence[Programme]:
    """Return the programmes of which the actor may see the assessment."""
    return [pack.programme for pack in wiring.all_packs(ctx).values() if _may(ctx, pack.programme)]


def describe(ctx: Context, key: str) -> Assessed:
    """Return what a programme does with personal data, as its pack and its newest diagram say now."""
    pack = _get(ctx, key)
    sections = {
        "一、基本情况": list(_say_basics(ctx, pack.programme)),
        "二、处理的信息、分级和依据": list(_say_fields(pack)),
        "三、谁在哪一步看到": list(_say_steps(ctx, pack)),
        "四、去向": list(_say_whither(pack)),
        "五、保存期限": list(_say_how_long(pack.programme)),
        "六、风险和措施": list(_RISKS),
    }
    return Assessed(
        programme=pack.programme, sections=sections, version=consents.version_of(_serialise(sections))
    )


def list_of(ctx: Context, key: str) -> Sequence[ImpactAssessment]:
    """Return what was concluded on a programme, newest first."""
    _get(ctx, key)
    query = select(ImpactAssessment).where(ImpactAssessment.programme == key)
    query = query.options(joinedload(ImpactAssessment.written_by))
    return list(ctx.session.scalars(query.order_by(ImpactAssessment.id.desc())))


def conclude(
    ctx: Context, key: str, version: str, *, conclusion: str, assessed_on: str, signed_by: str
) -> ImpactAssessment:
    """Keep a conclusion on what was shown, with the day and who signs; refused if that changed meanwhile."""
    assessed = describe(ctx, key)
    words, name = conclusion.strip(), signed_by.strip()
    today = ctx.now.astimezone(assessed.programme.zone).date()
    day, fields = _read_day(assessed_on), {}
    if not LEAST <= len(words) <= MOST:
        fields["conclusion"] = f"请写明评估结论，{LEAST} 至 {MOST} 个字"
    if day is None or day > today:
        fields["assessed_on"] = "请填写评估日期，不能是以后的日期"
    if not 0 < len(name) <= MOST_NAME:
        fields["signed_by"] = "请填写签署人"
    if version != assessed.version:
        fields["version"] = "活动的设置已有改动，请看过新的内容再下结论"
    if fields or day is None or ctx.actor.user_id is None:
        raise Invalid("评估结论填写不完整。", fields=fields)
    row = ImpactAssessment(
        programme=key,
        version=version,
        text=_serialise(assessed.sections),
        conclusion=words,
        assessed_on=day,
        signed_by=name,
        written_by_id=ctx.actor.user_id,
        written_at=ctx.now,
    )
    ctx.session.add(row)
    history.record_in(ctx, "privacy", "impact.assessed", round_id=None, programme=key, version=version)
    ctx.session.flush()
    return row


def print_report(ctx: Context, key: str, number: int | None = None) -> bytes:
    """Return the report as .docx: as it was concluded, or as things are now with the conclusion left open."""
    if number is None:
        assessed = describe(ctx, key)
        signed = [("结论", ""), ("评估日期", ""), ("签署", "")]
        return _make(assessed.sections, assessed.version, signed)
    row = next((row for row in list_of(ctx, key) if row.id == number), None)
    if row is None:
        raise NotFound("没有这份评估。")
    sections = {heading: [(item, said) for item, said in rows] for heading, rows in json.loads(row.text)}
    signed = [
        ("结论", row.conclusion),
        ("评估日期", row.assessed_on.isoformat()),
        ("签署", row.signed_by),
    ]
    return _make(sections, row.version, signed)


def keep_until(row: ImpactAssessment) -> date:
    """Return until when a conclusion is to be kept at least."""
    day = row.assessed_on
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + LEAST_YEARS, day=last)


def _get(ctx: Context, key: str) -> Pack:
    pack = wiring.get_pack(ctx, key)
    if not _may(ctx, pack.programme):
        raise Forbidden("只有系统管理员和主办单位可以查看和填写影响评估。")
    return pack


def _may(ctx: Context, programme: Programme) -> bool:
    return ctx.actor.is_admin or f"organiser@{programme.organiser}" in ctx.actor.groups


def _make(sections: Sections, version: str, signed: Sequence[tuple[str, str]]) -> bytes:
    return make_copy(TITLE, {**sections, f"七、结论（评估内容版本 {version}）": signed})


def _say_basics(ctx: Context, programme: Programme) -> Iterator[tuple[str, str]]:
    organiser = ctx.session.scalars(select(Unit).where(Unit.code == programme.organiser)).first()
    yield "活动", f"{programme.title}（{programme.document_number}）"
    yield "处理者", organiser.name if organiser else programme.organiser
    yield "经办", programme.department
    yield "为何要评估", "处理敏感个人信息、向其他单位提供并公开个人信息（第五十五条）。"


def _say_fields(pack: Pack) -> Iterator[tuple[str, str]]:
    for component in list_answered(pack):
        yield label(component), _CLASSES[class_of(pack, component)]
    for slot in pack.programme.slots.values():
        yield f"附件：{slot.name}", "只供办理；依据：本人同意（第十三条）"


def _say_steps(ctx: Context, pack: Pack) -> Iterator[tuple[str, str]]:
    newest = deployments.find_newest(ctx, pack.key)
    if newest is None:
        return
    processes = deployments.diagram_of(ctx, newest.id, newest.content_hash).processes
    for element in processes[nominations.PROCESS].reached.values():
        if element.type == "userTask":
            scores = "；号码不显示" if "score" in element.properties else "；号码打码，看完整号码留记录"
            yield element.called, f"{_name_people(pack.programme, element)}{scores}"


def _name_people(programme: Programme, element: Element) -> str:
    words = _WORD.findall(" ".join(element.candidate_groups))
    names = [programme.roles[word].name for word in dict.fromkeys(words) if word in programme.roles]
    return "、".join(names) or element.lane or "流程指定的人"


def _say_whither(pack: Pack) -> Iterator[tuple[str, str]]:
    for component in list_statements(pack):
        kind = component["properties"]["consent"]
        yield consents.NAMES.get(kind, kind), label(component)
    papers = "、".join(dict.fromkeys(paper.title for paper in pack.programme.papers.values()))
    yield "打印和导出", f"{papers}。导出须写明接收方和用途，记入历史，本人看得到。"
    yield "境外提供", "不提供；数据存放在境内。"


def _say_how_long(programme: Programme) -> Iterator[tuple[str, str]]:
    yield "没有获得称号的", f"自公布之日起 {programme.not_awarded_days} 天，到期自动清除。"
    yield "获得称号的", "称号名册及其依据长期保存，用于证书核验和后续工作。"
    yield "本评估和处理情况记录", f"至少保存 {LEAST_YEARS} 年（第五十六条）。"


def _serialise(sections: Sections) -> str:
    return json.dumps(list(sections.items()), ensure_ascii=False)


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
