"""Papers about one nomination: its answers and opinions set on the programme's paper form."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from service.documents.form_paper import make_form
from service.documents.plain_form import make_plain_form
from service.documents.records import FormRecord, OpinionRecord
from service.errors import Conflict, NotFound
from service.models import Nomination
from service.programmes import wiring
from service.programmes.form.fields import label
from service.programmes.nomination import attachments, opinions, record
from service.programmes.nomination.opinions import GivenOpinion
from service.programmes.pack.columns import components_of
from service.programmes.pack.packs import Pack
from service.programmes.pack.paper import NOMINATION, ROSTER, Paper
from service.programmes.pack.print_templates import PLACES
from service.programmes.paper import exports, scans, validity
from service.programmes.paper.answers import print_answers, print_month
from service.programmes.privacy import consents, disclosures
from service.programmes.privacy.disclosures import Use
from service.workflow.context import Context


def get_paper(pack: Pack, key: str, *kinds: str) -> Paper:
    """Return a paper of a programme by its key, if it is of one of the kinds."""
    paper = pack.programme.papers.get(key)
    if paper is None or paper.kind not in kinds:
        raise NotFound("这项活动没有这种材料。")
    return paper


def print_form(ctx: Context, nomination: Nomination, key: str, use: Use | None = None) -> bytes:
    """Return a paper form of a nomination as .docx, the opinions that stand printed in their places.

    A paper without a template of its own is set as a plain table of the form's fields. One printed by who
    may have it in full carries the code of its wording, to which the stamped scan is bound, and at its head
    who took it and what for.
    """
    pack = wiring.pack_of(ctx, nomination.round)
    paper = get_paper(pack, key, NOMINATION)
    in_full = exports.may_print_in_full(ctx, nomination)
    gathered = gather(ctx, nomination, paper, in_full=in_full)
    if in_full:
        said = scans.hash_words(gathered)
        made_from = validity.list_forms(ctx, [nomination])
        scans.note_printed(ctx, nomination.round, paper.key, said, made_from, nomination=nomination)
        watermark = disclosures.write_watermark(ctx, nomination.round, use)
        gathered = replace(gathered, code=scans.code_of(said), watermark=watermark)
    template = pack.templates.get(paper.template_name)
    if template is not None:
        return make_form(gathered, template)
    form = pack.forms[paper.form or pack.programme.record_form]
    labels = {key: label(component) for key, component in components_of(form).items()}
    return make_plain_form(paper.title, _with_headings(ctx, nomination, gathered), labels)


def list_versions(ctx: Context, nomination: Nomination) -> list[scans.Version]:
    """Return what was printed of a nomination, with the scans that came back; empty for whom it is masked."""
    pack, entry = wiring.pack_of(ctx, nomination.round), nomination.round
    if not exports.may_print_in_full(ctx, nomination):
        return []
    versions = scans.list_of(ctx, entry, nomination=nomination)
    printed = {version.printed.paper for version in versions}
    now = {
        paper.key: scans.hash_words(gather(ctx, nomination, paper, in_full=True))
        for paper in pack.programme.papers_of(NOMINATION)
        if paper.key in printed
    }
    made_from = validity.list_forms(ctx, [nomination]) if versions else {}
    return [
        replace(v, validity=validity.judge(ctx, entry, v.printed, now.get(v.printed.paper), made_from))
        for v in versions
    ]


def gather(ctx: Context, nomination: Nomination, paper: Paper, *, in_full: bool) -> FormRecord:
    """Return what a paper form of a nomination prints. Refused before the form was handed in.

    Of whoever withdrew his consent to sensitive data it is masked even ``in_full``, and for himself too: it
    goes on to others, and he has a copy of his own (个人信息副本). Why a 破格 stands under the last
    opinion, in a paragraph of its own: the 推荐理由 is another matter.
    """
    pack = wiring.pack_of(ctx, nomination.round)
    answers = record.answers_of(ctx, nomination)
    if not answers:
        raise Conflict("推荐表还没有提交过，提交后才能打印。")
    form = pack.forms[paper.form or pack.programme.record_form]
    in_full = in_full and not consents.find_lacking(ctx, [nomination], consents.SENSITIVE)
    fields = print_answers(pack, form, nomination, answers, in_full=in_full)
    for name, component in components_of(form).items():
        if (component.get("properties") or {}).get("check") == "birth_month":
            fields[name] = print_month(fields[name])
    given = opinions.printed(opinions.list_of(ctx, nomination))
    printed = {place: _opinion(opinion, pack.programme.zone) for place, opinion in given.items()}
    last = printed.get(record.last_place_of(ctx, nomination))
    reasons = _reasons(pack, nomination)
    if last is not None and reasons:
        printed[max(printed)] = replace(last, text="\n".join((last.text, *reasons)))
    own = record.find_own_moment(ctx, nomination)
    return FormRecord(
        fields=fields,
        opinions=printed,
        places=PLACES,
        photo=_portrait(ctx, nomination),
        signed_on=own.astimezone(pack.programme.zone).date() if own else None,
    )


def _reasons(pack: Pack, nomination: Nomination) -> list[str]:
    """Return why he is put forward all the same; but for a 破格 only where no roster has it in its 备注."""
    reasons = [("破格理由", nomination.exception_reason)]
    if not pack.programme.papers_of(ROSTER):
        reasons += [
            ("裁定说明", nomination.overruling),
            ("情况说明", nomination.stated_reason),
            ("超额推荐理由", nomination.over_reason),
        ]
    return [f"{heading}：{reason}" for heading, reason in reasons if reason]


def _with_headings(ctx: Context, nomination: Nomination, gathered: FormRecord) -> FormRecord:
    """Name the opinions by their steps: a template has its own words for them, a plain table has none."""
    given = opinions.printed(opinions.list_of(ctx, nomination))
    named = {
        place: replace(opinion, heading=given[place].heading) for place, opinion in gathered.opinions.items()
    }
    return replace(gathered, opinions=named)


def _opinion(given: GivenOpinion, zone: ZoneInfo) -> OpinionRecord:
    return OpinionRecord(text=given.text, signer=given.signed_by, day=given.given_at.astimezone(zone).date())


def _portrait(ctx: Context, nomination: Nomination) -> bytes | None:
    slots = wiring.pack_of(ctx, nomination.round).programme.slots
    portraits = {key for key, slot in slots.items() if slot.photo is not None and slot.most == 1}
    for attachment in attachments.list_of(ctx, nomination):
        if attachment.slot in portraits:
            return wiring.storage_of(ctx).read(attachment.sha256)
    return None
