"""Every construct measured in the bare library has a case here, and the published page says so."""

from __future__ import annotations

from collections import Counter

from tests.engine.write_coverage import CASES, GROUPS, PAGE, constructs, read_case, write


def test_every_construct_measured_is_listed_once() -> None:
    listed = constructs()

    wrong = [row for row in listed if row["library"] != "as BPMN says"]
    names = Counter((row["group"], row["construct"], row["library"]) for row in listed)

    assert (len(wrong), len(listed) - len(wrong)) == (61, 84)
    assert [name for name, times in names.items() if times > 1] == []
    assert {row["group"] for row in listed} == set(GROUPS)


def test_every_construct_has_a_case() -> None:
    unmapped = [row["construct"] for row in constructs() if not row["cases"]]
    missing = {
        name
        for row in constructs()
        for name in row["cases"]
        if not all((CASES / name / part).is_file() for part in ("process.bpmn", "scenario.yaml", "trace.txt"))
    }

    assert unmapped == []
    assert missing == set()


def test_refusal_names_the_element_the_reason_and_the_fix() -> None:
    incomplete = []
    for case in CASES.iterdir():
        for sentence in read_case(case.name).errors:
            message, _, fix = sentence.partition(" → ")
            if not (message.startswith("「") and fix):
                incomplete.append((case.name, sentence))

    assert incomplete == []


def test_coverage_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == write(), "python -m tests.engine.write_coverage"
