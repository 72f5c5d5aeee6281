"""The notice of how personal data is handled (告知书, 个人信息保护法 §§17, 23, 30), made from the pack.

Whoever fills in for the first time is shown it; his consents name its version. A wording once shown is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select

from service.errors import NotFound
from service.models import HandlingNotice, Round
from service.programmes import wiring
from service.programmes.form.fields import STATIC, Component, label, name_of
from service.programmes.form.visibility import walk_level
from service.programmes.pack.packs import Pack
from service.programmes.pack.programme import CONTACT, Programme
from service.programmes.privacy import consents
from service.workflow.context import Context
from service.workflow.instance import locks

TITLE = "个人信息处理告知书"
_CONTACT = {"phone": "联系电话", "email": "电子邮箱", "address": "通信地址"}
#: class of a field -> how the notice calls fields of it
_CLASSES = {
    "PUBLIC": "会公开的",
    "INTERNAL": "只供办理的",
    "SENSITIVE": "敏感个人信息",
}
#: wordings of each database that are known to be kept there, so that pages need not look again
_KNOWN: WeakKeyDictionary[Engine, set[tuple[int, str]]] = WeakKeyDictionary()

Sections = Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What people are told, in sections of paragraphs, and what tells it from another wording."""

    sections: Sections
    version: str


def write(ctx: Context, entry: Round) -> Wording:
    """Return what those nominated in a round are told now."""
    pack = wiring.pack_of(ctx, entry)
    sections = tuple(
        (f"{number}、{heading}", tuple(said))
        for number, (heading, said) in zip("一二三四五六", _write_sections(pack, entry), strict=True)
    )
    return Wording(sections=sections, version=consents.version_of(_serialise(sections)))


def keep(ctx: Context, entry: Round) -> Wording:
    """Return what is told now, and keep it, so that it can be read under its version later."""
    wording = write(ctx, entry)
    known = _KNOWN.setdefault(ctx.session.get_bind().engine, set())
    if (entry.id, wording.version) in known:
        return wording
    if _find(ctx, entry, wording.version) is not None:
        known.add((entry.id, wording.version))
        return wording
    locks.wait_for(ctx.session, f"handling_notice:{entry.id}:{wording.version}")
    if _find(ctx, entry, wording.version) is None:  # of two who are shown it first, one keeps it
        text = _serialise(wording.sections)
        ctx.session.add(
            HandlingNotice(round_id=entry.id, version=wording.version, text=text, kept_at=ctx.now)
        )
        ctx.session.flush()
    return wording


def read(ctx: Context, entry: Round, version: str) -> Wording:
    """Return a wording that was shown before."""
    row = _find(ctx, entry, version)
    if row is None:
        now = write(ctx, entry)
        if now.version == version:
            return now
        raise NotFound("没有这一版告知书。")
    return Wording(sections=json.loads(row.text), version=row.version)


def _find(ctx: Context, entry: Round, version: str) -> HandlingNotice | None:
    query = select(HandlingNotice).where(
        HandlingNotice.round_id == entry.id, HandlingNotice.version == version
    )
    return ctx.session.scalars(query).first()


def _serialise(sections: Sections) -> str:
    return json.dumps(sections, ensure_ascii=False)


def _write_sections(pack: Pack, entry: Round) -> Iterator[tuple[str, Sequence[str]]]:
    programme = pack.programme
    yield "谁处理您的个人信息", list(_say_who(programme, entry))
    yield "为什么处理", _say_why(programme)
    yield "处理哪些信息", list(_say_what(pack))
    yield "公开和提供给谁", list(_say_whither(pack))
    yield "保存多久", _say_how_long(programme)
    yield "您有哪些权利、怎样行使", _say_rights(entry)


def _say_who(programme: Programme, entry: Round) -> Iterator[str]:
    organiser = entry.organiser
    office = "" if programme.department in ("", organiser.name) else f"（经办：{programme.department}）"
    yield f"{organiser.name}{office}主办“{programme.title}”，决定个人信息的处理目的和方式，对处理负责。"
    contact = programme.notice.contact
    reached = [
        f"{_CONTACT[key]}：{said}"
        for key in CONTACT
        if (said := contact[key] or str(organiser.contact.get(key) or ""))
    ]
    yield f"{'；'.join(reached)}。" if reached else "联系方式尚未公布，请向所在单位或推荐单位询问。"
    if any("recommender" in role.scopes for role in programme.roles.values()):
        yield "您的所在单位和推荐单位按各自的环节，处理审核、推荐所必需的部分。"


def _say_why(programme: Programme) -> Sequence[str]:
    if programme.nominates_people:
        aims = "申报、审核、推荐、评审、公示和公布，以及授予称号后的登记、证书核验和后续培育"
    else:
        aims = "申报、审核、推荐、评审、公示和公布，以及与联系人联系"
    cited = f"（{programme.document_number}）" if programme.document_number else ""
    return [
        f"用于“{programme.title}”{cited}的{aims}，不用于其他目的。",
        "处理以您的同意为基础；法律、行政法规另有规定的，从其规定。"
        "必填的项目是申报所必需，不提供的不能申报；标明自愿的同意不勾选，不影响申报。",
    ]


def _say_what(pack: Pack) -> Iterator[str]:
    by_class: dict[str, list[str]] = {key: [] for key in _CLASSES}
    for component in list_answered(pack):
        by_class[class_of(pack, component)].append(label(component))
    for key, labels in by_class.items():
        if labels:
            yield f"{_CLASSES[key]}：{'、'.join(labels)}。"
    if by_class["SENSITIVE"]:
        yield (
            "敏感个人信息用于核验身份和申报条件、防止重复申报和联系本人，非此不能办理；"
            "泄露可能危害人身、财产安全，因此加密保存、页面打码显示，查看完整内容和导出都留有记录。"
        )
    files = [slot.name for slot in pack.programme.slots.values()]
    if files:
        yield f"附件：{'、'.join(files)}。照片只用于办理，不作人脸识别。"


def _say_whither(pack: Pack) -> Iterator[str]:
    said = [label(component) for component in list_statements(pack)]
    if not said:
        yield "不公开，也不向其他单位提供。"
    else:
        yield "只在下列您单独同意的范围内公开、提供（填表时逐项勾选）："
        yield from said
        yield "身份证号、联系电话、出生日期、住址和照片不公开。信息保存在境内，不向境外提供。"


def _say_how_long(programme: Programme) -> Sequence[str]:
    return [
        f"没有获得称号的，自名单公布之日起保存 {programme.not_awarded_days} 天，到期由系统自动清除。",
        "获得称号的，称号名册及其依据长期保存，用于证书核验和后续工作；操作记录按网络安全法的要求保存。",
    ]


def _say_rights(entry: Round) -> Sequence[str]:
    return [
        "您可以查阅、复制、更正、补充、删除您的个人信息，撤回同意，要求解释处理规则，"
        "也可以查看谁看过、谁导出过您的信息。",
        "登录后在申报的“个人信息”页办理；没有账号的，由所在单位代为办理，"
        f"或者按上面的联系方式向{entry.organiser.name}提出。",
        "撤回同意不影响撤回前已经进行的处理；撤回申报所必需的同意，视为不再参加。",
        "系统只核对申报条件，不自动作出决定；对核对结果有异议的，可以要求由人复核并说明。",
        "认为处理违法的，可以向履行个人信息保护职责的部门投诉、举报。",
    ]


def list_answered(pack: Pack) -> list[Component]:
    """Return the fields of the record's form that ask for data, without its statements."""
    return [
        component
        for component in walk_level(pack.forms.get(pack.programme.record_form, {}).get("components", []))
        if name_of(component) and component["type"] not in STATIC and component["type"] != "checkbox"
    ]


def list_statements(pack: Pack) -> list[Component]:
    """Return the statements of the record's form to which somebody consents."""
    return [
        component
        for component in walk_level(pack.forms.get(pack.programme.record_form, {}).get("components", []))
        if (component.get("properties") or {}).get("consent")
    ]


def class_of(pack: Pack, component: Component) -> str:
    """Return the class of a field; the stricter of form and programme holds."""
    said = {
        (component.get("properties") or {}).get("class", ""),
        pack.programme.fields.get(name_of(component), ""),
    }
    return next((key for key in ("SENSITIVE", "INTERNAL", "PUBLIC") if key in said), "INTERNAL")
