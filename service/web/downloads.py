"""Taking a file with personal data: asked for whom and what for first, and noted with both."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import g, render_template, request, send_file
from flask_babel import gettext as _

from service.errors import Invalid
from service.models import Attachment, FollowUp, Nomination, ObjectionEvidence, StampedScan, TaskFile
from service.programmes.privacy import consents, disclosures
from service.web.frame.targets import local_target

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@dataclass(frozen=True, kw_only=True)
class Made:
    """A paper that is made for whoever takes it."""

    filename: str
    content_type: str


File = Attachment | FollowUp | Made | ObjectionEvidence | StampedScan | TaskFile


def ask_or_give(
    file: File,
    data: bytes,
    round_id: int,
    about: Mapping[str, Any],
    *owners: int | None,
    people: Collection[int],
    content_type: str = "",
) -> ResponseReturnValue:
    """Give a file the actor may see to whoever handed it in or owns it; ask anybody else what for first.

    ``people`` are the nominations that are told of it.
    """
    use = disclosures.find_own_use(g.ctx, getattr(file, "uploaded_by_id", None), *owners)
    if use is None and request.method == "GET":
        return show_form(file.filename, about)
    try:
        use = use or disclosures.read_use(request.form)
    except Invalid as refused:
        return show_form(file.filename, about, refused), 422
    disclosures.note_download(g.ctx, use, round_id, people=people, **about)
    return send_file(
        io.BytesIO(data),
        mimetype=content_type or getattr(file, "content_type", None),
        as_attachment=True,
        download_name=file.filename,
    )


def show_form(filename: str, about: Mapping[str, Any], refused: Invalid | None = None) -> str:
    """Ask for whom and what for a file is taken."""
    nomination = g.ctx.session.get(Nomination, about["nomination"]) if about.get("nomination") else None
    return render_template(
        "download.html",
        filename=filename,
        withdrawn=consents.list_withdrawn(g.ctx, nomination) if nomination else (),
        purposes=disclosures.PURPOSES,
        purpose_words=purpose_words(),
        refused=refused,
        given=request.form if refused else {"receiver": g.ctx.actor.name, "purpose": disclosures.PURPOSES[0]},
        back=local_target(request.form.get("next") or _where_from()),
    )


def _where_from() -> str:
    """Return the page of ours that led here."""
    came = urlsplit(request.referrer or "")
    return came.path if came.netloc == request.host else ""


def purpose_words() -> dict[str, str]:
    """Return what the purposes are called."""
    return {"办理": _("办理"), "存档": _("存档"), "上报": _("上报"), "其他": _("其他")}


def taking_words() -> dict[str, str]:
    """Return what is called that may be taken besides a programme's own papers."""
    return {
        "copy": _("个人信息副本"),
        "batch": _("全套材料"),
        "register": _("称号名册"),
        "ledger": _("培育台账"),
        "evidence": _("台账佐证材料"),
        "disqualification": _("取消资格通知"),
    }
