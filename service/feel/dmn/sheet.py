"""A decision table as rows of text: read from a file, written back with nothing else in the file touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from lxml import etree

from service.feel.builtins.conversion import text_of
from service.feel.dmn.xml import parse_node
from service.feel.errors import FeelError
from service.feel.expression import compile_unary_tests
from service.feel.frame import Run
from service.feel.syntax import nodes as n

Kind = Literal["input", "output", "annotation", "description"]
_ENTRIES = {"input": "inputEntry", "output": "outputEntry", "annotation": "annotationEntry"}
_PLACE = "cell:{row}:{column}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what is asked, what is answered, or what is noted beside a row."""

    kind: Kind
    label: str
    text: str  #: the expression of an input, the name of an output
    type: str  #: the type as written
    values: tuple[str, ...]  #: the values it may have as a cell writes them, where they are listed


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a cell a column, and the row's place in the file (from 1), None for a new one."""

    source: int | None
    cells: tuple[str, ...]
    id: str = field(default="", compare=False)  #: of the rule, where it was read


@dataclass(frozen=True, slots=True)
class Sheet:
    """A decision's table as it is written."""

    decision: str
    name: str
    policy: str  #: as written, ``UNIQUE`` where nothing is
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def read_sheet(xml: bytes, decision: str) -> Sheet:
    """The table of a decision. ``LookupError`` where there is no such decision, or it has no table."""
    table = _find(parse_node(xml), decision)
    owner = table.getparent()
    columns = tuple(_columns(table))
    return Sheet(
        decision=decision,
        name=str(owner.get("label") or owner.get("name") or decision),
        policy=str(table.get("hitPolicy") or "UNIQUE"),
        columns=columns,
        rows=tuple(_rows(table, columns)),
    )


def list_tables(xml: bytes) -> list[str]:
    """The ids of the decisions that have a table, in the order of the file."""
    decisions = [each for each in _children(parse_node(xml), "decision") if each.get("id")]
    return [str(each.get("id")) for each in decisions if _child(each, "decisionTable") is not None]


def write_rows(xml: bytes, decision: str, rows: Sequence[Row]) -> bytes:
    """The file with other rows in a decision's table; the same rows give the same bytes.

    Elements are changed in place: what a row has besides its cells stays, a comment before a row goes
    with it. ``ValueError`` where the rows are not made from this table.
    """
    root = parse_node(xml)
    table = _find(root, decision)
    columns = tuple(_columns(table))
    known = list(_rows(table, columns))
    if list(rows) == known:
        return xml
    sources = [row.source for row in rows if row.source is not None]
    fitting = all(len(row.cells) == len(columns) for row in rows)
    if not fitting or len(set(sources)) < len(sources) or not set(sources) <= set(range(1, len(known) + 1)):
        raise ValueError("the rows are not those of this table")
    rules = _children(table, "rule")
    taken, indent = _ids(table), _indent(rules)
    written = [
        rules[row.source - 1] if row.source else _create(table, columns, taken, indent) for row in rows
    ]
    if written != rules:
        _arrange(table, rules, written)
    for rule, row in zip(written, rows, strict=True):
        _fill(rule, columns, row.cells)
    return _serialise(root, xml)


def mark_cells(xml: bytes, decision: str) -> bytes:
    """The file with every cell's id telling its place in the table, for ``place_of``."""
    root = parse_node(xml)
    table = _find(root, decision)
    columns = tuple(_columns(table))
    for number, rule in enumerate(_children(table, "rule"), start=1):
        for column, entry in enumerate(_entries(rule, columns)):
            if entry is not None:
                entry.set("id", _PLACE.format(row=number, column=column))
    return bytes(etree.tostring(root))


def place_of(element_id: str) -> tuple[int, int] | None:
    """Row (from 1) and column (from 0) of a cell of a marked file; None for any other element."""
    word, _, place = element_id.partition(":")
    row, _, column = place.partition(":")
    return (int(row), int(column)) if word == "cell" and row.isdigit() and column.isdigit() else None


def _find(root: etree._Element, decision: str) -> etree._Element:
    for owner in _children(root, "decision"):
        table = _child(owner, "decisionTable")
        if owner.get("id") == decision and table is not None:
            return table
    raise LookupError(decision)


def _columns(table: etree._Element) -> Iterator[Column]:
    for each in _children(table, "input"):
        expression = _child(each, "inputExpression")
        text = _text(expression)
        kind = "" if expression is None else str(expression.get("typeRef") or "")
        values = _values(_child(each, "inputValues"))
        yield Column("input", str(each.get("label") or text), text, kind, values or _booleans(kind))
    for each in _children(table, "output"):
        name, kind = str(each.get("name") or ""), str(each.get("typeRef") or "")
        values = _values(_child(each, "outputValues")) or _booleans(kind)
        yield Column("output", str(each.get("label") or name), name, kind, values)
    for each in _children(table, "annotation"):
        yield Column("annotation", str(each.get("name") or ""), "", "", ())
    if any(_text(rule, "description") for rule in _children(table, "rule")):
        yield Column("description", "", "", "", ())


def _values(constraint: etree._Element | None) -> tuple[str, ...]:
    """The values a column lists, where it lists values and nothing else."""
    try:
        tree = compile_unary_tests(_text(constraint) or "-").tree
    except FeelError:
        return ()
    if not isinstance(tree, n.UnaryTests) or tree.negated or not tree.tests:
        return ()
    literals = [test.value for test in tree.tests if isinstance(test, n.Literal)]
    return (
        tuple(text_of(Run({}, None, None), value) for value in literals)
        if len(literals) == len(tree.tests)
        else ()
    )


def _booleans(kind: str) -> tuple[str, ...]:
    return ("true", "false") if kind.rpartition(":")[2] == "boolean" else ()


def _rows(table: etree._Element, columns: Sequence[Column]) -> Iterator[Row]:
    for number, rule in enumerate(_children(table, "rule"), start=1):
        yield Row(
            number, tuple(_cell(entry) for entry in _entries(rule, columns)), str(rule.get("id") or number)
        )


def _entries(rule: etree._Element, columns: Sequence[Column]) -> list[etree._Element | None]:
    """The element of each column's cell; None where the row has none."""
    found = {kind: iter(_children(rule, tag)) for kind, tag in _ENTRIES.items()}
    return [
        next(found[column.kind], None) if column.kind in found else _child(rule, "description")
        for column in columns
    ]


def _cell(entry: etree._Element | None) -> str:
    if entry is None:
        return ""
    return _plain(entry) if _local(entry) == "description" else _text(entry)


def _fill(rule: etree._Element, columns: Sequence[Column], cells: Sequence[str]) -> None:
    """Write the cells that are not as they were."""
    for column, (entry, text) in enumerate(zip(_entries(rule, columns), cells, strict=True)):
        if _cell(entry) != text:
            _write(entry if entry is not None else _add(rule, columns, column), text)


def _write(entry: etree._Element, text: str) -> None:
    holder = entry
    if _local(entry) != "description":
        found = _child(entry, "text")
        holder = found if found is not None else etree.SubElement(entry, _beside(entry, "text"))
    for child in list(holder):
        holder.remove(child)
    holder.text = text


def _add(rule: etree._Element, columns: Sequence[Column], column: int) -> etree._Element:
    """A cell the row has not: its description, or a note with the notes before it."""
    if columns[column].kind == "description":
        made = rule.makeelement(_beside(rule, "description"))
        made.tail = rule.text
        rule.insert(0, made)
        return made
    for each, entry in enumerate(_entries(rule, columns)[: column + 1]):
        if entry is None and columns[each].kind != "description":
            made = _append(rule, _ENTRIES[columns[each].kind])
    return made


def _append(rule: etree._Element, tag: str) -> etree._Element:
    """A new last cell, indented as the one before it."""
    made = etree.SubElement(rule, _beside(rule, tag))
    before = made.getprevious()
    if before is not None:
        made.tail, before.tail = before.tail, rule.text
    etree.SubElement(made, _beside(rule, "text")).text = ""
    return made


def _create(table: etree._Element, columns: Sequence[Column], taken: set[str], indent: str) -> etree._Element:
    """A new row of empty cells, with ids nobody has, laid out as its neighbours."""
    rule = table.makeelement(_beside(table, "rule"))
    wanted = (f"{table.get('id') or 'rule'}_row_{number}" for number in count(1))
    name = next(each for each in wanted if each not in taken)
    taken.add(name)
    rule.set("id", name)
    step = "  " if indent.startswith("\n") else ""
    rule.text = indent + step
    for number, column in enumerate(columns, start=1):
        if column.kind in _ENTRIES:
            entry = etree.SubElement(rule, _beside(table, _ENTRIES[column.kind]))
            entry.text, entry.tail = indent + step * 2, indent + step
            text = etree.SubElement(entry, _beside(table, "text"))
            text.text, text.tail = "", indent + step
            if column.kind != "annotation":
                entry.set("id", f"{name}_cell_{number}")
    rule[-1].tail = indent
    return rule


def _ids(table: etree._Element) -> set[str]:
    return {str(each.get("id")) for each in table.getroottree().getroot().iter() if each.get("id")}


def _indent(rules: Sequence[etree._Element]) -> str:
    """What stands before each row."""
    if not rules:
        return "\n      "
    before = rules[0].getprevious()
    blank = (rules[0].getparent().text if before is None else before.tail) or ""
    return blank if not blank.strip() else ""


def _arrange(table: etree._Element, old: Sequence[etree._Element], new: Sequence[etree._Element]) -> None:
    """Put rows in the place of the old ones, each with the comments before it."""
    blocks = {rule: _block(rule) for rule in old}
    place = table.index(blocks[old[0]][0]) if old else len(table)
    between, last = _indent(old), (old[-1].tail if old else "\n    ")
    for block in blocks.values():
        for node in block:
            table.remove(node)
    inserted = [node for rule in new for node in blocks.get(rule, [rule])]
    for offset, node in enumerate(inserted):
        node.tail = between
        table.insert(place + offset, node)
    end = inserted[-1] if inserted else (table[place - 1] if place else None)
    if end is not None:
        end.tail = last


def _block(rule: etree._Element) -> list[etree._Element]:
    """A rule and the comments between it and the element before it."""
    block = [rule]
    before = rule.getprevious()
    while before is not None and not isinstance(before.tag, str):
        block.insert(0, before)
        before = before.getprevious()
    return block


def _serialise(root: etree._Element, original: bytes) -> bytes:
    """The file, as near to how it was written as a parser leaves it."""
    tree = root.getroottree()
    declared = tree.docinfo.standalone if b"standalone" in original.partition(b"?>")[0] else None
    written = etree.tostring(tree, encoding="UTF-8", xml_declaration=True, standalone=declared)
    head, sign, rest = written.partition(b"?>")
    if b'" />' in original and b"<!" not in original:
        rest = rest.replace(b'"/>', b'" />')  # outside of comments and CDATA only a tag ends so
    end = b"\n" if original.endswith(b"\n") else b""
    return bytes(head.replace(b"'", b'"') + sign + rest + end)


def _children(node: etree._Element, tag: str) -> list[etree._Element]:
    """The children of a tag in the element's own namespace."""
    return [each for each in node if each.tag == _beside(node, tag)]


def _child(node: etree._Element, tag: str) -> etree._Element | None:
    return next(iter(_children(node, tag)), None)


def _beside(node: etree._Element, tag: str) -> str:
    """The tag with the namespace of an element beside it."""
    return f"{{{etree.QName(node).namespace}}}{tag}"


def _local(node: etree._Element) -> str:
    return str(etree.QName(node).localname)


def _text(node: etree._Element | None, tag: str = "text") -> str:
    """The text of a child, as the model reads it."""
    found = None if node is None else _child(node, tag)
    return "" if found is None else _plain(found)


def _plain(node: etree._Element) -> str:
    return "".join(node.itertext()).strip()
