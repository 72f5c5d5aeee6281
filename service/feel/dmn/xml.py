"""Reading DMN's XML safely: no document type, no entities, no network."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from service.feel.dmn.errors import DmnError, Problem

_NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
_MAX_BYTES = 10_000_000


class Element:
    """A DMN element: its local name, attributes and DMN children."""

    __slots__ = ("_node", "tag")

    def __init__(self, node: etree._Element) -> None:
        self._node = node
        self.tag = etree.QName(node).localname

    def get(self, name: str) -> str | None:
        """An attribute without namespace."""
        value = self._node.get(name)
        return None if value is None else str(value)

    @property
    def id(self) -> str:
        """The element's id, or that of the nearest element around it that has one."""
        node = self._node
        while node is not None:
            if node.get("id"):
                return str(node.get("id"))
            node = node.getparent()
        return str(self.tag)

    @property
    def name(self) -> str:
        """The name attribute, with white space made single spaces."""
        return " ".join((self.get("name") or "").split())

    def children(self, *tags: str) -> Iterator[Element]:
        """The DMN children, all or those of some tags, in order."""
        for node in self._node:
            if not isinstance(node.tag, str):
                continue
            name = etree.QName(node)
            if name.namespace in _NAMESPACES and (not tags or name.localname in tags):
                yield Element(node)

    def child(self, *tags: str) -> Element | None:
        """The first such child."""
        return next(self.children(*tags), None)

    def text(self, tag: str) -> str:
        """The text of a child."""
        found = self.child(tag)
        return "" if found is None else "".join(found._node.itertext()).strip()

    def walk(self, *tags: str) -> Iterator[Element]:
        """All such elements below, at any depth."""
        for node in self._node.iter():
            if isinstance(node.tag, str) and etree.QName(node).localname in tags:
                yield Element(node)

    @property
    def prefixes(self) -> dict[str | None, str]:
        """Namespace prefixes in scope."""
        return dict(self._node.nsmap)


def parse(xml: bytes) -> Element:
    """The ``definitions`` element of a model."""
    return Element(parse_node(xml))


def parse_node(xml: bytes) -> etree._Element:
    """The same as lxml's element, for whoever changes it: comments and CDATA are kept."""
    if len(xml) > _MAX_BYTES:
        raise DmnError([Problem("definitions", "too-large")])
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, strip_cdata=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DmnError([Problem("definitions", "not-well-formed", {"reason": error})]) from error
    if root.getroottree().docinfo.doctype:
        raise DmnError([Problem("definitions", "document-type")])
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in _NAMESPACES:
        raise DmnError([Problem("definitions", "not-dmn")])
    return root
