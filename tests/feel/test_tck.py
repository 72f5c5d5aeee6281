"""The public compatibility kit is the judge. ``known_failures.yaml`` is kept true in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from tests.feel import tck

KNOWN = Path(__file__).with_name("known_failures.yaml")
pytestmark = pytest.mark.skipif(
    not tck.ROOT.is_dir(), reason=f"the DMN compatibility kit is not at {tck.ROOT}: nothing to judge by"
)


@lru_cache(maxsize=1)
def verdicts() -> dict[str, str]:
    """Every case of the kit by name, with the reason why it failed, empty where it passed."""
    return {case.name: reason for folder in set(tck.folders()) for case, reason in tck.run(folder)}


def known() -> dict[str, str]:
    """The failures listed, with their reasons."""
    return {name: entry["reason"] for entry in yaml.safe_load(KNOWN.read_text()) for name in entry["cases"]}


@pytest.mark.parametrize(("level", "least"), [("compliance-level-2", 0.99), ("compliance-level-3", 0.97)])
def test_share_of_the_kit_that_passes(level: str, least: float) -> None:
    of_level = [reason for name, reason in verdicts().items() if name.startswith(level)]

    passed = of_level.count("") / len(of_level)

    assert passed >= least


def test_known_failures_are_exactly_those_that_fail() -> None:
    failing = {name: reason for name, reason in verdicts().items() if reason}

    assert failing.keys() == known().keys(), dict(_differences(failing, known()))


def _differences(failing: dict[str, str], listed: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted(failing.keys() ^ listed.keys()):
        yield name, failing.get(name, "passes now: take it off the list")
