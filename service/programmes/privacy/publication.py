"""May a list of people be published: everybody's consent stands, and nothing found in the words is left."""

from __future__ import annotations

from collections.abc import Sequence

from service.errors import Conflict
from service.models import Nomination
from service.programmes.privacy import consents, findings
from service.programmes.privacy.scanner import NAMES
from service.workflow.context import Context

#: people named in a refusal
MOST_NAMED = 5


class MayNotBePublished(Conflict):
    """Somebody on the list has withdrawn his consent, or words about him may not be published."""


def require_publishable(ctx: Context, people: Sequence[Nomination]) -> None:
    """Refuse to publish people of whom one did not consent or whose public words hold a finding."""
    lacking = consents.find_lacking(ctx, people, "publication")
    if lacking:
        named = "、".join(person.name for person in lacking[:MOST_NAMED])
        raise MayNotBePublished(
            f"{named}等 {len(lacking)} 人没有同意公示和公布（或已撤回），不能发布："
            "请本人重新同意，或先办理退出。"
        )
    require_clean(ctx, people)


def leave_out_unwilling(ctx: Context, people: Sequence[Nomination]) -> list[Nomination]:
    """Return those whose consent to publication stands, and refuse words about them not cleared."""
    unwilling = {person.id for person in consents.find_lacking(ctx, people, "publication")}
    willing = [person for person in people if person.id not in unwilling]
    require_clean(ctx, willing)
    return willing


def require_clean(ctx: Context, people: Sequence[Nomination]) -> None:
    """Refuse to publish people in whose public words the scanner found something nobody let stand."""
    blocking = findings.find_blocking(ctx, people)
    if blocking:
        names = {person.id: person.name for person in people}
        told = "；".join(
            f"{names[finding.nomination_id]}的{finding.label}含{NAMES[finding.kind]}“{finding.excerpt}”"
            for finding in blocking[:MOST_NAMED]
        )
        raise MayNotBePublished(
            f"拟公示的文字中有 {len(blocking)} 处不宜公开：{told}。"
            "请退回修改，或在申报的“个人信息”页写明理由后保留。"
        )
