"""What is known about the subject of an instance: the nomination's record, files, findings and opinions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for

from service.models import (
    Attachment,
    Award,
    Consent,
    Consultation,
    Defect,
    Finding,
    FollowUp,
    Instance,
    Nomination,
    Objection,
    ObjectionEvidence,
    UserTask,
)
from service.programmes import task_files, wiring
from service.programmes.award import awards, follow_ups
from service.programmes.nomination import attachments, opinions, record, screening
from service.programmes.nomination.opinions import GivenOpinion
from service.programmes.pack.packs import Slot
from service.programmes.privacy import consents, handling_notices, provision, quarantine
from service.programmes.privacy import findings as privacy_findings
from service.programmes.publication import contacts, evidence, objections, statements
from service.programmes.review import consultations, experts, form_checks
from service.web.frame import words
from service.web.task import answers, uploads
from service.web.task.answers import Row
from service.workflow.context import Context
from service.workflow.definition import deployments


@dataclass(frozen=True, kw_only=True)
class SlotView:
    """A slot of attachments with its files."""

    slot: Slot
    files: list[dict[str, Any]]
    upload_url: str = ""  #: empty where nothing may be added
    held: Sequence[str] = ()  #: names of files that wait for their clearance

    @property
    def accept(self) -> str:
        """The types the slot takes, as a file input names them."""
        return ",".join(self.slot.types)

    @property
    def most_bytes(self) -> int:
        """How large a photo may be; 0 where only the request bounds it."""
        return self.slot.photo.max_bytes if self.slot.photo else 0


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """What stands in place of a nomination whose papers are kept from the actor."""

    since: datetime | None  #: when the consent to provision was taken back
    organiser: str  #: whom to ask
    phone: str


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """Everything read-only about a subject."""

    nomination: Nomination | None = None
    withheld: Withheld | None = None
    objection: Objection | None = None
    asked: Objection | None = None  #: an objection the actor answers, of which he reads the points alone
    points: str = ""  #: what he is asked to answer
    may_reveal: bool = True  #: what is masked may be shown by a logged click
    more: Sequence[Row] = ()  #: what else the pack's form asked whoever objected
    evidence: Sequence[ObjectionEvidence] = ()  #: handed in with the objection
    category: str = ""
    award: Award | None = None  #: the title whose process it is
    entries: Sequence[tuple[str, FollowUp]] = ()  #: what the process wrote into the title's ledger, by track
    rows: Sequence[Row] = ()
    slots: Sequence[SlotView] = ()
    findings: Sequence[Finding] = ()
    scanned: Sequence[privacy_findings.Finding] = ()
    told: handling_notices.Wording | None = None  #: what whoever fills in reads of the handling of his data
    withdrawn: Sequence[Consent] = ()  #: consents taken back and not given again
    opinions: Sequence[GivenOpinion] = ()
    defects: Sequence[Defect] = ()
    consultations: Sequence[Consultation] = ()
    outcome_words: dict[tuple[str, str], str] = field(default_factory=dict)


def read(
    ctx: Context, instance: Instance, nomination: Nomination | None, *, filling: bool = False
) -> Dossier:
    """Gather what is known. While the record is being filled in its answers are in the form, not here."""
    if nomination is None:
        award = awards.of_instance(ctx, instance)
        if award is not None:
            return Dossier(award=award, entries=_entries(ctx, award, instance))
        objection = objections.of_instance(ctx, instance)
        if objection is not None and statements.only_answers(ctx, instance):
            return Dossier(asked=objection, points=statements.read_points(ctx, objection))
        more = _more(ctx, objection) if objection else ()
        return Dossier(objection=objection, evidence=evidence.list_of(ctx, objection), more=more)
    if not filling and provision.is_withheld(ctx, nomination):
        return Dossier(withheld=_describe_withheld(ctx, nomination))
    properties = _properties(ctx, instance)
    return Dossier(
        nomination=nomination,
        may_reveal=filling or not experts.only_judges(ctx, nomination),
        category=words.of_category(ctx, nomination.round_id, nomination.category),
        rows=() if filling else record_rows(ctx, instance, nomination),
        slots=slots_of(ctx, nomination, editable=filling),
        findings=screening.list_findings(ctx, nomination),
        scanned=() if filling else privacy_findings.find(ctx, nomination),
        told=handling_notices.keep(ctx, nomination.round) if filling else None,
        withdrawn=() if filling else consents.list_withdrawn(ctx, nomination),
        opinions=opinions.list_of(ctx, nomination),
        defects=form_checks.list_of(ctx, nomination) if form_checks.PROPERTY in properties else (),
        consultations=consultations.list_of(ctx, nomination) if consultations.PROPERTY in properties else (),
        outcome_words=_outcome_words(ctx, instance),
    )


def _describe_withheld(ctx: Context, nomination: Nomination) -> Withheld:
    entry, taken_back = nomination.round, consents.list_withdrawn(ctx, nomination)
    contact = contacts.contact_of(wiring.pack_of(ctx, entry).programme.notice, entry.organiser)
    return Withheld(
        since=next((one.withdrawn_at for one in taken_back if one.kind == provision.KIND), None),
        organiser=entry.organiser.name,
        phone=contact["phone"],
    )


def _more(ctx: Context, objection: Objection) -> list[Row]:
    pack = wiring.pack_of(ctx, objection.notice.round)
    schema, given = pack.forms[pack.programme.forms[objections.FORM]], objection.more or {}
    return [row for row in answers.read(schema, given, {}) if row.key in given]


def record_rows(ctx: Context, instance: Instance, nomination: Nomination) -> list[Row]:
    """Return the record as it was last submitted, by the form it was filled in with."""
    given = record.answers_of(ctx, nomination)
    elements = deployments.elements_of(ctx, instance)
    forms = [elements[element_id].form_id for element_id in record.elements_of(ctx, nomination)]
    if not given or not forms or forms[0] is None:
        return []
    schema = deployments.get_form(ctx, instance, forms[0])
    return answers.read(schema, given, wiring.pack_of(ctx, nomination.round).programme.fields)


def slots_of(ctx: Context, nomination: Nomination, *, editable: bool) -> list[SlotView]:
    """Return the slots of the programme with the files in them."""
    files = attachments.list_of(ctx, nomination)
    held = set() if editable else quarantine.find_held(ctx, nomination, files)
    address = url_for("uploads.add", nomination_id=nomination.id) if editable else ""
    slots = wiring.pack_of(ctx, nomination.round).programme.slots
    return [
        SlotView(
            slot=slot,
            files=[_item(file, slot) for file in files if file.slot == key and file.id not in held],
            upload_url=address,
            held=[file.filename for file in files if file.slot == key and file.id in held],
        )
        for key, slot in slots.items()
    ]


def task_slots(ctx: Context, task: UserTask, *, editable: bool) -> list[SlotView]:
    """Return the slots of a step of the round with the files in them."""
    files = task_files.list_of(ctx, task)
    address = url_for("task_file_pages.add", task_id=task.id) if editable else ""
    return [
        SlotView(
            slot=slot,
            files=[uploads.as_task_item(file) for file in files if file.slot == key],
            upload_url=address,
        )
        for key, slot in task_files.slots_of(ctx, task).items()
    ]


def _entries(ctx: Context, award: Award, instance: Instance) -> list[tuple[str, FollowUp]]:
    tracks = follow_ups.tracks_of(ctx, award)
    return [(tracks[entry.track].name, entry) for entry in follow_ups.list_of_process(ctx, award, instance)]


def _item(file: Attachment, slot: Slot) -> dict[str, Any]:
    return uploads.as_item(file, is_photo=slot.photo is not None and file.content_type == uploads.PHOTO)


def _properties(ctx: Context, instance: Instance) -> set[str]:
    """Return every property some step of an instance's process has: what no step keeps is not asked for."""
    elements = deployments.elements_of(ctx, instance).values()
    return {name for element in elements for name in element.properties}


def _outcome_words(ctx: Context, instance: Instance) -> dict[tuple[str, str], str]:
    elements = deployments.elements_of(ctx, instance).values()
    return {
        (element.name, value): label
        for element in elements
        if "outcomes" in element.properties
        for value, label in words.outcomes(element)
    }
