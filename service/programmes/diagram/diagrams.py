"""The diagrams of a programme as they are redrawn: versions, drafts, checking, publishing, comparing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, delete, func, literal, select

from service.engine.records import Problem
from service.errors import Forbidden, Invalid, NotFound
from service.models import Deployment, DiagramDraft, Instance, InstanceStatus, User
from service.programmes.diagram import completeness, in_force
from service.programmes.pack.packs import Pack
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.definition.deployments import DiagramRefused

MAX_BYTES = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Version:
    """One published version, and how many instances run it."""

    deployment_id: int
    number: int
    note: str
    by: str
    deployed_at: object
    active: int


def may_draw(ctx: Context, pack: Pack) -> bool:
    """Say whether the actor may redraw a programme's diagram: administrators and its organiser."""
    return ctx.actor.is_admin or f"organiser@{pack.programme.organiser}" in ctx.actor.groups


def require_may_draw(ctx: Context, pack: Pack) -> None:
    """Refuse whoever may not redraw a programme's diagram."""
    if not may_draw(ctx, pack):
        raise Forbidden("只有系统管理员和主办单位可以修改流程图。")


def list_versions(ctx: Context, key: str) -> list[Version]:
    """Return the versions of a programme, newest first, without their diagrams."""
    running = select(Instance.deployment_id, func.count().label("active"))
    running_by = running.where(Instance.status == InstanceStatus.ACTIVE).group_by(Instance.deployment_id)
    counted = running_by.subquery()
    query = (
        select(
            Deployment.id,
            Deployment.version,
            Deployment.note,
            Deployment.deployed_at,
            User.name,
            counted.c.active,
        )
        .outerjoin(User, User.id == Deployment.deployed_by_id)
        .outerjoin(counted, counted.c.deployment_id == Deployment.id)
        .where(Deployment.key == key)
        .order_by(Deployment.version.desc())
    )
    return [
        Version(
            deployment_id=row.id,
            number=row.version,
            note=row.note,
            by=row.name or "系统",
            deployed_at=row.deployed_at,
            active=row.active or 0,
        )
        for row in ctx.session.execute(query)
    ]


def get_version(ctx: Context, key: str, number: int) -> Deployment:
    """Return a published version."""
    wide = literal(number, BigInteger)  # somebody may ask for more than the column holds
    query = select(Deployment).where(Deployment.key == key, Deployment.version == wide)
    deployment = ctx.session.scalar(query)
    if deployment is None:
        raise NotFound("没有这一版流程图。")
    return deployment


def find_draft(ctx: Context, key: str) -> DiagramDraft | None:
    """Return the actor's draft of a programme's diagram."""
    query = select(DiagramDraft).where(DiagramDraft.key == key, DiagramDraft.user_id == ctx.actor.user_id)
    return ctx.session.scalar(query)


def save_draft(ctx: Context, key: str, xml: bytes) -> DiagramDraft:
    """Keep what the actor has drawn so far, whether or not it could be published."""
    require_reasonable(xml)
    draft = find_draft(ctx, key)
    if draft is None:
        draft = DiagramDraft(key=key, user_id=ctx.actor.user_id)
        ctx.session.add(draft)
    draft.xml, draft.saved_at = xml, ctx.now
    return draft


def discard_draft(ctx: Context, key: str) -> None:
    """Throw the actor's draft away."""
    mine = (DiagramDraft.key == key, DiagramDraft.user_id == ctx.actor.user_id)
    ctx.session.execute(delete(DiagramDraft).where(*mine))


def require_reasonable(xml: bytes) -> None:
    """Refuse what is no diagram by its size alone."""
    if not xml.strip():
        raise Invalid("没有收到流程图。")
    if len(xml) > MAX_BYTES:
        raise Invalid(f"流程图超过 {MAX_BYTES // 1_000_000} MB，不能接收。请拆分流程，或删除图中嵌入的图片。")


def check(pack: Pack, xml: bytes, *, remote_topics: Iterable[str] = ()) -> list[Problem]:
    """Return every problem of a diagram drawn for a programme, errors first."""
    require_reasonable(xml)
    found = completeness.check_diagram(pack, xml, remote_topics=remote_topics)
    return sorted(found, key=lambda problem: problem.severity)


def publish(
    ctx: Context, pack: Pack, xml: bytes, *, note: str, remote_topics: Iterable[str] = ()
) -> Deployment:
    """Publish a diagram as the programme's next version; raises DiagramRefused with every problem.

    New nominations take the new way at once; running ones keep the version they began with. Decision
    tables that were edited in the browser stay as they are there.
    """
    require_may_draw(ctx, pack)
    pack = in_force.with_edited(ctx, pack)
    problems = check(pack, xml, remote_topics=remote_topics)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise DiagramRefused(errors)
    deployment = deployments.publish(
        ctx,
        pack.key,
        xml,
        pack.forms,
        pack.decisions,
        note=note.strip()[:500],
        edited=in_force.edited_files(ctx, pack),
    )
    discard_draft(ctx, pack.key)
    return deployment
