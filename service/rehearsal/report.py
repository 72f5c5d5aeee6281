"""What a rehearsal found: its timeline, its counts, and everything that is not as it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from service.models import (
    Award,
    Incident,
    Instance,
    InstanceStatus,
    Job,
    Nomination,
    Quota,
    Reminder,
    Round,
)
from service.programmes.pack.packs import Pack
from service.scheduler.stepping import Happening
from service.workflow import history
from service.workflow.context import Context


@dataclass(kw_only=True)
class Report:
    """The result of one rehearsal."""

    zone: ZoneInfo
    timeline: list[tuple[datetime, str]] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)  #: nominations by status at the end
    awards: dict[str, int] = field(default_factory=dict)  #: category's name to awards
    nudges: int = 0
    completions: int = 0
    shortfall: str = ""  #: said when fewer hold the title than the notice wants
    guessed: tuple[int, ...] = ()  #: years it lived through whose holidays nobody has announced
    problems: list[str] = field(default_factory=list)  #: empty when the round ended clean

    def note(self, at: datetime, sentence: str) -> None:
        """Add a line to the timeline."""
        self.timeline.append((at, sentence))

    def note_happenings(self, happened: list[Happening]) -> None:
        """Add what the scheduler did."""
        for happening in happened:
            self.note(happening.at, happening.sentence)

    def lines(self) -> Iterator[str]:
        """Yield the report as text, the timeline first."""
        # the words of the pages: they are not loaded to live a round through
        from service.web.frame import labels  # noqa: PLC0415

        day = ""
        for at, sentence in self.timeline:
            local = at.astimezone(self.zone)
            today = f"{local:%Y-%m-%d}"
            yield f"{today if today != day else ' ' * 10}  {local:%H:%M}  {sentence}"
            day = today
        yield ""
        yield "申报结果  " + "，".join(
            f"{labels.NOMINATION[status][0]} {count}" for status, count in self.statuses.items()
        )
        yield "授予称号  " + "，".join(f"{name} {count}" for name, count in self.awards.items())
        yield f"合计  {sum(self.awards.values())} 人获得称号，{self.completions} 次办理，{self.nudges} 次提醒"
        if self.shortfall:
            yield self.shortfall
        for year in self.guessed:
            yield f"{year} 年的放假安排还没有公布，演练按周一至周五推算"
        yield from (f"问题  {problem}" for problem in self.problems)


def conclude(ctx: Context, entry: Round, pack: Pack, report: Report) -> None:
    """Count what there is at the end and note every problem."""
    categories = pack.programme.categories
    by_category = Counter(ctx.session.scalars(select(Award.category).where(Award.round_id == entry.id)))
    report.awards = {category.name: by_category[key] for key, category in categories.items()}
    wanted, number = pack.programme.award.at_least, by_category.total()
    if number < wanted:
        report.shortfall = f"不足  通知要求每期 {wanted} 名以上，现有 {number} 名"
    report.statuses = dict(
        Counter(ctx.session.scalars(select(Nomination.status).order_by(Nomination.status)))
    )
    report.nudges = ctx.session.scalar(select(func.count(Reminder.id))) or 0
    report.problems += _find_problems(ctx, pack, by_category)


def _find_problems(ctx: Context, pack: Pack, awards: Counter[str]) -> Iterator[str]:
    for instance in ctx.session.scalars(select(Instance).where(Instance.status == InstanceStatus.ACTIVE)):
        yield f"流程没有结束：{instance.title}（{instance.business_key}）"
    for incident in ctx.session.scalars(select(Incident).where(Incident.resolved_at.is_(None))):
        yield f"流程故障：{incident.element_id} {incident.message}"
    for job in ctx.session.scalars(select(Job)):
        yield f"作业没有办完：{job.kind} {job.element_id} 应于 {job.due_at.isoformat()} {job.last_error}"
    for quota in ctx.session.scalars(select(Quota).where(Quota.hard, Quota.taken > Quota.places)):
        yield f"超出名额：{quota.unit.name} {quota.category} {quota.taken}/{quota.places}"
    for category, number in awards.items():
        if 0 < pack.programme.places_of(category) < number:
            yield f"授予人数超出：{category} {number}"
    for broken in history.verify(ctx.session):
        yield f"历史记录链断裂：{broken.stream} {broken.seq} {broken.reason}"
