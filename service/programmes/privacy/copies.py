"""A person's own copy of what is held about him (个人信息保护法 §45), for a machine and for himself.

His workplace and the organiser may take it for him: they say for whom and what for, as of any file.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.documents.subject_copy import make_copy
from service.errors import Conflict, Forbidden
from service.models import Award, FollowUp, Nomination, Notice
from service.programmes import wiring
from service.programmes.nomination import attachments, identities, opinions, record, screening
from service.programmes.privacy import consents, corrections, disclosures, quarantine, subject
from service.workflow.context import Context

TITLE = "个人信息副本"
OWN_USE = disclosures.Use(receiver="申报人本人", purpose="本人查阅、复制")


def require_may_make(ctx: Context, nomination: Nomination) -> None:
    """Refuse the copy to whom it is not for, and of whom nothing is held any more."""
    if not consents.may_withdraw(ctx, nomination):
        raise Forbidden("只有申报人本人、所在单位或主办单位可以导出个人信息副本。")
    if nomination.purged_at is not None:
        raise Conflict("这份申报的个人信息已到期清除，没有可导出的内容。")


def find_own_use(ctx: Context, nomination: Nomination) -> disclosures.Use | None:
    """Return the use of the nominee himself, who is not asked; of anybody else None."""
    return OWN_USE if identities.is_nominee_himself(ctx, nomination) else None


def make(ctx: Context, nomination: Nomination, use: disclosures.Use) -> bytes:
    """Return a zip of data.json, a .docx of the same and the files; noted as an export for its use.

    Of a file that waits for its clearance those it is kept back from are given the name only.
    """
    require_may_make(ctx, nomination)
    held = describe(ctx, nomination)
    is_masked = consents.hides_sensitive(ctx, nomination)
    watermark = "" if is_masked else disclosures.write_watermark(ctx, nomination.round, use)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("data.json", json.dumps(held, ensure_ascii=False, indent=2))
        package.writestr(f"{TITLE}.docx", make_copy(TITLE, _write(held), watermark))
        files = attachments.list_of(ctx, nomination)
        kept_back = quarantine.find_held(ctx, nomination, files)
        for file in files:
            if file.id in kept_back:
                continue
            data = wiring.storage_of(ctx).read(file.sha256)
            package.writestr(f"files/{file.id}-{file.filename}", data)
    disclosures.note(
        ctx, disclosures.EXPORTS, "data.exported", round_id=nomination.round_id, people=[nomination.id],
        paper="copy", nomination=nomination.id, receiver=use.receiver, purpose=use.purpose,
    )  # fmt: skip
    return target.getvalue()


def describe(ctx: Context, nomination: Nomination) -> dict[str, Any]:
    """Return everything held about a nominee as plain data; who objected to him is not his to know.

    Sensitive answers are masked for anybody but himself once he withdrew his consent to them.
    """
    entry, answers = nomination.round, record.answers_of(ctx, nomination)
    fields = subject.list_fields(ctx, nomination)
    hides = consents.hides_sensitive(ctx, nomination)
    hidden = {field.key: field for field in fields if field.is_sensitive and hides}
    return {
        "programme": entry.title,
        "round": entry.label,
        "nomination": _nomination(nomination),
        "answers": [
            {
                "field": f.key,
                "label": f.label,
                "class": f.field_class,
                "value": f.mask(answers[f.key]) if f.key in hidden else answers[f.key],
            }
            for f in fields
            if f.key in answers
        ],
        "honours": answers.get("honours") or [],
        "consents": _consents(ctx, nomination),
        "opinions": _opinions(ctx, nomination),
        "checks": [
            {
                "rule": finding.rule,
                "result": finding.result,
                "measured": finding.measured,
                "reason": finding.reason,
            }
            for finding in screening.list_findings(ctx, nomination)
        ],
        "files": [
            {"name": file.filename, "sha256": file.sha256, "uploaded_at": _moment(file.uploaded_at)}
            for file in attachments.list_of(ctx, nomination)
        ],
        "published_in": _notices(ctx, nomination),
        "corrections": _corrections(ctx, nomination, hidden),
        "follow_ups": _follow_ups(ctx, nomination),
        "disclosures": _disclosures(ctx, nomination),
    }


def _nomination(nomination: Nomination) -> dict[str, Any]:
    return {
        "id": nomination.id,
        "name": nomination.name,
        "unit": nomination.unit.name,
        "recommender": nomination.recommender.name,
        "status": str(nomination.status),
        "created_at": _moment(nomination.created_at),
        "submitted_at": _moment(nomination.submitted_at),
    }


def _consents(ctx: Context, nomination: Nomination) -> list[dict[str, Any]]:
    return [
        {
            "kind": consent.kind,
            "text": consent.text,
            "version": consent.version,
            "notice_version": consent.notice_version,
            "given_at": _moment(consent.given_at),
            "withdrawn_at": _moment(consent.withdrawn_at),
        }
        for consent in consents.list_of(ctx, nomination)
    ]


def _opinions(ctx: Context, nomination: Nomination) -> list[dict[str, Any]]:
    return [
        {
            "heading": opinion.heading,
            "text": opinion.text,
            "unit": opinion.unit_name,
            "signed_by": opinion.signed_by,
            "given_at": _moment(opinion.given_at),
        }
        for opinion in opinions.list_of(ctx, nomination)
    ]


def _notices(ctx: Context, nomination: Nomination) -> list[dict[str, Any]]:
    query = select(Notice).where(Notice.round_id == nomination.round_id).order_by(Notice.id)
    return [
        {"title": notice.title, "published_at": _moment(notice.opens_at)}
        for notice in ctx.session.scalars(query)
        if any(
            person["nomination"] == nomination.id
            for category in notice.snapshot["categories"]
            for person in category["people"]
        )
    ]


def _write(held: Mapping[str, Any]) -> dict[str, Sequence[tuple[str, str]]]:
    """Put the same into sections of items and contents."""
    return {
        "一、申报": [(key, str(value or "")) for key, value in held["nomination"].items()],
        "二、填报内容": [(row["label"], _plain(row["value"])) for row in held["answers"]],
        "三、同意": [
            (
                consents.NAMES.get(row["kind"], row["kind"]),
                f"{row['text']}（{row['given_at']}{'，已撤回' if row['withdrawn_at'] else ''}）",
            )
            for row in held["consents"]
        ],
        "四、意见": [(row["heading"], f"{row['text']}（{row['unit']}）") for row in held["opinions"]],
        "五、附件": [(row["name"], row["uploaded_at"]) for row in held["files"]],
        "六、公示和公布": [(row["title"], row["published_at"]) for row in held["published_in"]],
        "七、培育台账": [
            (f"{row['day']} {row['track']} {row['item']}", f"{row['text']}{row['result']}")
            for row in held["follow_ups"]
        ],
        "八、查看和导出": [
            (f"{row['at']} {row['who']}", f"{row['what']}；{row['receiver']}；{row['purpose']}")
            for row in held["disclosures"]
        ],
    }


def _corrections(
    ctx: Context, nomination: Nomination, hidden: Mapping[str, subject.Field]
) -> list[dict[str, Any]]:
    return [
        {
            "field": row.field,
            "value": hidden[row.field].mask(row.value) if row.field in hidden else row.value,
            "status": str(row.status),
            "asked_at": _moment(row.asked_at),
        }
        for row in corrections.list_of(ctx, nomination)
    ]


def _follow_ups(ctx: Context, nomination: Nomination) -> list[dict[str, Any]]:
    """Return what the ledger of his title says of him, but for tracks that are kept from holders."""
    tracks = wiring.pack_of(ctx, nomination.round).programme.tracks
    query = select(FollowUp).join(Award, Award.id == FollowUp.award_id)
    rows = ctx.session.scalars(query.where(Award.nomination_id == nomination.id).order_by(FollowUp.id))
    return [
        {
            "track": tracks[row.track].name,
            "item": row.item,
            "day": row.day.isoformat(),
            "ended_on": row.ended_on.isoformat() if row.ended_on else None,
            "text": row.text,
            "result": row.result,
            "written_by": row.written_by,
            "struck_at": _moment(row.struck_at),
        }
        for row in rows
        if row.track in tracks and not tracks[row.track].private
    ]


def _disclosures(ctx: Context, nomination: Nomination) -> list[dict[str, Any]]:
    return [
        {
            "at": _moment(row.at),
            "who": row.who,
            "what": row.title,
            "receiver": row.receiver,
            "purpose": row.purpose,
        }
        for row in disclosures.list_of(ctx, nomination, for_nominee=True)
    ]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_plain(item) for item in value)
    return "；".join(f"{k}：{v}" for k, v in value.items()) if isinstance(value, dict) else str(value)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="minutes")
