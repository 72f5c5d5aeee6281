"""Decision tables as they are printed: those in force, those of a version, those a programme came with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.errors import NotFound
from service.programmes import wiring
from service.programmes.diagram import decision_drafts, diagrams, in_force
from service.programmes.pack.packs import Pack
from service.web.frame.numbers import number
from service.workflow.context import Context
from service.workflow.definition.decision_tables import read_tables
from service.workflow.instance import decisions

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("decision_pages", __name__, url_prefix="/modeler/<key>/decisions")


@pages.get("")
def show(key: str) -> str:
    """Show every decision in force, of a version (``?version=2``) or of the pack (``?version=0``)."""
    pack = _pack(key)
    version = request.args.get("version", type=number)
    files = _files(pack, version)
    tables = read_tables(files)
    return render_template(
        "modeler/decisions.html",
        pack=pack,
        version=version,
        tables=tables,
        weak_spots=list(tables.find_weak_spots()),
        versions=diagrams.list_versions(g.ctx, key),
        drafts=decision_drafts.list_drafts(g.ctx, key),
        renewed=_renewed(pack) if version is None else [],
        differing=_differing(pack, files),
    )


@pages.get("/<file>")
def download(key: str, file: str) -> Response:
    """Give a .dmn file, to be opened in the desktop modeler; with ``?draft=1`` one's draft of it."""
    pack = _pack(key)
    if request.args.get("draft") == "1":
        draft = decision_drafts.find_draft(g.ctx, key, file)
        markup = draft.xml if draft is not None else None
    else:
        markup = _files(pack, request.args.get("version", type=number)).get(file)
    if markup is None:
        raise NotFound(_("没有这个决策文件。"))
    response = Response(markup, mimetype="application/xml")
    response.headers.set("Content-Disposition", "attachment", filename=file)
    return response


@pages.post("/<file>/load")
def load(key: str, file: str) -> ResponseReturnValue:
    """Begin a draft with a file as an older version or the pack has it, and open its first table."""
    pack = _pack(key)
    markup = _files(pack, request.args.get("version", type=number)).get(file)
    if markup is None:
        raise NotFound(_("没有这个决策文件。"))
    decision_drafts.discard_draft(g.ctx, key, file)
    decision_drafts.save_draft(g.ctx, pack, file, markup)
    flash(_("已作为您的草稿打开，检查后发布才生效。"), "success")
    model = read_tables({**in_force.files(g.ctx, pack), file: markup}).models[file]
    first = next((decision.id for decision in model.decisions if decision.table), None)
    if first is None:
        return redirect(url_for("decision_pages.show", key=key))
    return redirect(url_for("decision_editor_pages.show", key=key, file=file, decision=first))


def _files(pack: Pack, version: int | None) -> dict[str, bytes]:
    if version is None:
        return in_force.files(g.ctx, pack)
    if version == 0:
        return dict(pack.decisions)
    return decisions.files_of(g.ctx, diagrams.get_version(g.ctx, pack.key, version))


def _renewed(pack: Pack) -> list[str]:
    """Return the files edited here of which the pack has another state now than it had then."""
    edited = in_force.edited_files(g.ctx, pack)
    return [
        file
        for file, replaced in edited.items()
        if file in pack.decisions and decision_drafts.tag_of(pack.decisions[file]) != replaced
    ]


def _differing(pack: Pack, files: dict[str, bytes]) -> list[str]:
    """Return which of some files are not what is in force."""
    now = in_force.files(g.ctx, pack)
    return [file for file, markup in files.items() if file in now and now[file] != markup]


def _pack(key: str) -> Pack:
    """Return a programme's pack if the actor may draw it."""
    ctx: Context = g.ctx
    pack = wiring.get_pack(ctx, key)
    diagrams.require_may_draw(ctx, pack)
    return pack
