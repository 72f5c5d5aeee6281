"""The tables, one noun a file. No behaviour beyond what a row knows of itself."""

from __future__ import annotations

from service.models.base import Base
from service.models.delegation import Delegation
from service.models.deployment import DecisionVersion, Deployment, DiagramDraft, FormVersion
from service.models.event_start import PendingStart, StartSubscription
from service.models.history import HistoryEvent, Incident, Stream
from service.models.instance import Instance, InstanceStatus, SubscriptionRow
from service.models.job import Job, JobKind, JobStatus
from service.models.key_check import KeyCheck
from service.models.message import Notification, OutboxMessage, OutboxStatus
from service.models.nomination import Attachment, Finding, Nomination, NominationStatus, Opinion
from service.models.notice import OPEN_OBJECTION, Award, Notice, NoticeKind, Objection, ObjectionStatus
from service.models.paper import PrintedPaper, StampedScan
from service.models.privacy import Consent, Correction, CorrectionStatus, FileClearance, ScanRuling
from service.models.quota import ANY_CATEGORY, HeadCount, Quota, QuotaKind, QuotaUse
from service.models.review import (
    Ballot,
    BallotCount,
    Consultation,
    Defect,
    Draw,
    ListChange,
    PanelMember,
    Score,
    Seat,
    SeatStatus,
    Standing,
    Voter,
)
from service.models.round import CalendarDay, CalendarYear, ClockSetting, Extension, Round, Stage
from service.models.signer import Comment, HeldDecision, Signer, SignerPlace
from service.models.start_timer import StartTimer
from service.models.unit import Unit
from service.models.user import ApiToken, IdempotencyKey, Membership, User
from service.models.user_task import Candidate, Draft, Reminder, Submission, TaskCopy, TaskStatus, UserTask

__all__ = [
    "ANY_CATEGORY",
    "OPEN_OBJECTION",
    "ApiToken",
    "Attachment",
    "Award",
    "Ballot",
    "BallotCount",
    "Base",
    "CalendarDay",
    "CalendarYear",
    "Candidate",
    "ClockSetting",
    "Comment",
    "Consent",
    "Consultation",
    "Correction",
    "CorrectionStatus",
    "DecisionVersion",
    "Defect",
    "Delegation",
    "Deployment",
    "DiagramDraft",
    "Draft",
    "Draw",
    "Extension",
    "FileClearance",
    "Finding",
    "FormVersion",
    "HeadCount",
    "HeldDecision",
    "HistoryEvent",
    "IdempotencyKey",
    "Incident",
    "Instance",
    "InstanceStatus",
    "Job",
    "JobKind",
    "JobStatus",
    "KeyCheck",
    "ListChange",
    "Membership",
    "Nomination",
    "NominationStatus",
    "Notice",
    "NoticeKind",
    "Notification",
    "Objection",
    "ObjectionStatus",
    "Opinion",
    "OutboxMessage",
    "OutboxStatus",
    "PanelMember",
    "PendingStart",
    "PrintedPaper", "Quota",
    "QuotaKind",
    "QuotaUse",
    "Reminder",
    "Round",
    "ScanRuling",
    "Score",
    "Seat",
    "SeatStatus",
    "Signer",
    "SignerPlace",
    "Stage",
    "StampedScan", "Standing",
    "StartSubscription",
    "StartTimer",
    "Stream",
    "Submission",
    "SubscriptionRow",
    "TaskCopy",
    "TaskStatus",
    "Unit",
    "User",
    "UserTask",
    "Voter",
]  # fmt: skip
