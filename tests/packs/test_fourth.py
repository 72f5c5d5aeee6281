"""A programme set up from its notice alone (tests/packs/fourth): projects instead of people, scored twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.clock import MovableClock
from service.config import Settings
from service.connectors.storage import Storage
from service.db import create_engine, create_session_factory
from service.programmes.diagram import completeness
from service.programmes.domain import Programmes
from service.programmes.pack.packs import Pack, load_pack
from service.programmes.rule import scoring
from service.rehearsal.rehearse import rehearse
from service.rehearsal.scenario import library
from service.rehearsal.scenario.play import LONG_AGO, play
from service.rehearsal.scenario.scene import bring_people
from service.scheduler.wiring import Wiring
from service.schema import upgrade
from service.workflow.context import House

FOURTH = Path(__file__).parent / "fourth"
KEY = "nanyu-projects"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(FOURTH / "processes", FOURTH / "forms", KEY)


def test_it_can_be_run_as_it_stands(pack: Pack) -> None:
    assert completeness.check(pack) == []
    assert not pack.programme.nominates_people


def test_the_first_scoring_counts_40_and_the_pitch_60_percent(pack: Pack) -> None:
    review = pack.programme.review
    assert review is not None
    full = {criterion.key: criterion.most for criterion in review.criteria}
    only_first = {criterion.key: criterion.most for criterion in review.at({"first"}).criteria}
    only_pitch = dict.fromkeys(only_first, 0) | {key: full[key] for key in full.keys() - only_first.keys()}

    totals = [scoring.total_of(review, points) for points in (full, only_first, only_pitch)]

    assert totals == [100, 100, 60]


@pytest.mark.parametrize("name", library.list_names(FOURTH / "processes", KEY))
def test_scenario(name: str, pack: Pack, empty_database_url: str, tmp_path: Path) -> None:
    engine, clock = create_engine(empty_database_url, durable=False), MovableClock(LONG_AGO)
    upgrade(engine)
    house = House(domain=Programmes({KEY: pack}, Storage(tmp_path)))
    wiring = Wiring(session_factory=create_session_factory(engine), clock=clock, house=house)
    bring_people(wiring, pack)

    played = play(wiring, clock, library.load(FOURTH / "processes", KEY, name), KEY)

    assert played.problems == []
    engine.dispose()


def test_a_whole_round_ends_clean(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, processes_dir=FOURTH / "processes", forms_dir=FOURTH / "forms")

    report = rehearse(settings, KEY, number=24)

    assert report.problems == []
    assert report.awards == {"助老助残": 5, "生态环保": 5, "乡村教育": 5}
    assert report.statuses == {"awarded": 15, "not_selected": 9}
    assert [line for line in report.lines() if "办理“路演评分”" in line] == [
        "2026-04-07  10:00  办理“路演评分”，共 126 件"
    ]
