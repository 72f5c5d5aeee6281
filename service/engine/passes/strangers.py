"""Extension elements and attributes that nothing here reads are named, never silently ignored."""

from __future__ import annotations

from typing import Final

from lxml import etree

from service.engine.attributes import HARMLESS_EXTENSIONS, KNOWN_EXTENSIONS, UNREAD_ATTRIBUTES
from service.engine.findings import Findings
from service.engine.xml import BPMN, ZEEBE, Element, bpmn, is_bpmn, local

#: other engines' vocabularies: what is written in them was meant to be executed
OTHER_ENGINES: Final = {
    "http://camunda.org/schema/1.0/bpmn": "Camunda 7",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "SpiffWorkflow",
    "http://flowable.org/bpmn": "Flowable",
    "http://activiti.org/bpmn": "Activiti",
}

#: extension elements of theirs that would have run a program beside the task
PROGRAMS: Final = frozenset({"preScript", "postScript", "executionListener", "taskListener"})


def report_strangers(root: Element, findings: Findings) -> None:
    """Warn of other engines' extensions and refuse unknown ones of our own dialect."""
    for element in root.iter():
        if not is_bpmn(element):
            continue
        for name in element.attrib:
            _check_namespace(element, etree.QName(name).namespace, findings)
        if local(element) == "extensionElements":
            _check_extensions(element, findings)


def _check_extensions(container: Element, findings: Findings) -> None:
    owner = container.getparent()
    for found in container.iter():
        if not isinstance(found.tag, str) or found is container:
            continue
        namespace, name = etree.QName(found).namespace, local(found)
        if namespace in OTHER_ENGINES and name in PROGRAMS:
            fix = "删去它，用单独的脚本任务（FEEL）或服务任务代替"
            findings.error(owner, "program", f"带有 {OTHER_ENGINES[namespace]} 的程序 {name}，不能执行", fix)
        elif namespace == ZEEBE and name not in KNOWN_EXTENSIONS | HARMLESS_EXTENSIONS:
            findings.error(owner, "unknown-extension", f"带有不支持的扩展 zeebe:{name}", "删去这项设置")
        else:
            _check_namespace(owner, namespace, findings)
        for attribute in found.attrib if namespace == ZEEBE else ():
            instead = UNREAD_ATTRIBUTES.get((name, attribute))
            if instead is not None and found.get(attribute):
                findings.error(owner, "unknown-extension", f"的设置 {attribute} 不支持", instead)


def _check_namespace(element: Element, namespace: str | None, findings: Findings) -> None:
    if namespace in OTHER_ENGINES and namespace != BPMN:
        engine = OTHER_ENGINES[namespace]
        owner = element if element.get("id") else next(element.iterancestors(bpmn("process")), element)
        findings.warning(
            owner, "other-engine", f"带有 {engine} 的设置，这里不起作用", "用 Camunda 8 的同名设置代替"
        )
