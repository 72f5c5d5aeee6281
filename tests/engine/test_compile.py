"""What is compiled, what is refused, and that nothing hostile gets through."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from SpiffWorkflow.bpmn.exceptions import WorkflowDataException
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.util.task import TaskState

from service import engine
from tests.engine.bare import Bare
from tests.engine.conftest import Walk
from tests.engine.sketch import draw

Maker = Callable[..., Walk]

ROOT = Path(__file__).resolve().parents[2]

#: processor seconds a second of ours may take on a slow or busy machine: this is no benchmark
PATIENCE = 4


def test_flow_without_id_is_kept(walk: Maker) -> None:
    drawn = draw(p="start s\nuser A groups=r@self\nuser B groups=r@self\nend e\ns -> A -> B -> e")
    drawn = drawn.replace(b'id="f2" ', b"")
    bare = Bare(drawn)
    bare.complete("A")
    assert bare.workflow.is_completed()
    assert [task.task_spec.name for task in bare.all(TaskState.ANY_MASK)] == ["Start", "s", "A"]  # B is lost

    ours = Walk(engine.compile_diagram(drawn))
    ours.start()

    ours.complete("A")

    assert ours.open == ["B"]
    assert [event.element_id for event in ours.step.trace if event.type == "sequenceFlow"] == ["flow_A_B"]


LINK = "user A\nthrow t link on\ncatch c link on\nuser B\nend x\nA -> t\nc -> B -> x"


def test_link_event_leads_on(walk: Maker) -> None:
    bare = Bare(f"start s\n{LINK}\ns -> A")
    bare.complete("A")
    assert bare.workflow.is_completed()
    assert "B" not in [task.task_spec.name for task in bare.all(TaskState.ANY_MASK)]  # and nobody was asked

    ours = walk(f"start s\n{LINK}\ns -> A")
    ours.start()
    ours.complete("A")

    assert ours.open == ["B"]
    assert ours.complete("B").completed


LEAF = "user A\nxor g\nuser B\nend x\nA -> g\ng -> B ? {true}\ng -> x *"


@pytest.mark.parametrize(
    ("inside", "path"), [(LINK, ["A"]), (LEAF, ["A", "B"])], ids=["link", "leaf without an end"]
)
def test_branch_without_an_end_leaves_no_zombie(walk: Maker, inside: str, path: list[str]) -> None:
    sketch = f"start s\nsub S {{{{\nstart i\n{inside}\ni -> A\n}}}}\nuser C\nend e\ns -> S -> C -> e"
    bare = Bare(sketch.format(true="True"))
    for name in path:
        bare.complete(name)
    # neither completed nor waiting for anybody
    assert not bare.workflow.is_completed()
    assert bare.all(TaskState.READY | TaskState.WAITING) == []

    ours = walk(sketch.format(true="=true"))
    ours.start()
    for name in ("A", "B"):
        ours.complete(name)

    assert ours.open == ["C"]


def test_long_chain_compiles_and_a_longer_one_is_refused(walk: Maker) -> None:
    def chain(length: int) -> str:
        names = [f"t{number}" for number in range(length)]
        return "start s\n" + "\n".join(f"task {name}" for name in names) + "\ns -> " + " -> ".join(names)

    with pytest.raises(ValidationException, match="RecursionError"):
        Bare(chain(495))

    assert walk(chain(495)).start().completed
    assert engine.check_diagram(draw(p=chain(500)))[0].rule == "too-many-nodes"


def _with_data_object(sketch: str) -> bytes:
    """Return a diagram whose task writes to a data object of the process."""
    drawn = draw(p=sketch)
    data = b'<bpmn:dataObjectReference id="R" dataObjectRef="D"/><bpmn:dataObject id="D"/>'
    target = (
        b'<bpmn:dataOutputAssociation id="o"><bpmn:targetRef>R</bpmn:targetRef></bpmn:dataOutputAssociation>'
    )
    drawn = drawn.replace(b'isExecutable="true">', b'isExecutable="true">' + data)
    return drawn.replace(b"</bpmn:userTask>", target + b"</bpmn:userTask>")


PARSING = """
import sys
from tests.engine.bare import Bare
for drawn in sys.stdin.buffer.read().split(b"|"):
    Bare(drawn)
    print("parsed", flush=True)
"""


def test_data_association_two_subprocesses_deep_hangs_the_library_and_not_us() -> None:
    inner = "sub S {\nstart i\nuser A\nend j\ni -> A -> j\n}"
    shallow = _with_data_object(f"start s\n{inner}\nend e\ns -> S -> e")
    deep = _with_data_object(
        f"start s\nsub T {{\nstart k\n{inner}\nend l\nk -> S -> l\n}}\nend e\ns -> T -> e"
    )
    program = [sys.executable, "-c", PARSING]
    with subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as library:
        assert library.stdin is not None
        assert library.stdout is not None
        try:
            library.stdin.write(shallow + b"|" + deep)
            library.stdin.close()
            assert library.stdout.readline() == b"parsed\n"
            with pytest.raises(subprocess.TimeoutExpired):
                library.wait(timeout=3)
        finally:
            library.kill()

    ours = Walk(engine.compile_diagram(deep))
    ours.start()

    assert ours.complete("A").completed


def test_programs_in_a_diagram_are_refused() -> None:
    script = b'<bpmn:script>ran_by = __import__("os").getpid()</bpmn:script></bpmn:scriptTask>'
    drawn = draw(p="start s\nscript M\nend e\ns -> M -> e").replace(b"</bpmn:scriptTask>", script)
    drawn = drawn.replace(b'<bpmn:scriptTask id="M"', b'<bpmn:scriptTask scriptFormat="javascript" id="M"')
    bare = Bare(drawn)
    assert bare.workflow.last_task.data == {"ran_by": os.getpid()}  # and as Python, whatever its format

    assert [(p.element_id, p.rule) for p in engine.check_diagram(drawn)] == [("M", "script")]


def test_library_evaluates_python_in_a_condition() -> None:
    code = '().__class__.__base__.__subclasses__() and __import__("os").getpid() == pid'
    bare = Bare(f"start s\nuser P\nxor g\nuser A\nuser B\ns -> P -> g\ng -> A ? {code}\ng -> B *")

    bare.complete("P", pid=os.getpid())

    assert [task.task_spec.name for task in bare.all(TaskState.READY)] == ["A"]


@pytest.mark.parametrize(
    ("expression", "end"),
    [
        ("=().__class__", "refused"),
        ("=lambda: 1", "refused"),
        ('=__import__("os").getcwd()', "fault"),
        ('=open("/etc/passwd")', "fault"),
    ],
)
def test_python_in_an_expression_reaches_nothing(expression: str, end: str) -> None:
    drawn = draw(p=f"start s\nxor g\nmanual A\nmanual B\ns -> g\ng -> A ? {expression}\ng -> B *")

    found = [problem.rule for problem in engine.check_diagram(drawn)]

    assert found == (["expression"] if end == "refused" else [])
    if end == "fault":
        step = Walk(engine.compile_diagram(drawn)).start()
        assert step.fault is not None
        assert step.fault.kind == "expression"


def test_event_based_and_error_constructs_the_library_refuses_or_loses() -> None:
    with pytest.raises(ValidationException):
        Bare("start s\nuser A\nuser X\nuser Y\ns -> A\nA -> X\nA -> Y")  # implicit split
    with pytest.raises(ValidationException):
        Bare("start s\nsub S {\n}\ns -> S")  # empty sub-process
    with pytest.raises((ValidationException, WorkflowDataException)):
        Bare("user A\nuser B\nA -> B")  # no start event


NS = b'xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"'


def _rules(xml: bytes) -> list[str]:
    return [problem.rule for problem in engine.check_diagram(xml)]


@pytest.mark.parametrize(
    ("xml", "rule"),
    [
        (b"", "not-xml"),
        (b"not xml", "not-xml"),
        (b"<a><b></a>", "not-xml"),
        (b"<a/>", "not-bpmn"),
        (b"\xff\xfe<\x00a\x00", "not-xml"),
        (b"<!DOCTYPE a><b:definitions %b/>" % NS, "doctype"),
        (
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><b:definitions %b>&x;</b:definitions>'
            % NS,
            "doctype",
        ),
        (b"<b:definitions %b>" % NS + b" " * (2 * 1024 * 1024) + b"</b:definitions>", "too-large"),
        (b"<b:definitions %b>" % NS + b"<a/>" * 400_000 + b"</b:definitions>", "too-large"),
        (b"<b:definitions %b>" % NS + b"<b:task/>" * 501 + b"</b:definitions>", "too-many-nodes"),
        (b"<b:definitions %b>" % NS + b"<b:sequenceFlow/>" * 2_001 + b"</b:definitions>", "too-many-nodes"),
        (b"<b:definitions %b>" % NS + b"<a>" * 300 + b"</a>" * 300 + b"</b:definitions>", "not-xml"),
        (b"<b:definitions %b/>" % NS, "empty"),
    ],
    ids=range(13),
)
def test_hostile_or_foreign_bytes_are_refused_quickly(xml: bytes, rule: str) -> None:
    began = time.process_time()

    rules = _rules(xml)

    assert rules == [rule]
    assert time.process_time() - began < 2 * PATIENCE


def test_entities_that_multiply_are_refused_quickly() -> None:
    entities = b"".join(b'<!ENTITY e%d "%b">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 20))
    laughs = b'<!DOCTYPE a [<!ENTITY e0 "ha">' + entities + b"]><b:definitions %b>&e19;</b:definitions>" % NS
    began = time.process_time()

    assert _rules(laughs) in (["doctype"], ["not-xml"])
    assert time.process_time() - began < 2 * PATIENCE


def test_worst_diagram_within_the_limits_is_examined_quickly() -> None:
    nodes = "\n".join(f"xor g{n}" for n in range(499))
    flows = "\n".join(f"g{n % 499} -> g{(n * 7) % 499}" for n in range(2_000))
    began = time.process_time()

    found = engine.check_diagram(draw(p=f"start s\n{nodes}\n{flows}"))

    assert time.process_time() - began < 5 * PATIENCE
    assert {problem.rule for problem in found} == {"no-condition"}


def test_every_problem_is_reported_with_its_element_and_its_fix() -> None:
    with pytest.raises(engine.Refused) as caught:
        engine.compile_diagram(
            draw(
                p="start s\nservice M\ncatch t timer soon\nxor g\nuser A\n"
                "s -> M -> t -> g\ng -> A ? n > 1\ng -> s"
            )
        )

    found = [(problem.element_id, problem.rule) for problem in caught.value.problems]
    assert found == [
        ("f5", "flow-into-start"),
        ("M", "no-topic"),
        ("t", "timer"),
        ("A", "nobody"),
        ("f4", "expression-mark"),
    ]
    assert all(problem.message and problem.fix for problem in caught.value.problems)


def test_compiled_diagrams_are_shared_by_content() -> None:
    drawn = draw(p="start s\nmanual A\ns -> A")

    assert engine.compile_diagram(drawn) is engine.compile_diagram(bytes(drawn))
    assert len(engine.compile_diagram(drawn).content_hash) == 64


def test_process_info_lists_what_pages_need() -> None:
    drawn = draw(
        round="start opened\nmanual A\nopened -> A",
        p="""
        start self_nomination message hello
        start by_unit
        sub S {
          start i
          user fill groups=nominee@self,league@unit form=x.y property=outcomes:submit
          i -> fill
        }
        service check topic=eligibility.check
        by_unit -> S -> check
        self_nomination -> S
        """,
    )
    lanes = (
        b'<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="\xe5\xa4\x96"><bpmn:flowNodeRef>S</bpmn:flowNodeRef>'
        b'<bpmn:childLaneSet id="cl"><bpmn:lane id="l2" name="\xe5\x86\x85">'
        b"<bpmn:flowNodeRef>S</bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>"
    )
    diagram = engine.compile_diagram(
        drawn.replace(b'<bpmn:process id="p" isExecutable="true">', b'<bpmn:process id="p">' + lanes)
    )

    info = diagram.processes["p"]

    assert sorted(diagram.processes) == ["p", "round"]
    assert info.start_events == ("by_unit", "self_nomination")
    assert info.elements["fill"] == engine.Element(
        id="fill", name="fill", type="userTask", lane="内", scope="S", form_id="x.y",
        candidate_groups=("nominee@self", "league@unit"), properties={"outcomes": "submit"},
    )  # fmt: skip
    assert info.elements["check"].topic == "eligibility.check"


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('candidateGroups="r@self"', 'candidateUsers="alice"'),
        ('<zeebe:formDefinition formId="x"/>', '<zeebe:formDefinition formKey="x"/>'),
    ],
)
def test_setting_that_nobody_reads_is_refused(written: str, instead: str) -> None:
    drawn = draw(p="start s\nuser A groups=r@self form=x\ns -> A").decode()

    assert ("A", "unknown-extension") in [
        (problem.element_id, problem.rule)
        for problem in engine.check_diagram(drawn.replace(written, instead).encode())
    ]
