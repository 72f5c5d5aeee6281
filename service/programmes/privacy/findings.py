"""What the scanner finds in a nomination, who let it stand, and what may not be published for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Nomination, ScanRuling
from service.models.crypto import keyring
from service.programmes import wiring
from service.programmes.nomination import attachments, identities, nominations, record
from service.programmes.privacy import reviewers, subject
from service.programmes.privacy.scanner import Kind, scan
from service.workflow import history
from service.workflow.context import Context

#: what is published of a nomination besides its category and recommender: column and what a page calls it
PUBLISHED = {"name": "姓名", "workplace_and_post": "工作单位及职务", "exception_reason": "破格理由"}
#: fields of the form that make up a published one: what is found there has been found already
COMPOSED = ("workplace", "post")
LEAST_REASON = 4


class Verdict(StrEnum):
    """What somebody named decided about a finding."""

    FALSE_ALARM = "false_alarm"
    CHANGED = "changed"  #: what was sensitive is gone; the words that were found remain
    PUBLISHABLE = "publishable"


VERDICTS = {Verdict.FALSE_ALARM: "误报", Verdict.CHANGED: "已改", Verdict.PUBLISHABLE: "可公开"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something found, and whether somebody let it stand."""

    nomination_id: int
    place: str  #: field or file
    label: str
    kind: Kind
    excerpt: str  #: numbers masked
    public: bool  #: in what will be published: blocks the notice until ruled on
    fingerprint: str
    ruling: ScanRuling | None = None

    @property
    def blocks(self) -> bool:
        """Say whether it keeps the nomination from being published."""
        return self.public and self.ruling is None


def find(ctx: Context, nomination: Nomination) -> list[Finding]:
    """Scan what will be published of a nomination, its other free texts, and the names of its files."""
    rulings = _rulings(ctx, [nomination])
    found = [*_scan_published(ctx, nomination, rulings), *_scan_record(ctx, nomination, rulings)]
    for file in attachments.list_of(ctx, nomination):
        found += _scan(ctx, nomination, f"file:{file.id}", f"文件名 {file.filename}", file.filename, rulings)
    return found


def find_blocking(ctx: Context, people: Sequence[Nomination]) -> list[Finding]:
    """Return what keeps some people from being published: found in their public words and not ruled on."""
    rulings = _rulings(ctx, people)
    return [
        finding for person in people for finding in _scan_published(ctx, person, rulings) if finding.blocks
    ]


def rule(
    ctx: Context, nomination: Nomination, fingerprint: str, reason: str, verdict: str = Verdict.PUBLISHABLE
) -> ScanRuling:
    """Let a finding stand, for a reason, under one's name: the reviewer whose step it is, or an organiser."""
    if not nominations.may_see(ctx, nomination):
        raise NotFound("没有这份申报，或您无权查看。")
    if ctx.actor.user_id is None or not may_rule(ctx, nomination):
        raise Forbidden("只有正在办理脱密审查的审查人或主办单位可以认定扫描结果。")
    if verdict not in VERDICTS:
        raise Invalid("请选择如何认定。", fields={"verdict": "请从列表中选择"})
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid("请写明认定的理由。", fields={"reason": f"至少 {LEAST_REASON} 个字"})
    finding = next((f for f in find(ctx, nomination) if f.fingerprint == fingerprint), None)
    if finding is None:
        raise Conflict("这一处文字已经改动，请刷新后再看。")
    if finding.ruling is not None:
        raise Conflict(f"这一处已由 {finding.ruling.ruled_by.name} 认定。")
    ruling = ScanRuling(
        round_id=nomination.round_id,
        nomination_id=nomination.id,
        fingerprint=fingerprint,
        reason=f"{VERDICTS[Verdict(verdict)]}：{reason.strip()}"[:500],
        ruled_by_id=ctx.actor.user_id,
        ruled_at=ctx.now,
    )
    ctx.session.add(ruling)
    history.record_in(
        ctx, "privacy", "finding.ruled", round_id=nomination.round_id, nomination=nomination.id,
        place=finding.place, kind_of=finding.kind, reason=ruling.reason,
    )  # fmt: skip
    return ruling


def may_rule(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the actor may rule on a finding: organiser or reviewer, and not on his own nomination."""
    if identities.is_nominee(ctx, nomination):
        return False
    return nominations.is_organiser(ctx, nomination.round) or reviewers.is_reviewer(ctx, nomination)


Rulings = dict[tuple[int, str], ScanRuling]


def _rulings(ctx: Context, people: Sequence[Nomination]) -> Rulings:
    query = select(ScanRuling).where(ScanRuling.round_id.in_({person.round_id for person in people}))
    return {(row.nomination_id, row.fingerprint): row for row in ctx.session.scalars(query)}


def _scan_published(ctx: Context, nomination: Nomination, rulings: Rulings) -> Iterator[Finding]:
    for field, label in PUBLISHED.items():
        text = getattr(nomination, field)
        yield from _scan(ctx, nomination, field, label, text, rulings, public=True)


def _scan_record(ctx: Context, nomination: Nomination, rulings: Rulings) -> Iterator[Finding]:
    """The other free texts of the form: what is found there keeps nothing from being published."""
    answers = record.answers_of(ctx, nomination)
    for field in subject.list_fields(ctx, nomination):
        value = answers.get(field.key)
        is_free = field.key not in (*PUBLISHED, *COMPOSED) and not field.is_sensitive
        if is_free and isinstance(value, str):
            yield from _scan(ctx, nomination, field.key, field.label, value, rulings)


def _scan(
    ctx: Context,
    nomination: Nomination,
    place: str,
    label: str,
    text: str,
    rulings: Rulings,
    *,
    public: bool = False,
) -> Iterator[Finding]:
    words = wiring.pack_of(ctx, nomination.round).programme.sensitive_words
    for hit in scan(text, words):
        # keyed: the text may be a number that could be guessed from its plain hash
        fingerprint = keyring().index(f"{place}|{hit.kind}|{hit.excerpt}|{text}")
        yield Finding(
            nomination_id=nomination.id,
            place=place,
            label=label,
            kind=hit.kind,
            excerpt=hit.excerpt,
            public=public,
            fingerprint=fingerprint,
            ruling=rulings.get((nomination.id, fingerprint)),
        )
