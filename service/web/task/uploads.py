"""Attachments: taking files in, giving them back as downloads, and small pictures of photos."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, jsonify, request, send_file, url_for
from flask_babel import gettext as _
from PIL import Image

from service.errors import Invalid, NotFound
from service.models import Attachment, Nomination, TaskFile
from service.programmes import wiring
from service.programmes.nomination import attachments
from service.programmes.nomination.attachments import Checked
from service.programmes.pack.packs import Slot
from service.programmes.privacy import provision, quarantine
from service.programmes.publication import evidence
from service.web import downloads
from service.web.task import diagrams

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("uploads", __name__)

THUMBNAIL = 240  # pixels of the longer side
LOOKED_AT = 900
OF_ITS_OWN = 0.75  # how much of a photo's own size is shown at most: the photo itself is given by download
PHOTO = "image/jpeg"  # photos are stored re-encoded: only they may be shown in place


@pages.post("/nominations/<int:nomination_id>/attachments")
def add(nomination_id: int) -> tuple[Response, int]:
    """Take a file into a slot of a nomination."""
    slot_key = request.form.get("slot", "")
    checked = let_go_and_check(attachments.find_slot(g.ctx, _get_nomination(nomination_id), slot_key))
    nomination = _get_nomination(nomination_id)
    attachments.require_room(g.ctx, nomination, slot_key)
    attachment = attachments.keep(g.ctx, nomination, slot_key, checked)
    return jsonify(as_item(attachment, is_photo=is_photo(attachment))), 201


def let_go_and_check(slot: Slot) -> Checked:
    """Roll back and check the file that was sent for a slot.

    A photo takes a second to encode anew: the database is let go, or everybody else's writing would wait.
    What was read from it before is read again.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(_("请选择一个文件。"), fields={"file": _("必填")})
    g.ctx.session.rollback()
    return attachments.check(slot, file.filename, file.stream.read())


@pages.route("/attachments/<int:attachment_id>", methods=["DELETE"])
def remove(attachment_id: int) -> tuple[str, int]:
    """Take a file out of a nomination that is still being filled in."""
    attachment = attachments.get_row(g.ctx, attachment_id)
    attachments.remove(g.ctx, attachment)
    return "", 204


@pages.route("/attachments/<int:attachment_id>", methods=["GET", "POST"])
def download(attachment_id: int) -> ResponseReturnValue:
    """Give a file back once it is said what for; a photo of ours may be looked at in place, smaller."""
    attachment, data, nomination = _get_shown(attachment_id)
    if is_photo(attachment) and request.args.get("inline") == "1":
        return _send_small(data, LOOKED_AT)
    about = {"paper": attachment.slot, "nomination": nomination.id}
    return downloads.ask_or_give(
        attachment, data, attachment.round_id, about, nomination.nominee_id, people=[nomination.id]
    )


@pages.route("/evidence/<int:evidence_id>", methods=["GET", "POST"])
def download_evidence(evidence_id: int) -> ResponseReturnValue:
    """Give back what was handed in with an objection, as a download, once it is said what for."""
    file, data = evidence.get_visible(g.ctx, evidence_id)
    about = {"of": f"objection:{file.objection_id}", "field": "evidence"}
    return downloads.ask_or_give(file, data, file.round_id, about, people=())


@pages.get("/attachments/<int:attachment_id>/thumbnail")
def thumbnail(attachment_id: int) -> Response:
    """Give a small picture of a photo."""
    attachment, data, _nomination = _get_shown(attachment_id)
    if not is_photo(attachment):
        raise NotFound(_("这个附件没有缩略图。"))
    return _send_small(data, THUMBNAIL)


def _send_small(data: bytes, longest: int) -> Response:
    """Give a photo made smaller than it is, at most so many pixels a side."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
        side = min(longest, int(max(picture.size) * OF_ITS_OWN))
        picture.draft("RGB", (side, side))
        picture.thumbnail((side, side))
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=80)
    return send_file(io.BytesIO(out.getvalue()), mimetype=PHOTO)


def _get_shown(attachment_id: int) -> tuple[Attachment, bytes, Nomination]:
    """Return a file the actor may look at, its bytes and whose it is."""
    attachment, data = quarantine.get_visible(g.ctx, attachment_id)
    nomination = g.ctx.session.get_one(Nomination, attachment.nomination_id)
    provision.require_not_withheld(g.ctx, nomination)
    return attachment, data, nomination


def _get_nomination(nomination_id: int) -> Nomination:
    nomination: Nomination | None = g.ctx.session.get(Nomination, nomination_id)
    if nomination is None or nomination.instance_id is None:
        raise NotFound(_("没有这份申报，或您无权查看。"))
    diagrams.get_visible(g.ctx, nomination.instance_id)
    return nomination


def is_photo(attachment: Attachment) -> bool:
    """Say whether a file lies in a slot whose photos were re-encoded when they came in."""
    nomination = g.ctx.session.get_one(Nomination, attachment.nomination_id)
    slot = wiring.pack_of(g.ctx, nomination.round).programme.slots.get(attachment.slot)
    return attachment.content_type == PHOTO and slot is not None and slot.photo is not None


def as_item(attachment: Attachment, *, is_photo: bool) -> dict[str, Any]:
    """Return a file as the upload field of the page wants it."""
    address = url_for("uploads.download", attachment_id=attachment.id)
    item: dict[str, Any] = {
        "id": attachment.id,
        "filename": attachment.filename,
        "size": attachment.size,
        "url": address,
        "delete_url": url_for("uploads.remove", attachment_id=attachment.id),
        "warning": attachment.warning,
    }
    if is_photo:
        item |= {"url": f"{address}?inline=1", "download_url": address}
        item["thumbnail_url"] = url_for("uploads.thumbnail", attachment_id=attachment.id)
    return item


def as_task_item(file: TaskFile) -> dict[str, Any]:
    """Return a file of a task as the upload field of the page wants it."""
    return {
        "id": file.id,
        "filename": file.filename,
        "size": file.size,
        "url": url_for("task_file_pages.download", file_id=file.id),
        "delete_url": url_for("task_file_pages.remove", file_id=file.id),
        "warning": "",
    }
