"""Moving the nominations of a round to a redrawn diagram: trying it out, then doing it with one worker."""

from __future__ import annotations

import time

from bench.table import Row, show
from service.clock import MovableClock, wall_clock
from service.models import Deployment
from service.scheduler import migrations
from service.workflow.definition import deployments
from service.workflow.instance.decisions import files_of
from service.workflow.migration import orders, proposals, trials
from service.workflow.migration.records import Request, Summary
from tests import postgresql
from tests.reliability.installation import PROGRAMME, Installation, install

INSTANCES = 5000
TARGET = 300.0
#: of the steps nominations stand at: what an organiser redraws most
BEFORE, AFTER = 'name="填写推荐表"', 'name="填报推荐表"'


def main() -> None:
    """Print the figures for each kind of database."""
    rows = []
    for kind in ("sqlite", "postgresql"):
        clock = MovableClock(wall_clock())
        try:
            with install(kind, size=0, unsent=INSTANCES, clock=clock, photos=False) as installation:
                rows += _measure(kind, installation)
        except postgresql.NoServer as missing:
            rows.append(Row(what=kind, figure="skipped", beside=str(missing)))
    show(f"Moving {INSTANCES} nominations to another version", rows)


def _measure(kind: str, installation: Installation) -> list[Row]:
    source, target = _publish(installation)
    began = time.perf_counter()
    with installation.wiring.reading() as ctx:
        plan = proposals.propose(ctx, source, target).plan
        request = Request(source=source.version, target=target.version, plan=plan)
        report = trials.try_out(ctx, source, target, request)
    tried = time.perf_counter() - began
    with installation.wiring.transaction() as ctx:
        orders.order(ctx, source, target, request, "压力测试", plan_hash=report.plan_hash)
    began = time.perf_counter()
    while migrations.run_once(installation.wiring):
        pass
    took = time.perf_counter() - began
    done = _summary(installation)
    assert done.moved == report.ok + report.warn == INSTANCES + 1  # the round itself moves as well
    return [
        Row(what=f"{kind}: tried out, nothing written", figure=f"{tried:.1f} s"),
        Row(
            what=f"{kind}: moved, each in its own transaction, one worker",
            figure=f"{took:.1f} s",
            beside=f"{1000 * took / done.moved:.1f} ms an instance",
            target=f"<= {TARGET:.0f} s",
            met=took <= TARGET,
        ),
    ]


def _publish(installation: Installation) -> tuple[Deployment, Deployment]:
    with installation.wiring.transaction() as ctx:
        source = deployments.get_newest(ctx, PROGRAMME)
        xml = source.xml.decode()
        assert BEFORE in xml
        forms, files = deployments.forms_of(ctx, source), files_of(ctx, source)
        target = deployments.publish(ctx, PROGRAMME, xml.replace(BEFORE, AFTER).encode(), forms, files)
        return source, target


def _summary(installation: Installation) -> Summary:
    with installation.wiring.reading() as ctx:
        return orders.list_orders(ctx, PROGRAMME)[0]
