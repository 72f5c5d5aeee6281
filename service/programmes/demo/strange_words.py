"""What demo.toml names and its programme does not have: found by the check, not when it is set up."""

from __future__ import annotations

from collections.abc import Iterator

from service.errors import Invalid
from service.programmes.demo.demo_file import Demo, read_demo
from service.programmes.form.fields import name_of
from service.programmes.pack.packs import Pack


def find_strange_words(pack: Pack) -> list[str]:
    """Return a sentence for each unit, role, level, step or answer nobody knows; none without a file."""
    if not pack.demo:
        return []
    try:
        demo = read_demo(pack.demo)
    except Invalid as refused:
        return [refused.message]
    return list(dict.fromkeys(_find(pack, demo)))


def _find(pack: Pack, demo: Demo) -> Iterator[str]:
    codes = {unit.code for unit in pack.units}
    levels = {unit.level for unit in pack.units}
    fields = {name_of(part) for form in pack.forms.values() for part in form.get("components", ())}
    units = [
        *(("accounts", place) for one in demo.accounts for place in (one.unit, one.at) if place),
        *(("nominations", one.unit) for one in demo.nominations),
        *(("contacts", one.unit) for one in demo.contacts),
    ]
    file = pack.programme.units
    yield from (f"{where} 的单位 {code} 不在 {file} 中" for where, code in units if code not in codes)
    roles = [*(("accounts", one.role) for one in demo.accounts), *(("staff", one.role) for one in demo.staff)]
    known = pack.programme.roles
    yield from (f"{where} 的角色 {role} 不在 [roles] 中" for where, role in roles if role not in known)
    held = {role for _, role in roles}
    # who nominates himself need not be there: his unit fills the form in
    for role in known.values():
        if role.key not in held and set(role.scopes) != {"self"}:
            yield f"角色 {role.key}（{role.name}）没有账号，演示和演练到了他那一步没有人办"
    stepped = [*(("staff", one.level) for one in demo.staff), *(("heads", one.level) for one in demo.heads)]
    yield from (f"{where} 的级别 {level} 不在 {file} 中" for where, level in stepped if level not in levels)
    text = pack.diagram.decode("utf-8", "replace")
    for group in demo.nominations:
        if f'id="{group.waits_at}"' not in text:
            yield f"nominations 的 waits_at {group.waits_at} 不是流程图里的任务"
    for key in demo.answers:
        if key not in fields:
            yield f"answers 的 {key} 不是哪张表单的项"
