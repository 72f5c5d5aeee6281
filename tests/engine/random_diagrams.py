"""Random diagrams that are sound by how they are made: plans for hypothesis, and the drawing of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import strategies as st

from tests.engine.sketch import draw


@dataclass
class Builder:
    """Writes block-structured diagrams in shorthand: every split has its join, every loop an exit."""

    lines: list[str] = field(default_factory=list)
    count: int = 0
    called: dict[str, str] = field(default_factory=dict)  #: processes that call activities call

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def leaf(self, kind: str) -> tuple[str, str]:
        name = self.name(kind)
        words = {
            "user": f"user {name} groups=r@self due=P1D",
            "timer": f"catch {name} timer PT1H",
            "signal": f"catch {name} signal go",
            "message": f'catch {name} message told key="=nid"',
            "service": f"service {name} topic=t",
            "inline": f"service {name} topic=inline",
            "task": f"task {name}",
            "script": f'script {name} script="=count({name}_list)" result={name}',
            "many": f'user {name} parallel over="=[1,2]" item=i into={name}_out output="=i"',
            "several": f'user {name} sequential over="=[1,2]" item=i into={name}_out output="=i"',
        }
        self.lines.append(words[kind])
        return name, name

    def block(self, plan: object) -> tuple[str, str]:
        """Write a plan and return its first and last node."""
        if isinstance(plan, str):
            return self.leaf(plan)
        kind, *parts = plan  # type: ignore[misc]
        return getattr(self, f"write_{kind}")(parts)

    def write_sequence(self, parts: list[object]) -> tuple[str, str]:
        ends = [self.block(part) for part in parts]
        for (_, last), (first, _) in pairwise(ends):
            self.lines.append(f"{last} -> {first}")
        return ends[0][0], ends[-1][1]

    def write_parallel(self, parts: list[object]) -> tuple[str, str]:
        return self.branches("and", parts, lambda _number: "")

    def write_choice(self, parts: list[object]) -> tuple[str, str]:
        return self.branches("xor", parts, lambda number: f" ? =pick = {number}" if number else " *")

    def write_inclusive(self, parts: list[object]) -> tuple[str, str]:
        return self.branches("or", parts, lambda number: f" ? =pick >= {number}" if number else " *")

    def branches(self, kind: str, parts: list[object], mark: object) -> tuple[str, str]:
        split, join = self.name(kind), self.name(kind)
        self.lines += [f"{kind} {split}", f"{kind} {join}"]
        for number, part in enumerate(parts):
            first, last = self.block(part)
            self.lines += [f"{split} -> {first}{mark(number)}", f"{last} -> {join}"]  # type: ignore[operator]
        return split, join

    def write_loop(self, parts: list[object]) -> tuple[str, str]:
        entry, check = self.name("xor"), self.name("xor")
        self.lines += [f"xor {entry}", f"xor {check}"]
        first, last = self.block(parts[0])
        after, _ = self.leaf("task")
        self.lines += [f"{entry} -> {first}", f"{last} -> {check}", f"{check} -> {entry} ? =pick = 1"]
        self.lines.append(f"{check} -> {after} *")
        return entry, after

    def write_scope(self, parts: list[object]) -> tuple[str, str]:
        name, inner = self.name("sub"), self.name("start")
        self.lines += [f"sub {name} {{", f"start {inner}"]
        first, _ = self.block(parts[0])
        self.lines += [f"{inner} -> {first}", "}"]
        late, merge = self.name("late"), self.name("xor")
        self.lines += [f"boundary {late} on {name} timer PT2H", f"xor {merge}"]
        self.lines += [f"{name} -> {merge}", f"{late} -> {merge}"]
        return name, merge

    def write_race(self, parts: list[object]) -> tuple[str, str]:
        race, late, heard, merge = (self.name(kind) for kind in ("race", "late", "heard", "xor"))
        self.lines += [f"race {race}", f"catch {late} timer PT1H", f"catch {heard} signal go", f"xor {merge}"]
        first, last = self.block(parts[0])
        self.lines += [f"{race} -> {late} -> {first}", f"{last} -> {merge}", f"{race} -> {heard} -> {merge}"]
        return race, merge

    def write_guarded(self, parts: list[object]) -> tuple[str, str]:
        name, inner = self.name("sub"), self.name("start")
        self.lines += [f"sub {name} {{", f"start {inner}"]
        first, _ = self.block(parts[0])
        self.lines.append(f"{inner} -> {first}")
        for event, work in (
            ("cycle R2/PT1H non-interrupting", "user {} groups=r@self"),
            ("signal stop", "task {}"),
        ):
            guard, begin, done = self.name("esp"), self.name("start"), self.name("user")
            self.lines += [
                f"esp {guard} {{",
                f"start {begin} {event}",
                work.format(done),
                f"{begin} -> {done}",
                "}",
            ]
        self.lines.append("}")
        return name, name

    def write_erring(self, parts: list[object]) -> tuple[str, str]:
        name, inner, gate, bad, fine = (self.name(kind) for kind in ("sub", "start", "xor", "bad", "fine"))
        self.lines += [
            f"sub {name} {{",
            f"start {inner}",
            f"xor {gate}",
            f"end {bad} error oops",
            f"end {fine}",
        ]
        first, last = self.block(parts[0])
        self.lines += [f"{inner} -> {first}", f"{last} -> {gate}", f"{gate} -> {bad} ? =pick = 2"]
        self.lines += [f"{gate} -> {fine} *", "}"]
        caught, merge = self.name("caught"), self.name("xor")
        self.lines += [f"boundary {caught} on {name} error oops", f"xor {merge}"]
        self.lines += [f"{name} -> {merge}", f"{caught} -> {merge}"]
        return name, merge

    def write_raised(self, parts: list[object]) -> tuple[str, str]:
        name, inner, thrown, caught, done = (
            self.name(kind) for kind in ("sub", "start", "up", "caught", "user")
        )
        self.lines += [f"sub {name} {{", f"start {inner}", f"throw {thrown} escalation higher"]
        first, _ = self.block(parts[0])
        self.lines += [f"{inner} -> {thrown} -> {first}", "}", f"user {done} groups=r@self"]
        self.lines.append(f"boundary {caught} on {name} escalation higher non-interrupting")
        self.lines.append(f"{caught} -> {done}")
        return name, name

    def write_called(self, parts: list[object]) -> tuple[str, str]:
        call, process, begin, end = (self.name(kind) for kind in ("call", "q", "start", "end"))
        around, self.lines = self.lines, [f"start {begin}", f"end {end}"]
        first, last = self.block(parts[0])
        self.lines += [f"{begin} -> {first}", f"{last} -> {end}"]
        self.called[process] = "\n".join(self.lines)
        self.lines = [*around, f"call {call} process={process}"]
        return call, call

    def write_reminded(self, parts: list[object]) -> tuple[str, str]:
        asked, due, nudge = self.name("user"), self.name("due"), self.name("task")
        self.lines += [
            f"user {asked} groups=r@self",
            f"boundary {due} on {asked} cycle R2/PT1H non-interrupting",
        ]
        first, last = self.block(parts[0])
        self.lines += [f"task {nudge}", f"{due} -> {nudge}", f"{asked} -> {first}"]
        return asked, last

    def write_awaited(self, parts: list[object]) -> tuple[str, str]:
        split, join, done, wait = (self.name(kind) for kind in ("and", "and", "user", "wait"))
        self.lines += [f"and {split}", f"and {join}", f"user {done} groups=r@self"]
        self.lines.append(f'catch {wait} condition "={done} = 1"')
        first, last = self.block(parts[0])
        self.lines += [f"{split} -> {done} -> {join}", f"{split} -> {wait} -> {first}", f"{last} -> {join}"]
        return split, join

    def write_linked(self, parts: list[object]) -> tuple[str, str]:
        first, last = self.block(parts[0])
        there, here = self.name("there"), self.name("here")
        self.lines += [f"throw {there} link {there}", f"catch {here} link {there}", f"{last} -> {there}"]
        return first, here

    def write_crowd(self, parts: list[object]) -> tuple[str, str]:
        name, inner = self.name("crowd"), self.name("start")
        self.lines += [f'sub {name} parallel over="=[1,2,3]" item=i {{', f"start {inner}"]
        first, _ = self.block(parts[0])
        self.lines += [f"{inner} -> {first}", "}"]
        return name, name


LEAVES = st.sampled_from(
    ["user", "timer", "signal", "message", "service", "inline", "task", "script", "many", "several"]
)
NEWER = ("race", "guarded", "erring", "raised", "called", "reminded", "awaited", "linked")
PLANS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.just("sequence"), inner, inner),
        st.tuples(st.just("parallel"), inner, inner),
        st.tuples(st.just("choice"), inner, inner),
        st.tuples(st.just("inclusive"), inner, inner, inner),
        st.tuples(st.just("loop"), st.tuples(st.just("sequence"), st.just("user"), inner)),
        st.tuples(st.just("scope"), inner),
        st.tuples(st.just("crowd"), inner),
        *(st.tuples(st.just(kind), inner) for kind in NEWER),
    ),
    max_leaves=8,
)


def draw_plan(plan: object) -> bytes:
    """Draw a plan between a start and an end."""
    builder = Builder()
    first, last = builder.block(plan)
    builder.lines += ["start begin", "end finish", f"begin -> {first}", f"{last} -> finish"]
    return draw(p="\n".join(builder.lines), **builder.called)
