"""Dead ends are named at publish, with the shortest way into them."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from service import engine
from tests.engine.conftest import warned
from tests.engine.sketch import draw

#: processor seconds a second of ours may take on a slow or busy machine: this is no benchmark
PATIENCE = 4


def test_choice_into_a_parallel_join_is_named_with_its_path() -> None:
    sketch = """
        start s
        user A
        xor g
        task X
        task Y
        and j
        s -> A -> g
        g -> X ? =n > 1
        g -> Y *
        X -> j
        Y -> j
        """

    (problem,) = [p for p in engine.check_diagram(draw(p=sketch)) if p.rule == "deadlock"]

    assert problem.element_id == "j"
    assert problem.severity == "error"  # whichever way is chosen, the other never comes
    assert "s → A → g → X" in problem.message


@pytest.mark.parametrize(
    "sketch",
    [
        "start s\nand f\ntask X\ntask Y\nand j\ns -> f\nf -> X -> j\nf -> Y -> j",
        "start s\nxor f\ntask X\ntask Y\nxor j\ns -> f\nf -> X ? =a = 1\nf -> Y *\nX -> j\nY -> j",
        "start s\nor f\ntask X\ntask Y\nor j\ns -> f\nf -> X ? =a = 1\nf -> Y *\nX -> j\nY -> j",
        "start s\nxor m\nand f\ntask X\ntask Y\nand j\nxor g\nend e\ns -> m -> f\nf -> X -> j\nf -> Y -> j\n"
        "j -> g\ng -> m ? =a = 1\ng -> e *",
        "start s\nrace g\ncatch a signal a\ncatch b signal b\nxor j\ns -> g\ng -> a -> j\ng -> b -> j",
        "start s\nand f\nmanual X\ntask Y\nend e terminate\nand j\ns -> f\nf -> X -> j\nf -> Y -> j\nj -> e",
        "start s\nmanual X\nboundary b on X signal a\nxor j\ns -> X -> j\nb -> j",
    ],
)
def test_sound_diagram_is_not_warned_of(sketch: str) -> None:
    assert warned(sketch) == []


def test_interrupted_branch_leaves_its_join_waiting() -> None:
    sketch = (
        "start s\nand f\nmanual X\nboundary b on X signal a\nmanual Y\nand j\nend e\nend x\n"
        "s -> f\nf -> X -> j\nf -> Y -> j\nj -> e\nb -> x"
    )

    assert warned(sketch) == [("j", "deadlock")]


def test_search_is_bounded_and_says_so() -> None:
    branches = ["f"] * 11
    lines = ["start s", "and f", "s -> f", "end e"]
    for number, split in enumerate(branches):
        lines += [f"task a{number}", f"task b{number}", f"task c{number}", f"{split} -> a{number}"]
        lines.append(f"a{number} -> b{number} -> c{number} -> e")
    began = time.process_time()

    assert warned("\n".join(lines)) == [("p", "not-fully-checked")]
    assert time.process_time() - began < 3 * PATIENCE


def test_branches_that_merge_unjoined_are_named_with_their_path() -> None:
    sketch = "start s\nand f\nmanual X\nmanual Y\nxor m\nmanual B\ns -> f\nf -> X -> m\nf -> Y -> m\nm -> B"

    (problem,) = engine.check_diagram(draw(p=sketch))

    assert (problem.element_id, problem.rule, problem.severity) == ("m", "not-joined", "warning")
    assert "s → f → X → Y" in problem.message


def test_branches_may_end_one_by_one_at_an_end_that_does_nothing() -> None:
    both = "start s\nand f\nmanual X\nmanual Y\nend e {}\ns -> f\nf -> X -> e\nf -> Y -> e"

    assert warned(both.format("")) == []
    assert warned(both.format("terminate")) == []
    assert warned(both.format("signal done")) == [("e", "not-joined")]


def test_island_is_unreachable_every_task_of_it() -> None:
    assert warned("start s\nmanual A\nmanual B\nmanual C\nxor m\ns -> A\nm -> B -> C -> m") == [
        ("B", "unreachable"),
        ("C", "unreachable"),
        ("m", "unreachable"),
    ]


LOOP = "start s\nxor m\nmanual A\n{}\ns -> m -> A -> X -> m"


def test_loop_without_exit_is_named_with_its_path() -> None:
    (problem,) = engine.check_diagram(draw(p=LOOP.format("manual X")))

    assert (problem.element_id, problem.rule, problem.severity) == ("m", "endless", "warning")
    assert "s → m → A → X → m" in problem.message


def test_loop_without_exit_and_without_wait_is_refused(refused: Callable[[str], list[object]]) -> None:
    assert refused("start s\nxor m\ntask X\ns -> m -> X -> m") == [("m", "endless")]


@pytest.mark.parametrize(
    "sketch",
    [
        LOOP.format("manual X\nboundary b on X signal stop\nend e\nb -> e"),
        LOOP.format("manual X\nesp E {\nstart b signal stop\nmanual H\nb -> H\n}"),
        "start s\nsub S {\nstart i\nxor m\nmanual A\ni -> m -> A -> m\n}\n"
        "boundary b on S signal stop\nmanual B\ns -> S -> B\nb -> B",
        "start s\nand f\nxor m\nmanual A\nmanual T\nend t terminate\ns -> f\nf -> m -> A -> m\nf -> T -> t",
    ],
)
def test_loop_that_something_else_ends_is_sound(sketch: str) -> None:
    assert [rule for _, rule in warned(sketch) if rule == "endless"] == []


def test_called_processes_are_looked_into_once_each() -> None:
    calls = {
        f"p{n}": f"start s{n}\ncall a{n} process=p{n + 1}\ncall b{n} process=p{n + 1}\ns{n} -> a{n} -> b{n}"
        for n in range(40)
    }
    began = time.process_time()

    engine.check_diagram(
        draw(
            p="start s\ncall A process=p0\nboundary b on A timer P1D\nend x\ns -> A\nb -> x",
            p40="start z\ntask Z\nz -> Z",
            **calls,
        )
    )

    assert time.process_time() - began < 2 * PATIENCE


def sketch_of(lines: str) -> str:
    """Sketches below are written on one line."""
    return lines.replace("; ", "\n")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (
            "start s; sub S {; start i; xor g; manual X; manual Y; and j; i -> g; g -> X ? =1 = 1; g -> Y *; "
            "X -> j; Y -> j; }; s -> S",
            ("j", "deadlock", "error", "i → g → X"),
        ),
        (
            "start s; or g; manual X; manual Y; and j; s -> g; g -> X ? =a = 1; g -> Y ? =b = 1; "
            "X -> j; Y -> j",
            ("j", "deadlock", "warning", "s → g → X"),
        ),
        (
            "start s; race g; catch a signal a; catch b signal b; and j; s -> g; g -> a -> j; g -> b -> j",
            ("j", "deadlock", "error", "s → g → a"),
        ),
        (
            "start s; and j; manual A; xor g; end e; s -> j -> A -> g; g -> j ? =r = 1; g -> e *",
            ("j", "deadlock", "error", "s"),
        ),
        (
            "start s; and f; manual A; xor g; end x; manual B; and j; s -> f; f -> A -> g; "
            "g -> x ? =q = 1; g -> j *; "
            "f -> B -> j",
            ("j", "deadlock", "warning", "s → f → A → g → x → B"),
        ),
        (
            "start s; manual A; boundary b on A timer P1D; xor g; and j; manual X; end e; s -> A -> e; "
            "b -> g; "
            "g -> X ? =1 = 1; g -> j *; X -> j",
            ("j", "deadlock", "error", "s → A → b → g"),
        ),
        (
            "start s; and f; manual A; manual B; and j1; and j2; manual C; manual D; end e; s -> f; "
            "f -> A -> j1; "
            "f -> B -> j2; j1 -> C -> j2; j2 -> D -> j1; j1 -> e",
            ("j1", "deadlock", "error", "s → f → A → B"),
        ),
        (
            "start s; start t message m; and j; manual A; s -> j; t -> j; j -> A",
            ("j", "deadlock", "error", "t"),
        ),
        (
            "start s; manual A; s -> A; esp E {; start k signal go; xor g; manual X; manual Y; and j; "
            "k -> g; "
            "g -> X ? =1 = 1; g -> Y *; X -> j; Y -> j; }",
            ("j", "deadlock", "error", "k → g → X"),
        ),
        (
            "start s; manual A; boundary b on A timer PT1H non-interrupting; manual R; and j; "
            "s -> A -> j; b -> R -> j",
            ("j", "deadlock", "warning", "s → A"),
        ),
        (
            "start s; manual A; manual B; manual C; manual D; s -> A; A -> B -> D; A -> C -> D",
            ("D", "not-joined", "warning", "s → A → B → C"),
        ),
        (
            "start s; xor m; manual A; manual B; s -> m -> A -> B -> m",
            ("m", "endless", "warning", "s → m → A → B → m"),
        ),
        ("start s; manual A; end x error bad; s -> A -> x", ("x", "never-caught", "warning", "「bad」")),
        (
            "start s; sub S {; start i; manual A; end x error bad; i -> A -> x; }; "
            "boundary b on S error worse; "
            "manual Z; s -> S; b -> Z",
            ("x", "never-caught", "warning", "「bad」"),
        ),
        (
            "start s; manual A; manual B; end x; s -> A; B -> x",
            ("B", "unreachable", "warning", "没有任何流转"),
        ),
    ],
)
def test_unsound_diagram_is_named_with_its_way(lines: str, found: tuple[str, str, str, str]) -> None:
    element, rule, severity, way = found

    problems = engine.check_diagram(draw(p=sketch_of(lines)))

    assert (element, rule, severity) in [(one.element_id, one.rule, one.severity) for one in problems]
    assert any(way in one.message for one in problems if one.element_id == element)


@pytest.mark.parametrize(
    "lines",
    [
        "start s; xor m; race g; catch a signal a; catch t timer PT1H; manual R; end e; s -> m -> g; "
        "g -> a -> e; "
        "g -> t -> R -> m",
        "start s; and f; or o; manual A; manual B; or oj; manual C; and j; s -> f; f -> o; "
        "o -> A ? =a = 1; o -> B *; "
        "A -> oj; B -> oj; oj -> j; f -> C -> j",
        "start s; or f; manual A; or j; s -> f; f -> A ? =a = 1; f -> j *; A -> j",
        "start s; manual A; boundary b on A timer P1D; manual R; xor m; s -> A -> m; b -> R -> m",
        "start s; xor m; manual A; boundary b on A cycle R/PT1H non-interrupting; service N topic=t; "
        "end n; xor g; "
        "end e; s -> m -> A -> g; g -> m ? =r = 1; g -> e *; b -> N -> n",
        "start s; and f; xor m1; manual A; xor g1; xor m2; manual B; xor g2; and j; s -> f; "
        "f -> m1 -> A -> g1; "
        "g1 -> m1 ? =r = 1; g1 -> j *; f -> m2 -> B -> g2; g2 -> m2 ? =r = 1; g2 -> j *",
        "start s; and f; manual A; catch t timer P1D; end e terminate; end x terminate; s -> f; f -> A -> e; "
        "f -> t -> x",
        "start s; sub S {; start i; and f; manual A; manual B; end x error bad; and j; xor g; i -> f; "
        "f -> A -> g; "
        "g -> x ? =r = 1; g -> j *; f -> B -> j; }; boundary b on S error bad; manual Z; s -> S; b -> Z",
        "start s; and f; manual A; and fa; manual B; and jb; manual C; and j; s -> f; f -> A -> fa; "
        "fa -> jb; "
        "fa -> C; f -> B -> jb; jb -> j; C -> j",
        "start s; start t message m; start u signal x; manual A; end e; s -> A -> e; t -> A; u -> A",
        "start s; manual A; s -> A; esp E {; start k signal go non-interrupting; xor m; manual H; "
        "xor g; end e; "
        "k -> m -> H -> g; g -> m ? =r = 1; g -> e *; }",
        "start s; or f; xor m; manual A; xor g; manual B; or j; s -> f; f -> m ? =a = 1; f -> B *; "
        "m -> A -> g; "
        "g -> m ? =r = 1; g -> j *; B -> j",
        "start s; xor m; manual A; xor g; throw t link back; catch c link back; end e; s -> m -> A -> g; "
        "g -> t ? =r = 1; g -> e *; c -> m",
        "start s; manual A; boundary b on A timer PT1H non-interrupting; manual R; or j; s -> A -> j; "
        "b -> R -> j",
        "start s; sub S {; start i; xor m; manual A; i -> m -> A -> m; esp E {; start k signal stop; "
        "end q; k -> q; "
        "}; }; end e; s -> S -> e",
        "start s; manual A; end x error bad; s -> A -> x; esp E {; start k error; manual H; k -> H; }",
    ],
)
def test_awkward_but_sound_diagram_is_not_warned_of(lines: str) -> None:
    assert warned(sketch_of(lines)) == []
