"""Finds where a decision table cannot decide: inputs no rule covers, and inputs more than one covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from service.feel.dmn.model import Model
from service.feel.dmn.segments import Cell, Segment, cut, describe, read_cell
from service.feel.dmn.tables import Rule, Table

_MAX_FINDINGS = 20
_MAX_STEPS = 50_000
_MUST_DECIDE = frozenset({"U", "A", "P", "F"})


class Kind(StrEnum):
    """What a finding is."""

    GAP = "gap"  #: no rule covers these inputs
    OVERLAP = "overlap"  #: several rules cover these inputs, and the hit policy forbids that
    UNCHECKED = "unchecked"  #: a cell depends on more than its own column, or the table is too large


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a table cannot decide."""

    kind: Kind
    table_id: str
    owner: str  #: name of the decision or business knowledge model
    rules: tuple[int, ...]  #: from 1, as printed
    where: tuple[tuple[str, str], ...]  #: label of the input and the missing or doubled range

    @property
    def message(self) -> str:
        """One sentence."""
        place = " and ".join(f"{label}: {text}" for label, text in self.where) or "every input"
        rules = ", ".join(str(rule) for rule in self.rules)
        if self.kind is Kind.GAP:
            return f"no rule of {self.owner!r} covers {place}"
        if self.kind is Kind.OVERLAP:
            return f"rules {rules} of {self.owner!r} all cover {place}"
        return f"{self.owner!r} cannot be checked at {place}" + (f" (rules {rules})" if rules else "")


def check(model: Model) -> tuple[Finding, ...]:
    """The findings of every table of a model."""
    return tuple(finding for table in model.tables for finding in check_table(table))


def check_table(table: Table) -> tuple[Finding, ...]:
    """Gaps of a table that must decide and has no default, overlaps under U, contradictions under A.

    At most twenty findings. Cells that only evaluation can judge are taken to cover what hides a gap and not
    to cover what would make an overlap, and are reported as unchecked.
    """
    return tuple(_Search(table).findings())


class _Search:
    """Walks the columns, keeping together the segments on which the same rules apply."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.cells = [[read_cell(cell) for cell in rule.cells] for rule in table.rules]
        self.columns = [self._segments(column) for column in range(len(table.inputs))]
        self.steps = 0
        has_default = any(output.default for output in table.outputs)
        self.gaps = table.letter in _MUST_DECIDE and not has_default
        self.overlaps = table.letter in ("U", "A")

    def _segments(self, column: int) -> list[Segment]:
        source = self.table.inputs[column]
        cells = [row[column] for row in self.cells]
        wanted = source.type if source.type is not None and source.type.kind != "any" else None
        return cut(cells, wanted, source.allowed_tree)

    def findings(self) -> Iterator[Finding]:
        """The findings, at most twenty."""
        yield from self._unchecked()
        rules = frozenset(range(len(self.table.rules)))
        yield from islice(self._walk(0, rules, rules, ()), _MAX_FINDINGS)
        if self.steps > _MAX_STEPS:
            yield Finding(Kind.UNCHECKED, self.table.id, self.table.owner, (), (("table", "too large"),))

    def _unchecked(self) -> Iterator[Finding]:
        for rule, row in zip(self.table.rules, self.cells, strict=True):
            for source, cell in zip(self.table.inputs, row, strict=True):
                if not cell.known:
                    yield self._finding(Kind.UNCHECKED, (rule,), ((source.label, "the cell of this rule"),))

    def _finding(self, kind: Kind, rules: tuple[Rule, ...], where: tuple[tuple[str, str], ...]) -> Finding:
        numbers = tuple(rule.index for rule in rules)
        return Finding(kind, self.table.id, self.table.owner, numbers, where)

    def _walk(
        self, column: int, may: frozenset[int], must: frozenset[int], where: tuple[tuple[str, str], ...]
    ) -> Iterator[Finding]:
        """Findings where the columns before this one are as ``where`` says."""
        self.steps += 1
        if self.steps > _MAX_STEPS or not (self._gap_possible(may) or self._overlap_possible(must)):
            return
        if column == len(self.columns):
            yield from self._judge(may, must, where)
            return
        label = self.table.inputs[column].label
        for segments, now_may, now_must in self._groups(column, may, must):
            text = describe(segments)
            whole = len(segments) == len(self.columns[column])
            yield from self._walk(column + 1, now_may, now_must, where if whole else (*where, (label, text)))

    def _groups(
        self, column: int, may: frozenset[int], must: frozenset[int]
    ) -> list[tuple[list[Segment], frozenset[int], frozenset[int]]]:
        """The segments of a column, grouped by the rules that may and that must apply there."""
        groups: dict[tuple[frozenset[int], frozenset[int]], list[Segment]] = {}
        for segment in self.columns[column]:
            covering = frozenset(rule for rule in may if self._covers(self.cells[rule][column], segment))
            unknown = frozenset(rule for rule in may if not self.cells[rule][column].known)
            groups.setdefault((covering | unknown, (covering - unknown) & must), []).append(segment)
        return [(segments, now_may, now_must) for (now_may, now_must), segments in groups.items()]

    @staticmethod
    def _covers(cell: Cell, segment: Segment) -> bool:
        return cell.known and cell.covers(segment)

    def _gap_possible(self, may: frozenset[int]) -> bool:
        """A rule that accepts everything from here on leaves no gap."""
        return self.gaps and not any(all(cell.anything for cell in self.cells[rule]) for rule in may)

    def _overlap_possible(self, must: frozenset[int]) -> bool:
        return self.overlaps and len(must) > 1

    def _judge(
        self, may: frozenset[int], must: frozenset[int], where: tuple[tuple[str, str], ...]
    ) -> Iterator[Finding]:
        rules = tuple(self.table.rules[index] for index in sorted(must))
        if not may and self.gaps:
            yield self._finding(Kind.GAP, (), where)
        elif len(rules) > 1 and self.overlaps and (self.table.letter == "U" or self._contradict(rules)):
            yield self._finding(Kind.OVERLAP, rules, where)

    def _contradict(self, rules: tuple[Rule, ...]) -> bool:
        """Whether rules under the hit policy ANY have different outputs, as written."""
        return len({rule.output_texts for rule in rules}) > 1
