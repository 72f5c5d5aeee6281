"""The modeler: a programme's diagram opened, redrawn, checked, published and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.engine.records import Problem
from service.errors import Forbidden, Invalid, NotFound
from service.programmes import wiring
from service.programmes.diagram import comparison, diagrams, form_outline, in_force, migrations
from service.programmes.pack.packs import Pack
from service.programmes.topics import TOPICS
from service.web.frame.numbers import number
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.definition.deployments import DiagramRefused

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("modeler_pages", __name__, url_prefix="/modeler")


@pages.get("")
def list_diagrams() -> str:
    """List the programmes whose diagrams the actor may redraw."""
    ctx: Context = g.ctx
    packs = [pack for pack in wiring.all_packs(ctx).values() if diagrams.may_draw(ctx, pack)]
    if not packs:
        raise Forbidden(_("只有系统管理员和主办单位可以修改流程图。"))
    entries = [
        (pack, diagrams.list_versions(ctx, pack.key), diagrams.find_draft(ctx, pack.key)) for pack in packs
    ]
    may_migrate = {pack.key for pack in packs if migrations.may_migrate(ctx, pack)}
    return render_template("modeler/list.html", entries=entries, may_migrate=may_migrate)


@pages.get("/<key>")
def show(key: str) -> str:
    """Open the newest version, one's draft (``?draft=1``) or an older version (``?version=2``)."""
    ctx: Context = g.ctx
    pack = _pack(key)
    version = request.args.get("version", type=number)
    draft = diagrams.find_draft(ctx, key) if version is None else None
    newest = deployments.find_newest(ctx, key)
    if draft is not None and request.args.get("draft") == "1":
        source, opened = url_for("modeler_pages.draft_xml", key=key), _("我的草稿")
    elif version is not None or newest is not None:
        shown = version if version is not None else newest.version if newest else 0
        diagrams.get_version(ctx, key, shown)
        source = url_for("modeler_pages.version_xml", key=key, number=shown)
        opened = _("第 %(num)s 版", num=shown)
    else:
        source, opened = url_for("modeler_pages.pack_xml", key=key), _("活动包自带")
    return render_template(
        "modeler/show.html",
        pack=pack,
        source=source,
        opened=opened,
        draft=draft,
        newest=newest,
        forms=[{"id": form_id, "name": name} for form_id, name in form_outline.name_forms(pack).items()],
        topics=sorted(TOPICS),
        roles=_roles(pack),
    )


@pages.get("/<key>/versions/<int:number>.bpmn")
def version_xml(key: str, number: int) -> Response:
    """Give the XML of a version."""
    _pack(key)
    return _xml(diagrams.get_version(g.ctx, key, number).xml, f"{key}-{number}.bpmn")


@pages.get("/<key>/draft.bpmn")
def draft_xml(key: str) -> Response:
    """Give the XML of one's draft."""
    _pack(key)
    draft = diagrams.find_draft(g.ctx, key)
    if draft is None:
        raise NotFound(_("您没有这个流程图的草稿。"))
    return _xml(draft.xml, f"{key}.bpmn")


@pages.get("/<key>/pack.bpmn")
def pack_xml(key: str) -> Response:
    """Give the XML the programme ships with."""
    return _xml(_pack(key).diagram, f"{key}.bpmn")


@pages.post("/<key>/check")
def check(key: str) -> Response:
    """Say what is wrong with a diagram. The database is let go first: drawing must not hold it."""
    pack = in_force.with_edited(g.ctx, _pack(key))
    g.ctx.session.rollback()
    return jsonify(problems=[_as_json(problem) for problem in diagrams.check(pack, _posted())])


@pages.post("/<key>/draft")
def save(key: str) -> Response:
    """Keep what has been drawn so far."""
    _pack(key)
    draft = diagrams.save_draft(g.ctx, key, _posted())
    return jsonify(saved_at=draft.saved_at.isoformat())


@pages.post("/<key>/draft/discard")
def discard(key: str) -> ResponseReturnValue:
    """Throw one's draft away."""
    _pack(key)
    diagrams.discard_draft(g.ctx, key)
    flash(_("草稿已丢弃，已发布的版本没有变化。"), "success")
    return redirect(url_for("modeler_pages.list_diagrams"))


@pages.post("/<key>/publish")
def publish(key: str) -> ResponseReturnValue:
    """Publish a diagram as the next version, or say everything that stands in the way."""
    pack = _pack(key)
    try:
        deployment = diagrams.publish(g.ctx, pack, _posted(), note=request.args.get("note", ""))
    except DiagramRefused as refused:
        g.ctx.session.rollback()
        problems = [_as_json(problem) for problem in refused.problems]
        return jsonify(message=refused.message, problems=problems), 422
    return jsonify(version=deployment.version)


@pages.get("/<key>/compare")
def compare(key: str) -> str:
    """Show what changed between two versions."""
    ctx: Context = g.ctx
    pack = _pack(key)
    versions = diagrams.list_versions(ctx, key)
    if not versions:
        raise NotFound(_("这个活动还没有发布流程图。"))
    newest = versions[0].number
    new = request.args.get("new", newest, type=number)
    old = request.args.get("old", max(1, new - 1), type=number)
    before, after = diagrams.get_version(ctx, key, old), diagrams.get_version(ctx, key, new)
    return render_template(
        "modeler/compare.html",
        pack=pack,
        versions=versions,
        old=old,
        new=new,
        differences=comparison.compare(before.xml, after.xml),
        same_drawing=before.xml == after.xml,
    )


@pages.get("/<key>/forms")
def list_forms(key: str) -> str:
    """List the programme's forms."""
    pack = _pack(key)
    names = form_outline.name_forms(pack)
    return render_template(
        "modeler/forms.html",
        pack=pack,
        forms=[(id_, names[id_], len(form_outline.outline(pack, s))) for id_, s in pack.forms.items()],
    )


@pages.get("/<key>/forms/<form_id>")
def show_form(key: str, form_id: str) -> str:
    """Show one form as it will be filled in."""
    pack = _pack(key)
    schema = pack.forms.get(form_id)
    if schema is None:
        raise NotFound(_("没有这个表单。"))
    return render_template(
        "modeler/form.html",
        pack=pack,
        form_id=form_id,
        name=form_outline.name_forms(pack)[form_id],
        schema=schema,
        fields=form_outline.outline(pack, schema),
    )


def _pack(key: str) -> Pack:
    """Return a programme's pack if the actor may draw it; to anybody else there is nothing here."""
    pack = wiring.get_pack(g.ctx, key)
    diagrams.require_may_draw(g.ctx, pack)
    return pack


def _posted() -> bytes:
    length = request.content_length or 0
    if length > diagrams.MAX_BYTES:
        raise Invalid(_("流程图超过 2 MB，不能接收。请拆分流程，或删除图中嵌入的图片。"))
    return request.get_data()


def _xml(xml: bytes, name: str) -> Response:
    response = Response(xml, mimetype="application/xml")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "element_id": problem.element_id,
        "message": problem.message,
        "fix": problem.fix,
        "severity": problem.severity,
        "rule": problem.rule,
    }


def _roles(pack: Pack) -> list[dict[str, str]]:
    scopes = {
        "self": _("本人"),
        "unit": _("所在单位"),
        "recommender": _("推荐单位"),
        "organiser": _("主办单位"),
    }
    above = {unit.parent for unit in pack.units} - {"", pack.programme.organiser}
    levels = list(dict.fromkeys(unit.level for unit in pack.units if unit.code in above))
    return [
        {"id": f"{role.key}@{scope}", "name": f"{role.name}（{scopes.get(scope, scope)}）"}
        for role in pack.programme.roles.values()
        for scope in (*role.scopes, *(levels if "unit" in role.scopes else ()))
    ]
