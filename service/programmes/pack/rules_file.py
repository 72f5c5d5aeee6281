"""Reading ``[[rules]]`` of programme.toml: rules that a decision table asks, and those checked elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service.programmes.pack.programme import Slot
from service.programmes.pack.toml_table import Table
from service.programmes.rule.eligibility import MAX_RULE, RuleSource
from service.programmes.rule.stated_rule import KEYED, WHOLE, StatedRule

#: with a refusal before it, a rule's sentence still fits where findings and warnings are kept
MAX_WORDS = 120


def read_rules(table: Table) -> tuple[tuple[RuleSource, ...], tuple[StatedRule, ...]]:
    """Read the rules that decisions answer, and those that something else checks."""
    asked: list[RuleSource] = []
    stated: dict[str, StatedRule] = {}
    for entry in table.tables("rules", optional=True):
        if "rule" not in entry.keys():  # noqa: SIM118 - a Table is no dict
            asked.append(RuleSource(decision=entry.text("decision"), field=entry.text("field", "")))
        else:
            rule = _read_stated(entry)
            if rule.rule in stated:
                entry.complain("rule", f"“{rule.rule}”重复，一条规则只写一次")
            stated[rule.rule] = rule
        entry.finish()
    return tuple(asked), tuple(stated.values())


def cite_in_slots(slots: Mapping[str, Slot], stated: tuple[StatedRule, ...]) -> dict[str, Slot]:
    """Return the slots, each with the sentence of the rule that it checks."""
    cited = {key: rule.cited for rule in stated for key in rule.keys_of("attachments")}
    return {key: replace(slot, cited=cited.get(key, "")) for key, slot in slots.items()}


def _read_stated(entry: Table) -> StatedRule:
    rule = StatedRule(rule=entry.text("rule"), words=entry.text("words"), by=entry.texts("by"))
    if len(rule.rule) > MAX_RULE:
        entry.complain("rule", f"最多 {MAX_RULE} 个字")
    if len(rule.words) > MAX_WORDS:
        entry.complain("words", f"最多 {MAX_WORDS} 个字，现在 {len(rule.words)} 个")
    for place in rule.by:
        kind, dot, key = place.partition(".")
        if place not in WHOLE and not (kind in KEYED and dot and key):
            keyed = "、".join(f"{kind}.<标识>" for kind in KEYED)
            entry.complain("by", f"“{place}”不认识，可写：{'、'.join(WHOLE)}、{keyed}")
    return rule
