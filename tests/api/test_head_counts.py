"""Head counts over HTTP: reporting them for a unit gives it places by the programme's ratio."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.clock import MovableClock
from service.programmes.account import pack_units
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.domain import Programmes
from service.programmes.round import rounds
from service.schema import upgrade
from service.wire import Runtime, wire
from tests.api.caller import Caller
from tests.api.conftest import app_of, settings_of, token_of

Call = Callable[[str], Caller]
JUNE = datetime(2021, 6, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def selection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a period of the selection by ratio, never changed."""
    folder = tmp_path_factory.mktemp("selection")
    service = wire(settings_of(folder), clock=MovableClock(JUNE), durable=False)
    upgrade(service.engine)
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    with service.wiring.transaction() as ctx:
        pack = domain.packs["thousand-good-youth"]
        demonstration.create_accounts(ctx, read_demo(pack.demo), pack_units.load(ctx, pack.units))
        rounds.open_round(ctx, pack, label="2021")
    service.engine.dispose()
    return folder


@pytest.fixture
def service(selection: Path, tmp_path: Path) -> Iterator[Runtime]:
    folder = tmp_path / "data"
    shutil.copytree(selection, folder)
    service = wire(settings_of(folder), clock=MovableClock(JUNE), durable=False)
    yield service
    service.engine.dispose()


@pytest.fixture
def call(service: Runtime) -> Call:
    app = app_of(service)
    return lambda login: Caller(app.test_client(), token_of(service, login))


PATH = "/rounds/1/head-counts/sxgz-1-2"


def test_a_report_gives_places_by_the_ratio_and_a_newer_one_replaces_it(call: Call) -> None:
    league = call("xiangmu-tuan")
    before = league.get(PATH)

    first = league.put(PATH, {"number": 45}, headers={"If-Match": before.headers["ETag"]})
    second = league.put(PATH, {"number": 19}, headers={"If-Match": first.headers["ETag"]})

    assert (before.get_json()["number"], before.get_json()["places"]) == (None, 0)
    assert (first.get_json()["number"], first.get_json()["places"]) == (45, 2)
    assert (second.get_json()["number"], second.get_json()["places"]) == (19, 1)
    assert [row["number"] for row in league.get("/rounds/1/head-counts").get_json()] == [19]
    assert call("guozi").get(PATH).get_json() == second.get_json()


def test_a_report_heeds_the_version_read(call: Call) -> None:
    league = call("xiangmu-tuan")
    tag = league.get(PATH).headers["ETag"]
    league.put(PATH, {"number": 45}, headers={"If-Match": tag})

    missing = league.put(PATH, {"number": 45})
    stale = league.put(PATH, {"number": 46}, headers={"If-Match": tag})
    unchanged = league.get(PATH, headers={"If-None-Match": league.get(PATH).headers["ETag"]})

    assert (missing.status_code, stale.status_code, unchanged.status_code) == (428, 412, 304)
    assert stale.mimetype == "application/problem+json"
    assert league.get(PATH).get_json()["number"] == 45


def test_nobody_reports_for_another_unit_or_a_number_that_is_none(call: Call) -> None:
    league = call("xiangmu-tuan")
    match = {"If-Match": "*"}

    other = league.put("/rounds/1/head-counts/sxjg-01", {"number": 45}, headers=match)
    negative = league.put(PATH, {"number": -1}, headers=match)

    assert (other.status_code, league.get("/rounds/1/head-counts/sxjg-01").status_code) == (404, 404)
    assert (negative.status_code, list(negative.get_json()["errors"])) == (422, ["number"])
