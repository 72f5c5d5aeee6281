"""The engine's state through a real database and back: bytes as they were, or JSON that was rewritten."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import cast, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.types import String

from service import engine
from service.models import Instance
from service.workflow.context import Context
from tests.engine.sketch import draw
from tests.workflow.plant import Plant, start

ENV = engine.Environment(now=datetime(2024, 3, 1, 4, tzinfo=UTC), zone=ZoneInfo("Asia/Shanghai"))
SKETCH = """
start s
user W groups=r@self
sub S parallel over="=people" item=who {
  start i
  user A groups=r@self
  boundary late on A timer P1D non-interrupting
  user H groups=r@self
  user B groups=r@self
  i -> A -> B
  late -> H
}
user M groups=r@self parallel over="=people" item=who into=answers output="=outcome"
xor g
end e
s -> W -> S -> M -> g
g -> W ? =answers[1] = "return"
g -> e *
"""


def walk(seed: int, keep: object) -> list[object]:
    """Walk at random; ``keep`` is what a store does to the state between two commands."""
    diagram, chance = engine.compile_diagram(draw(p=SKETCH)), random.Random(seed)
    variables: engine.Variables = {
        "people": ["甲\x00\u2028\\", "乙", "|u7|"],
        "z": {"b": 1, "a": [2.5, None]},
    }
    step = engine.advance(diagram, "p", None, engine.Start(variables=variables), ENV)
    told: list[object] = []
    while not step.completed and len(told) < 60:
        said: engine.Variables = {"outcome": chance.choice(["return", "approve"])}
        commands: list[engine.Command] = [
            *(engine.CompleteUserTask(key=key, variables=said) for key in step.user_tasks.keys),
            *(engine.FireTimer(key=key) for key in step.timers.keys),
        ]
        step = engine.advance(diagram, "p", keep(step.state), chance.choice(commands), ENV)  # type: ignore[operator]
        told.append((step.trace, tuple(step.user_tasks), tuple(step.timers), step.variables))
    return told


@pytest.mark.usefixtures("both_databases")
def test_state_comes_back_as_it_was(ctx: Context, plant: Plant) -> None:
    instance = start(ctx, plant)

    def keep(state: bytes) -> bytes:
        instance.state = state
        ctx.session.flush()
        ctx.session.expire(instance)
        return ctx.session.scalars(select(Instance.state).where(Instance.id == instance.id)).one()

    assert walk(1, keep) == walk(1, lambda state: state)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_state_survives_a_database_that_rewrites_json(session: Session, seed: int) -> None:
    def keep(state: bytes) -> bytes:
        header, _, body = state.partition(b"\n")
        # jsonb knows no NUL; what it does to the order of keys is what matters here
        text = body.decode().replace("\\u0000", "\\ue000")
        rewritten = session.scalar(select(cast(cast(literal(text), JSONB), String)))
        assert rewritten is not None
        assert rewritten != text
        return header + b"\n" + rewritten.replace("\ue000", "\\u0000").encode()

    assert walk(seed, keep) == walk(seed, lambda state: state)
