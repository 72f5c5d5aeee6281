"""Decision tables as they are printed: those that come with a programme, or with one of its versions."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _

from service.errors import NotFound
from service.programmes import wiring
from service.programmes.diagram import diagrams
from service.programmes.pack.packs import Pack
from service.web.frame.numbers import number
from service.workflow.context import Context
from service.workflow.definition.decision_tables import read_tables
from service.workflow.instance import decisions

pages = Blueprint("decision_pages", __name__, url_prefix="/modeler/<key>/decisions")


@pages.get("")
def show(key: str) -> str:
    """Show every decision of the programme, or those of a version (``?version=2``), and what is odd."""
    version = request.args.get("version", type=number)
    tables = read_tables(_files(key, version))
    return render_template(
        "modeler/decisions.html",
        pack=_pack(key),
        version=version,
        tables=tables,
        weak_spots=list(tables.find_weak_spots()),
        versions=diagrams.list_versions(g.ctx, key),
    )


@pages.get("/<file>")
def download(key: str, file: str) -> Response:
    """Give a .dmn file, to be opened in the desktop modeler."""
    markup = _files(key, request.args.get("version", type=number)).get(file)
    if markup is None:
        raise NotFound(_("没有这个决策文件。"))
    response = Response(markup, mimetype="application/xml")
    response.headers.set("Content-Disposition", "attachment", filename=file)
    return response


def _files(key: str, version: int | None) -> dict[str, bytes]:
    pack = _pack(key)
    if version is None:
        return dict(pack.decisions)
    return decisions.files_of(g.ctx, diagrams.get_version(g.ctx, key, version))


def _pack(key: str) -> Pack:
    """Return a programme's pack if the actor may draw it."""
    ctx: Context = g.ctx
    pack = wiring.get_pack(ctx, key)
    diagrams.require_may_draw(ctx, pack)
    return pack
