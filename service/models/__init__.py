"""The tables, one noun a file. No behaviour beyond what a row knows of itself."""

from __future__ import annotations

from service.models.base import Base
from service.models.key_check import KeyCheck
from service.models.person.delegation import Delegation
from service.models.person.unit import Unit
from service.models.person.user import ApiToken, IdempotencyKey, Membership, User
from service.models.process.deployment import (
    DecisionDraft,
    DecisionVersion,
    Deployment,
    DiagramDraft,
    FormVersion,
)
from service.models.process.event_start import PendingStart, StartSubscription
from service.models.process.history import HistoryEvent, Incident, Stream
from service.models.process.instance import Instance, InstanceStatus, SubscriptionRow
from service.models.process.job import Job, JobKind, JobStatus
from service.models.process.message import Notification, OutboxMessage, OutboxStatus
from service.models.process.migration import ItemStatus, Migration, MigrationItem
from service.models.process.signer import Comment, HeldDecision, Signer, SignerPlace
from service.models.process.start_timer import StartTimer
from service.models.process.user_task import (
    Candidate,
    Draft,
    Reminder,
    Submission,
    TaskCopy,
    TaskStatus,
    UserTask,
)
from service.models.programme.award import HELD, Award, AwardStatus, FollowUp
from service.models.programme.nomination import Attachment, Finding, Nomination, NominationStatus, Opinion
from service.models.programme.notice import (
    OPEN_OBJECTION,
    Channel,
    DocumentNumber,
    Notice,
    NoticeKind,
    Objection,
    ObjectionEvidence,
    ObjectionStatus,
    Reserve,
    Sender,
)
from service.models.programme.paper import PrintedPaper, StampedScan
from service.models.programme.privacy import (
    Consent,
    Correction,
    CorrectionStatus,
    DisclosureRow,
    FileClearance,
    FileReading,
    HandlingNotice,
    ImpactAssessment,
    ReadStatus,
    ScanRuling,
)
from service.models.programme.quota import ANY_CATEGORY, HeadCount, Quota, QuotaKind, QuotaUse
from service.models.programme.registration import Registration, RegistrationStatus
from service.models.programme.review import (
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
from service.models.programme.round import (
    CalendarDay,
    CalendarYear,
    CandidateExtension,
    ClockSetting,
    Extension,
    Round,
    Stage,
)
from service.models.programme.task_file import TaskFile

__all__ = [
    "ANY_CATEGORY",
    "HELD",
    "OPEN_OBJECTION",
    "ApiToken",
    "Attachment",
    "Award",
    "AwardStatus",
    "Ballot",
    "BallotCount",
    "Base",
    "CalendarDay",
    "CalendarYear",
    "Candidate",
    "CandidateExtension",
    "Channel",
    "ClockSetting",
    "Comment",
    "Consent",
    "Consultation",
    "Correction",
    "CorrectionStatus",
    "DecisionDraft",
    "DecisionVersion",
    "Defect",
    "Delegation",
    "Deployment",
    "DiagramDraft",
    "DisclosureRow",
    "DocumentNumber",
    "Draft",
    "Draw",
    "Extension",
    "FileClearance",
    "FileReading",
    "Finding",
    "FollowUp",
    "FormVersion",
    "HandlingNotice",
    "HeadCount",
    "HeldDecision",
    "HistoryEvent",
    "IdempotencyKey",
    "ImpactAssessment",
    "Incident",
    "Instance",
    "InstanceStatus",
    "ItemStatus",
    "Job",
    "JobKind",
    "JobStatus",
    "KeyCheck",
    "ListChange",
    "Membership",
    "Migration",
    "MigrationItem",
    "Nomination",
    "NominationStatus",
    "Notice",
    "NoticeKind",
    "Notification",
    "Objection",
    "ObjectionEvidence",
    "ObjectionStatus",
    "Opinion",
    "OutboxMessage",
    "OutboxStatus",
    "PanelMember",
    "PendingStart",
    "PrintedPaper",
    "Quota",
    "QuotaKind",
    "QuotaUse",
    "ReadStatus",
    "Registration",
    "RegistrationStatus",
    "Reminder",
    "Reserve",
    "Round",
    "ScanRuling",
    "Score",
    "Seat",
    "SeatStatus",
    "Sender",
    "Signer",
    "SignerPlace",
    "Stage",
    "StampedScan",
    "Standing",
    "StartSubscription",
    "StartTimer",
    "Stream",
    "Submission",
    "SubscriptionRow",
    "TaskCopy",
    "TaskFile",
    "TaskStatus",
    "Unit",
    "User",
    "UserTask",
    "Voter",
]  # fmt: skip
