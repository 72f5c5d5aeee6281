"""Playing a scenario: step after step on the moving clock, until one does not go as it should."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from service import schema
from service.clock import MovableClock
from service.config import Settings
from service.db import create_engine, create_session_factory
from service.errors import NotFound, ServiceError
from service.programmes import wiring
from service.programmes.domain import Programmes
from service.programmes.pack.packs import Pack
from service.rehearsal.scenario import deeds, file_deeds, round_deeds
from service.rehearsal.scenario.expectations import find_differences, say_expected
from service.rehearsal.scenario.library import Scenario, Step, list_names, load
from service.rehearsal.scenario.scene import Scene, Unplayable, bring_people, say_refusal, set_up
from service.scheduler.stepping import Endless
from service.scheduler.wiring import Wiring
from service.wire import wire
from service.workflow import history
from service.workflow.context import House
from service.workflow.instance import incidents

ALL = "all"


class Note(Protocol):
    """Writes down what happened, now or at another moment."""

    def __call__(self, sentence: str, at: datetime | None = None) -> None:
        """Write a sentence down."""
        ...


#: where a scratch clock stands before a scenario says when it begins
LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")

DEEDS: Mapping[str, Callable[[Scene, Step], str]] = {
    "nominate": deeds.nominate,
    "complete": deeds.do_task,
    "carry": deeds.carry,
    "send_back": deeds.send_back,
    "take_back": deeds.take_back,
    "pass_on": deeds.pass_on,
    "withdraw": deeds.withdraw,
    "object": deeds.object_to,
    "recuse": deeds.recuse,
    "dismiss": deeds.dismiss,
    "amend": deeds.amend,
    "attach": file_deeds.attach,
    "declare_files": file_deeds.declare_files,
    "clear_files": file_deeds.clear_files,
    "let_stand": file_deeds.let_stand,
    "ask_to_recommend": round_deeds.ask_to_recommend,
    "extend": round_deeds.extend,
    "move_deadline": round_deeds.move_deadline,
    "send_message": round_deeds.send_message,
    "report": round_deeds.report,
    "open_round": round_deeds.open_round,
    "enter_calendar": round_deeds.enter_calendar,
    "redraw": round_deeds.redraw,
    "leaves": round_deeds.leaves,
    "appoint": round_deeds.appoint,
    "import_roster": round_deeds.import_roster,
}


@dataclass(kw_only=True)
class Transcript:
    """What happened when a scenario was played."""

    scenario: Scenario
    events: list[tuple[datetime, str]] = field(default_factory=list)  #: in the programme's zone
    problems: list[str] = field(default_factory=list)  #: empty when everything went as it should


def play_all(
    settings: Settings, programme: str, wanted: str, echo: Callable[[str], None]
) -> Iterator[Transcript]:
    """Play one scenario of a programme, or ``all``, each on a scratch database, printing it as it happens.

    Raises NotFound with the known names where there is none of that name, and WrongScenario before
    anything is played where one cannot be read.
    """
    folder = settings.processes_dir
    names = list_names(folder, programme) if wanted == ALL else [wanted]
    scenarios = [load(folder, programme, name) for name in names]
    if not scenarios:
        raise NotFound(f"“{programme}”还没有场景，可在 processes/{programme}/scenarios/ 里写。")
    with open_stage(settings, programme) as stage:
        for scenario in scenarios:
            with stage.empty() as (wiring_, clock):
                yield _play_aloud(wiring_, clock, scenario, programme, echo)


def _play_aloud(
    wiring_: Wiring, clock: MovableClock, scenario: Scenario, programme: str, echo: Callable[[str], None]
) -> Transcript:
    echo(f"{scenario.name}  {scenario.says}")
    day = ""

    def tell(local: datetime, sentence: str) -> None:
        nonlocal day
        today = f"{local:%Y-%m-%d}"
        echo(f"  {today if today != day else ' ' * 10}  {local:%H:%M}  {sentence}")
        day = today

    transcript = play(wiring_, clock, scenario, programme, tell)
    for problem in transcript.problems:
        echo(f"  ✗ {problem}")
    if not transcript.problems:
        echo(f"  ✓ {len(scenario.steps)} 步都如所期")
    return transcript


def play(
    wiring_: Wiring,
    clock: MovableClock,
    scenario: Scenario,
    programme: str,
    tell: Callable[[datetime, str], None] = lambda _at, _sentence: None,
) -> Transcript:
    """Play a scenario where its programme's people are; it ends at the first step that goes otherwise.

    ``tell`` is given everything as it happens.
    """
    with wiring_.reading() as ctx:
        shipped = wiring.get_pack(ctx, programme)
    transcript = Transcript(scenario=scenario)
    try:
        pack = _switch(shipped, scenario)
    except Unplayable as wrong:
        transcript.problems.append(f"{scenario.name}.yaml：{wrong}")
        return transcript
    if pack is not shipped:
        wiring_ = replace(wiring_, house=_with_pack(wiring_.house, pack))

    def note(sentence: str, at: datetime | None = None) -> None:
        local = (at or clock()).astimezone(pack.programme.zone)
        transcript.events.append((local, sentence))
        tell(local, sentence)

    try:
        scene = _set_up(wiring_, clock, pack, scenario)
        for number, step in enumerate(scenario.steps, 1):
            problem = _take_step(scene, step, note)
            if problem:
                transcript.problems.append(
                    f"{scenario.name}.yaml 第 {step.line} 行，第 {number} 步 {step.word}：{problem}"
                )
                return transcript
    except Unplayable as wrong:
        transcript.problems.append(f"{scenario.name}.yaml：{wrong}")
        return transcript
    transcript.problems += _conclude(scene)
    return transcript


def _switch(pack: Pack, scenario: Scenario) -> Pack:
    """Return the pack with its switches as a scenario has them."""
    known, said = pack.programme.switches, scenario.switches
    strange = [name for name in said if name not in known]
    if strange:
        raise Unplayable(f"没有叫“{strange[0]}”的开关，有：{'、'.join(known) or '（没有）'}。")
    if all(known[name] == is_on for name, is_on in said.items()):
        return pack
    return replace(pack, programme=replace(pack.programme, switches={**known, **said}))


def _with_pack(house: House, pack: Pack) -> House:
    domain = house.domain
    assert isinstance(domain, Programmes)
    packs = {**domain.packs, pack.key: pack}
    switched = Programmes(packs, domain.storage, evidence_megabytes=domain.evidence_megabytes)
    return replace(house, domain=switched)


class Stage:
    """Scratch databases for a programme's scenarios: made once, with its units and accounts, and copied."""

    def __init__(self, settings: Settings, folder: Path, programme: str) -> None:
        self._template, self._database = folder / "template.db", folder / "scenario.db"
        scratch = replace(
            settings, data_dir=folder, database_url=f"sqlite:///{self._template}", demonstration=False
        )
        runtime = wire(scratch, clock=MovableClock(LONG_AGO), durable=False)
        schema.upgrade(runtime.engine)
        with runtime.wiring.reading() as ctx:
            pack = wiring.get_pack(ctx, programme)
        bring_people(runtime.wiring, pack)
        runtime.engine.dispose()
        self._wiring = runtime.wiring
        with closing(sqlite3.connect(self._template)) as connection:
            # the file is copied: nothing may be left in the write-ahead log
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def empty(self) -> Iterator[tuple[Wiring, MovableClock]]:
        """Open a database in which nothing has happened yet, with a clock of its own."""
        shutil.copy(self._template, self._database)
        engine, clock = create_engine(f"sqlite:///{self._database}", durable=False), MovableClock(LONG_AGO)
        try:
            factory = create_session_factory(engine)
            yield replace(self._wiring, session_factory=factory, clock=clock, gate=_let_pass), clock
        finally:
            engine.dispose()
            for file in self._database.parent.glob(f"{self._database.name}*"):
                file.unlink()


def _let_pass() -> None:
    """Let every transaction begin: the scratch tables are made just now, under the key of the process."""


@contextmanager
def open_stage(settings: Settings, programme: str) -> Iterator[Stage]:
    """Open a folder of its own for scratch databases and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="xuanshu-scenario-") as folder:
        yield Stage(settings, Path(folder), programme)


def _set_up(wiring_: Wiring, clock: MovableClock, pack: Pack, scenario: Scenario) -> Scene:
    try:
        return set_up(wiring_, clock, pack, scenario)
    except ServiceError as refusal:
        raise Unplayable(f"届次开不起来：{say_refusal(refusal)}") from refusal


def _take_step(scene: Scene, step: Step, note: Note) -> str | None:
    """Do what a step says and let what is due happen; return what went wrong, or None."""
    try:
        if step.word == "expect":
            return _look(scene, step, note)
        if step.word == "wait_until":
            return _wait(scene, step, note)
        return _do(scene, step, note)
    except Unplayable as wrong:
        return str(wrong)
    except Endless as endless:
        return f"流程在原地打转：{endless}"


def _do(scene: Scene, step: Step, note: Note) -> str | None:
    expected = step.said.get("refused")
    try:
        with deeds.facing_faults(scene):
            sentence = DEEDS[step.word](scene, step)
    except ServiceError as refusal:
        told = say_refusal(refusal)
        if expected is None:
            return f"没有办成：{told}"
        if expected not in told:
            return f"期望被拒绝，理由含“{expected}”，实际理由是“{told}”"
        note(f"被拒绝：{told}")
        return None
    if expected is not None:
        return f"期望被拒绝，理由含“{expected}”，实际办成了：{sentence}"
    note(sentence)
    _note_happenings(scene, scene.clock(), note)
    return None


def _wait(scene: Scene, step: Step, note: Note) -> str | None:
    until = scene.moment(step.said["wait_until"])
    if until < scene.clock():
        return f"时间不能倒流：现在已是 {scene.clock().astimezone(scene.pack.programme.zone):%Y-%m-%d %H:%M}"
    _note_happenings(scene, until, note)
    note("时间到")
    return None


def _note_happenings(scene: Scene, until: datetime, note: Note) -> None:
    for happening in scene.pass_until(until):
        note(happening.sentence, happening.at)


def _look(scene: Scene, step: Step, note: Note) -> str | None:
    differences = list(find_differences(scene, step.said["expect"]))
    if differences:
        return "；".join(differences)
    note(f"核对：{step.said.get('note') or say_expected(step.said['expect'])}")
    return None


def _conclude(scene: Scene) -> Iterator[str]:
    """Yield what no scenario may leave behind: broken chains, and incidents that nobody expected."""
    with scene.wiring.reading() as ctx:
        for broken in history.verify(ctx.session):
            yield f"历史记录链断裂：{broken.stream} {broken.seq} {broken.reason}"
        expected = any("incidents" in step.said.get("expect", {}) for step in scene.scenario.steps)
        for incident in () if expected else incidents.list_open(ctx):
            yield f"流程故障：{incident.element_id} {incident.message}"
