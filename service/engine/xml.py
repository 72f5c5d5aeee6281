"""Reading a diagram's XML safely. Nothing here knows what the elements mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from service.engine.records import Problem

Element = Any  #: an lxml element; lxml ships no types

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_FLOW_NODES: Final = 500
MAX_FLOWS: Final = 2_000
MAX_ELEMENTS: Final = 50_000

FLOW_NODES: Final = frozenset(
    {
        "startEvent", "endEvent", "intermediateThrowEvent", "intermediateCatchEvent", "boundaryEvent",
        "task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask",
        "businessRuleTask", "callActivity", "subProcess", "transaction", "adHocSubProcess",
        "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway",
    }
)  # fmt: skip
ACTIVITIES: Final = frozenset(
    {
        "task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask",
        "businessRuleTask", "callActivity", "subProcess", "transaction", "adHocSubProcess",
    }
)  # fmt: skip
#: the encoding an XML declaration gives (XML 1.0, 2.8 and 4.3.3)
_DECLARED: Final = re.compile(r"""\A(\s*<\?xml\b[^>]*?)\s+encoding\s*=\s*(["'])([\w.-]+)\2""")

SCOPES: Final = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})


#: how any file is parsed
_SAFELY: Final = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


class Unreadable(Exception):
    """The bytes are no diagram we are willing to read; carries the finding."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def bpmn(name: str) -> str:
    """Return the qualified name of a BPMN tag."""
    return f"{{{BPMN}}}{name}"


def zeebe(name: str) -> str:
    """Return the qualified name of a Camunda 8 extension tag."""
    return f"{{{ZEEBE}}}{name}"


def local(element: Element) -> str:
    """Return the local name of an element; comments and instructions have none."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def is_bpmn(element: Element) -> bool:
    """Whether an element belongs to BPMN's model namespace."""
    return isinstance(element.tag, str) and element.tag.startswith(f"{{{BPMN}}}")


def flow_nodes(scope: Element) -> Iterator[Element]:
    """Yield the flow nodes directly inside a process or sub-process, in document order."""
    for child in scope:
        if is_bpmn(child) and local(child) in FLOW_NODES:
            yield child


def scopes(root: Element) -> Iterator[Element]:
    """Yield every process and sub-process, outermost first."""
    yield from root.iter(*(bpmn(name) for name in sorted(SCOPES)))


def children(element: Element, name: str) -> list[Element]:
    """Return the direct BPMN children with a local name."""
    return list(element.findall(bpmn(name)))


def label(element: Element) -> str:
    """Name an element as its author knows it: the drawn name and the id."""
    name, identifier = (element.get("name") or "").strip(), element.get("id") or ""
    return f"「{name}」（{identifier}）" if name else f"「{identifier}」"


def parse(source: bytes) -> Element:
    """Parse a diagram, or raise ``Unreadable``.

    Refuses any DOCTYPE, anything over 2 MB, more than 500 flow nodes, 2,000 flows or 50,000 elements;
    entities and the network are off whatever the file says.
    """
    if len(source) > MAX_BYTES:
        raise Unreadable(_problem("too-large", "流程图文件超过 2 MB", "删去多余的图形或拆成几个流程图"))
    root = _parse(source)
    if root.getroottree().docinfo.doctype:
        raise Unreadable(_doctype())
    if root.tag != bpmn("definitions"):
        raise Unreadable(_problem("not-bpmn", "文件不是 BPMN 2.0 流程图", "请选择 .bpmn 文件"))
    _check_size(root)
    return root


def to_utf8(source: bytes) -> bytes:
    """Return a diagram in UTF-8, the only encoding in which bpmn-js and the pages read one.

    What is UTF-8 already comes back as it is; anything else is written anew. Raises ``Unreadable``.
    """
    try:
        declared = _DECLARED.match(source.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    else:
        if declared is None or declared[3].lower() in ("utf-8", "us-ascii"):
            return source
    parse(source)
    tree = etree.fromstring(source, etree.XMLParser(**_SAFELY)).getroottree()
    return bytes(etree.tostring(tree, encoding="UTF-8", xml_declaration=True))


def encode(text: str) -> bytes:
    """Return a diagram that came as text in UTF-8; the encoding it declares was another file's."""
    return _DECLARED.sub(r"\1", text).encode()


def _check_size(root: Element) -> None:
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise Unreadable(_problem("too-large", f"文件里的元素超过 {MAX_ELEMENTS} 个", "删去多余的图形"))
    for tags, limit, what in ((FLOW_NODES, MAX_FLOW_NODES, "节点"), ({"sequenceFlow"}, MAX_FLOWS, "流转")):
        count = sum(1 for _ in root.iter(*(bpmn(name) for name in sorted(tags))))
        if count > limit:
            fix = "拆成几个流程，用调用活动连接"
            raise Unreadable(_problem("too-many-nodes", f"流程图有 {count} 个{what}，超过 {limit} 个", fix))


def _parse(source: bytes) -> Element:
    parser = etree.XMLParser(**_SAFELY, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if b"<!DOCTYPE" in source:
            raise Unreadable(_doctype()) from error
        line, column = getattr(error, "position", (0, 0))
        where = f"，从第 {line} 行第 {column} 个字符起读不下去" if line else ""
        fix = "用建模器打开并重新保存；手工改过的，请核对那一处的标签和编码"
        raise Unreadable(_problem("not-xml", f"文件不是合法的 XML{where}", fix)) from error


def _doctype() -> Problem:
    return _problem("doctype", "文件带有 DOCTYPE 声明，不予读取", "用建模器重新导出，去掉 DOCTYPE")


def _problem(rule: str, message: str, fix: str) -> Problem:
    return Problem(element_id=None, message=message, fix=fix, rule=rule)
