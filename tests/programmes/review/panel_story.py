"""Living through a review as its people do: scoring, meeting, voting, deliberating."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from service.errors import ServiceError
from service.models import Candidate, PanelMember, Seat, Standing, TaskStatus, Unit, User, UserTask, Voter
from service.programmes.account import accounts
from service.programmes.demo.demo_file import read_demo
from service.programmes.domain import Programmes
from service.programmes.pack.programme import Programme
from service.programmes.review import ballots, seats
from service.workflow.context import Context
from service.workflow.task import user_tasks
from tests.programmes.story import Story

PROGRAMME = "longcheng-craftsmen"
ORGANISER, CHAIR, PARTY = "laojing", "zuzhang", "dangzu"
SEED = "双色球2024141期"
#: of the three nominations, in order
WORKPLACES = ("wujin-1", "xinbei-1", "liyang-1")


class PanelStory(Story):
    """A round of the craftsmen's programme."""

    def apply(self, unit: str = "liyang-1", *, to: str = "form_check") -> int:
        """Apply for somebody new and carry it to a step; its id."""
        by = "jiceng" if unit == "wujin-1" else f"{unit}-gonghui"
        answers = dict(read_demo(self.pack.demo).answers)
        return self.nominate(unit, "craftsman", by=by, answers=answers, to=to)

    def begin_scoring(self) -> list[int]:
        """Apply for one from each workplace, check their forms and draw the experts."""
        applied = [self.apply(unit) for unit in WORKPLACES]
        self.to_drawing(*applied)
        self.draw()
        return applied

    def to_drawing(self, *passed: int) -> None:
        """Let nominations pass the form check and the stage close."""
        for nomination_id in passed:
            self.complete(nomination_id, "form_check", "pass")
        self.pass_until("2024-12-11 10:00")

    def draw(self, seed: str = SEED) -> None:
        """Draw the experts."""
        self.step("draw_experts", ORGANISER, "confirm", {"seed": seed} if seed else {})

    def step(self, element_id: str, by: str, outcome: str, answers: dict[str, Any]) -> None:
        """Complete a task of the round, and let everybody hear of it."""
        with self.acting(by) as ctx:
            user_tasks.complete(ctx, self.round_task(ctx, element_id), outcome, answers)
        self.work_off()

    def attempt(self, login: str, act: Callable[[Context], None]) -> str:
        """Do something as somebody: ``done``, or the name of the error it was refused with."""
        try:
            with self.acting(login) as ctx:
                act(ctx)
        except ServiceError as refused:
            return type(refused).__name__
        return "done"

    def round_task(self, ctx: Context, element_id: str) -> int:
        """Return the actor's own open task of the round at a step."""
        query = (
            select(UserTask.id)
            .join(Candidate, Candidate.user_task_id == UserTask.id)
            .where(
                UserTask.instance_id == self.entry(ctx).instance_id,
                UserTask.element_id == element_id,
                UserTask.status == TaskStatus.OPEN,
                Candidate.group_key.in_(ctx.actor.task_groups),
            )
        )
        return ctx.session.scalars(query).one()

    def leave(self, login: str) -> None:
        """Let somebody's account end."""
        self._set_active(login, active=False)

    def return_(self, login: str) -> None:
        """Let somebody's account begin again."""
        self._set_active(login, active=True)

    def _set_active(self, login: str, *, active: bool) -> None:
        with self.acting("admin") as ctx:
            user = ctx.session.scalars(select(User).where(User.login == login)).one()
            accounts.set_active(ctx, user, active=active)

    def move(self, login: str, unit: str) -> None:
        """Let somebody work elsewhere."""
        with self.wiring.transaction() as ctx:
            user = ctx.session.scalars(select(User).where(User.login == login)).one()
            user.unit_id = ctx.session.scalars(select(Unit.id).where(Unit.code == unit)).one()

    def use(self, programme: Programme) -> None:
        """Let the programme be another from now on."""
        domain = self.wiring.house.domain
        assert isinstance(domain, Programmes)
        packs = {**domain.packs, self.pack.key: replace(self.pack, programme=programme)}
        house = replace(self.wiring.house, domain=Programmes(packs, domain.storage))
        self.wiring = replace(self.wiring, house=house)

    def experts(self, nomination_id: int) -> list[str]:
        """Return the logins of those who sit at a nomination, in drawn order."""
        query = select(User.login).join(Seat, Seat.user_id == User.id).order_by(Seat.place)
        query = query.where(Seat.nomination_id == nomination_id, Seat.status.in_(seats.SITTING))
        with self.wiring.reading() as ctx:
            return list(ctx.session.scalars(query))

    def score_task(self, nomination_id: int, login: str) -> int:
        """Return an expert's open task at a nomination; 0 if he has none."""
        query = (
            select(UserTask.id)
            .join(Candidate, Candidate.user_task_id == UserTask.id)
            .join(User, Candidate.group_key == "user:" + User.id.cast(Candidate.group_key.type))
            .where(
                UserTask.instance_id == self.read(nomination_id).instance_id,
                UserTask.element_id == "expert_score",
                User.login == login,
            )
        )
        with self.wiring.reading() as ctx:
            return ctx.session.scalars(query).first() or 0

    def points(self, points: int = 5, **changes: int) -> dict[str, int]:
        """Return the same points by every criterion, but for some."""
        review = self.pack.programme.review
        assert review is not None
        return dict.fromkeys([criterion.key for criterion in review.criteria], points) | changes

    def score(self, nomination_id: int, login: str, points: int = 5, **changes: int) -> None:
        """Let an expert score a nomination."""
        task_id = self.score_task(nomination_id, login)
        with self.acting(login) as ctx:
            user_tasks.complete(ctx, task_id, "submit", self.points(points, **changes))

    def score_all(self, points: Iterable[int] = (6, 8, 7)) -> None:
        """Let everybody score nominations 1, 2 and 3, each with its points, and rank them."""
        for nomination_id, number in enumerate(points, start=1):
            for login in self.experts(nomination_id):
                self.score(nomination_id, login, number)
        self.step("close_scoring", ORGANISER, "confirm", {})

    def meet(self) -> None:
        """Let the panel put the list to the vote."""
        self.step("panel_meeting", CHAIR, "confirm", {"reason": "同意按排名提出建议名单。"})

    def voters(self) -> list[str]:
        """Return the logins of everybody who sat at some nomination."""
        return sorted({login for number in (1, 2, 3) for login in self.experts(number)})

    def seat_everybody(self) -> None:
        """Let all of the pool have scored nomination 3: then they vote, too."""
        with self.wiring.transaction() as ctx:
            had = select(Seat.user_id).where(Seat.nomination_id == 3)
            pool = select(PanelMember.user_id, PanelMember.place).where(PanelMember.user_id.not_in(had))
            ctx.session.add_all(
                Seat(round_id=self.round_id, nomination_id=3, user_id=user, place=place, status="scored")
                for user, place in ctx.session.execute(pool).all()
            )

    def vote(self, login: str, choice: str = ballots.FOR, **others: str) -> None:
        """Cast somebody's vote: one choice for all, but for ``n2="against"``."""
        with self.acting(login) as ctx:
            task_id = self.round_task(ctx, "cast_ballot")
            ballot = ballots.find_newest(ctx, self.entry(ctx))
            assert ballot is not None
            asked = ballots.list_votable(ctx, ballot)
            ballots.cast(ctx, task_id, {number: others.get(f"n{number}", choice) for number in asked})

    def vote_all(self) -> None:
        """Let everybody who is asked vote for everybody."""
        with self.wiring.reading() as ctx:
            ballot = ballots.find_newest(ctx, self.entry(ctx))
            assert ballot is not None
            asked = select(User.login).join(Voter, Voter.user_id == User.id)
            logins = ctx.session.scalars(asked.where(Voter.ballot_id == ballot.id).order_by(User.login)).all()
        for login in logins:
            self.vote(login)

    def vote_too_few(self) -> list[str]:
        """Let the ballot be no secret: on nomination 3 one has voted and two more may; returns all five.

        Two must step back from him, one has voted, two have not; whoever else might have left.
        """
        first, second, third, *rest = self.voters()
        for login in (first, second):
            self.move(login, "liyang")
        for login in (first, second, third):
            self.vote(login, ballots.AGAINST)
        for login in rest[2:]:
            self.leave(login)
        return [first, second, third, *rest[:2]]

    def deliberate(self, outcome: str = "approve") -> None:
        """Let the leading group decide."""
        self.step("deliberate", PARTY, outcome, {"reason": "经集体研究，作出本决定。"})

    def proposed(self) -> list[int]:
        """Return who is on the list, in the order of the ranking."""
        with self.wiring.reading() as ctx:
            query = select(Standing.nomination_id).where(Standing.proposed).order_by(Standing.rank)
            return list(ctx.session.scalars(query))
