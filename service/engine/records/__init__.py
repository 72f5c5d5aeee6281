"""What crosses the seam of the engine: commands in, a step out. Plain, frozen, free of SpiffWorkflow."""

from __future__ import annotations

from service.engine.records.commands import (
    Command,
    CompleteServiceTask,
    CompleteUserTask,
    DeliverEvent,
    FailServiceTask,
    FireTimer,
    Repeat,
    ReturnTo,
    Start,
    TakeBack,
)
from service.engine.records.diagram_facts import Element, Problem, ProcessInfo, StartTrigger
from service.engine.records.environment import Environment, Perform, leave_open
from service.engine.records.failures import BpmnError, NotOpen, Refused, UncaughtBpmnError, Unreachable
from service.engine.records.migrating import Action, Deadline, Instruction, Level, Migrated, Plan, Remark
from service.engine.records.open_work import Open, OpenServiceTask, OpenUserTask, PendingTimer, Subscription
from service.engine.records.step import Fault, Step, ThrownEvent, TraceEvent
from service.engine.records.taking import Taking
from service.engine.records.variables import JSON, Variables

__all__ = [
    "JSON",
    "Action",
    "BpmnError",
    "Command",
    "CompleteServiceTask",
    "CompleteUserTask",
    "Deadline",
    "DeliverEvent",
    "Element",
    "Environment",
    "FailServiceTask",
    "Fault",
    "FireTimer",
    "Instruction",
    "Level",
    "Migrated",
    "NotOpen",
    "Open",
    "OpenServiceTask",
    "OpenUserTask",
    "PendingTimer",
    "Perform",
    "Plan",
    "Problem",
    "ProcessInfo",
    "Refused",
    "Remark",
    "Repeat",
    "ReturnTo",
    "Start",
    "StartTrigger",
    "Step",
    "Subscription",
    "TakeBack",
    "Taking",
    "ThrownEvent",
    "TraceEvent",
    "UncaughtBpmnError",
    "Unreachable",
    "Variables",
    "leave_open",
]
