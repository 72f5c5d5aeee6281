"""Certificates (荣誉证书) of the titles of a round, each with the code by which it is verified."""

from __future__ import annotations

from collections.abc import Sequence

from service.documents.certificate import make_certificates
from service.documents.records import CertificateRecord
from service.errors import Conflict, Forbidden, Invalid
from service.models import HELD, Award
from service.programmes import wiring
from service.programmes.award import awards, register
from service.programmes.pack.paper import CERTIFICATE, Official, Paper
from service.programmes.paper import exports
from service.programmes.round import rounds
from service.workflow.context import Context

#: certificates of one file: a page each
MOST = 1000
#: where a certificate is verified, below the service's address
VERIFIED_AT = "/public/certificates"


def find_paper(ctx: Context, programme: str) -> Paper | None:
    """Return what a programme's certificates say, if it has any."""
    pack = wiring.all_packs(ctx).get(programme)
    papers = pack.programme.papers_of(CERTIFICATE) if pack else []
    return papers[0] if papers else None


def may_print(ctx: Context, award: Award) -> bool:
    """Say whether the actor may print a title's certificate: the organiser, while it is held."""
    return (
        award.status in HELD
        and awards.is_organiser(ctx, award)
        and find_paper(ctx, award.programme) is not None
    )


def print_list(ctx: Context, narrow: register.Filter, *, receiver: str, purpose: str) -> bytes:
    """Return the certificates of a list of the register as one .docx; noted with receiver and purpose.

    Titles that are held no more are left out, and those of programmes without certificates.
    """
    found = [award for award in register.list_all(ctx, narrow, limit=MOST + 1) if may_print(ctx, award)]
    if not found:
        raise Invalid("这些称号里没有您可以打印证书的：由主办单位打印，撤销、失效的不打印。")
    if len(found) > MOST:
        raise Invalid(f"一次最多打印 {MOST} 份证书，请先按年份、类别或推荐单位缩小范围。")
    for round_id in sorted({award.round_id for award in found}):
        entry = rounds.get(ctx, round_id)
        people = [award.nomination_id for award in found if award.round_id == round_id]
        exports.note_export(ctx, entry, CERTIFICATE, receiver=receiver, purpose=purpose, people=people)
    return _make(ctx, found)


def print_one(ctx: Context, award: Award, *, receiver: str, purpose: str) -> bytes:
    """Return one title's certificate as .docx; noted with receiver and purpose."""
    if not awards.is_organiser(ctx, award):
        raise Forbidden("证书由主办单位打印。")
    if award.status not in HELD:
        raise Conflict("这个称号已经不再保有，不能打印证书。")
    if find_paper(ctx, award.programme) is None:
        raise Conflict("这项活动没有设置荣誉证书。")
    exports.note_export(
        ctx, award.round, CERTIFICATE, receiver=receiver, purpose=purpose, people=[award.nomination_id],
        award=award.id, nomination=award.nomination_id,
    )  # fmt: skip
    return _make(ctx, [award])


def _make(ctx: Context, found: Sequence[Award]) -> bytes:
    return make_certificates([_record(ctx, award) for award in found])


def _record(ctx: Context, award: Award) -> CertificateRecord:
    paper = find_paper(ctx, award.programme)
    assert paper is not None
    assert isinstance(paper.official, Official)
    programme = wiring.get_pack(ctx, award.programme).programme
    words = {
        "name": award.name,
        "unit": award.unit_name,
        "award": award.title,
        "category": register.name_category(ctx, award),
        "year": str(award.year),
        "document": programme.document_number,
        "programme": programme.title,
        "organiser": award.organiser.name,
    }
    return CertificateRecord(
        title=paper.title,
        name=f"{award.name}同志",
        body=[text.format_map(words) for text in paper.official.body],
        issuer=paper.official.issuer or award.organiser.name,
        day=award.granted_at.astimezone(programme.zone).date(),
        number=award.number,
        code=" ".join(award.code[at : at + 4] for at in range(0, len(award.code), 4)),
        verify_at=f"{ctx.house.public_url}{VERIFIED_AT}",
    )
