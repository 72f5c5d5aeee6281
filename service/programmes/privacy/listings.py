"""What is called that may be looked at and taken: a programme's papers, files and fields."""

from __future__ import annotations

from service.programmes.form.fields import label, name_of
from service.programmes.pack.packs import Pack
from service.programmes.pack.paper import CERTIFICATE, DISQUALIFICATION

REGISTER, LEDGER = "register", "ledger"
#: what is taken besides the programme's own papers and the files handed in
TAKEN = {
    "copy": "个人信息副本",
    "batch": "全套材料",
    REGISTER: "称号名册",
    LEDGER: "培育台账",
    "evidence": "台账佐证材料",
    DISQUALIFICATION: "取消资格通知",
}


def name_takings(pack: Pack | None) -> dict[str, str]:
    """Return what papers and files are called that may be taken of a programme, by the key that is noted."""
    if pack is None:
        return dict(TAKEN)
    programme = pack.programme
    slots = {slot.key: slot.name for slot in (*programme.slots.values(), *programme.task_slots.values())}
    papers = {paper.key: paper.title for paper in programme.papers.values()}
    certificates = {paper.kind: paper.title for paper in programme.papers_of(CERTIFICATE)}
    return slots | papers | certificates | TAKEN


def name_fields(pack: Pack | None) -> dict[str, str]:
    """Return what the record's form calls its fields."""
    if pack is None:
        return {}
    components = pack.forms.get(pack.programme.record_form, {}).get("components", ())
    return {name_of(component): label(component) for component in components if name_of(component)}
