"""A programme's settings as typed records: what the notice says and what the organiser decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from service.programmes.pack.follow_up import Track
from service.programmes.pack.paper import NOMINATION, Paper
from service.programmes.rule.coverage_rule import CoverageRule
from service.programmes.rule.eligibility import RuleSource
from service.programmes.rule.photos import PhotoRule
from service.programmes.rule.proportion import Proportion
from service.programmes.rule.quota_rule import QuotaRule
from service.programmes.rule.scoring import ReviewRules
from service.programmes.rule.stated_rule import StatedRule


@dataclass(frozen=True, kw_only=True)
class Category:
    """One of the categories a nomination is made in."""

    key: str
    name: str
    places: int = 0  #: titles in this category; 0 means what ``award.places_per_category`` says


#: what a nominee is known by where the programme does not say: the identity number of a person
PERSON = ("id_number",)
#: what a nominee may be known by besides the fields of the form: the workplace, which then nominates once
UNIT = "unit"


@dataclass(frozen=True, kw_only=True)
class Start:
    """A way in: a start event of the nomination's process."""

    event: str
    name: str
    source: str  #: unit or self
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Award:
    """The title and how many may hold it."""

    title: str
    places_per_category: int  #: 0 sets no bound
    at_least: int  #: how many a round is to reach (N65), said when it is not reached; 0 says nothing
    reserves_per_category: int  #: how many are kept for a place that is left (X27); 0 keeps nobody
    refill_cancelled: bool  #: whether the organiser promotes a reserve into such a place (A-10)
    period_from: date | None = None  #: first day of the 培育期, for the notice's own round
    period_until: date | None = None  #: its last day


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role of the diagram's ``role@scope`` groups."""

    key: str
    name: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reminders:
    """When nudges go out."""

    plan: tuple[int, ...]  #: working days from the due date, negative before it
    at: time


@dataclass(frozen=True, kw_only=True)
class NoticeRule:
    """How long and how the candidates are put before the public."""

    working_days: int
    count_first_day: bool
    channels: tuple[str, ...]
    receiver: str
    hint: str
    open_objection: str = "candidate"  #: what an open objection holds up (X07): one of HELD_UP
    phone: str = ""  #: empty: what its publisher has filled in
    email: str = ""
    address: str = ""

    @property
    def contact(self) -> dict[str, str]:
        """Where a list is published and objections go, as a published list keeps it."""
        said = {"receiver": self.receiver, "hint": self.hint, "channels": "、".join(self.channels)}
        return said | {"phone": self.phone, "email": self.email, "address": self.address}


#: what an objection that is not settled holds up at the announcement: its candidate, or everybody
HELD_UP = ("candidate", "list")
#: how whoever takes objections is reached
CONTACT = ("phone", "email", "address")
#: who may publish below the organiser: the workplace, or whoever recommends it
LEVELS = ("unit", "recommender")


@dataclass(frozen=True, kw_only=True)
class LocalNotice(NoticeRule):
    """A notice of one nomination before the organiser's (逐级公示)."""

    key: str  #: by which the diagram names it
    level: str  #: which unit publishes it and deals with the objections: one of LEVELS


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A place for files: attachments of a nomination, or what a step of the round asks for."""

    key: str
    name: str
    least: int
    most: int
    types: tuple[str, ...]
    photo: PhotoRule | None  #: the rule of a slot that takes photos only
    cited: str = ""  #: the notice's sentence that it checks, with the rule's number


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the notice leaves open and the organiser has decided (A-nn of requirements §1.7)."""

    self_nomination_takes_quota: bool  #: A-05
    roster_layout: str
    outside_recommenders: tuple[str, ...]  #: codes of who may recommend from outside every branch (A-08)
    admitted_recommend_others: bool  #: a department admitted during the round may be chosen by any workplace
    exceptions_per_unit: int  #: most 破格 a recommending unit may recommend (A-13); 0 sets no bound


@dataclass(frozen=True, kw_only=True)
class Programme:
    """All of programme.toml."""

    key: str
    title: str
    document_number: str
    printed: date
    theme: str
    zone: ZoneInfo
    year: int  #: of the notice; a later round has its own
    diagram: str
    quotas: str  #: file of the annex; empty where there is none
    quota: QuotaRule
    units: str
    organiser: str  #: code of the unit that holds the programme
    department: str
    starts: tuple[Start, ...]
    categories: Mapping[str, Category]  #: by key, in the notice's order
    award: Award
    identified_by: tuple[str, ...]  #: fields by which two nominations are of the same nominee
    roles: Mapping[str, Role]
    deadlines: Mapping[str, str]  #: stage to month-day
    rolls_deadlines: bool = False  #: one on a day off moves to the next day that is worked (X11)
    reminders: Reminders
    notice: NoticeRule  #: the organiser's own
    rules: tuple[RuleSource, ...]  #: in the order in which their findings are shown
    stated: tuple[StatedRule, ...] = ()  #: rules that something else than a decision checks
    slots: Mapping[str, Slot]
    fields: Mapping[str, str]  #: field of the recommendation form to PUBLIC, INTERNAL or SENSITIVE
    choices: Choices
    not_awarded_days: int
    sensitive_words: tuple[str, ...]  #: looked for in what is to be published, besides the scanner's own
    papers: Mapping[str, Paper]
    forms: Mapping[str, str]  #: forms that no user task names
    notices: Mapping[str, LocalNotice] = field(default_factory=dict)  #: of units below the organiser, by key
    tracks: Mapping[str, Track] = field(default_factory=dict)  #: of the ledger of titles, by key
    coverage: tuple[CoverageRule, ...] = ()  #: streams of the coverage report; empty means one of everybody
    task_slots: Mapping[str, Slot] = field(default_factory=dict)  #: of steps of the round, by key
    switches: Mapping[str, bool] = field(default_factory=dict)  #: what the diagram asks with ``switch("…")``
    #: what the notice leaves open and tables and forms ask with ``settings.…``
    named: Mapping[str, str | int | bool] = field(default_factory=dict)
    proportions: tuple[Proportion, ...] = ()  #: what the notice asks of a list as a whole
    review: ReviewRules | None = None  #: how experts score and lists are voted on, where they are

    @property
    def start_events(self) -> Mapping[str, str]:
        """Start event of the nomination's process, by source."""
        return {start.source: start.event for start in self.starts}

    @property
    def record_form(self) -> str:
        """Id of the form that fills a nomination's record: that of the first paper about a nomination."""
        return next((p.form for p in self.papers.values() if p.kind == NOMINATION and p.form), "")

    @property
    def nominates_people(self) -> bool:
        """Whether a nominee is a person with an identity number, not a project or a collective."""
        return self.identified_by == PERSON

    @property
    def is_bounded(self) -> bool:
        """Whether no more than so many may hold the title."""
        return any(self.places_of(category) for category in self.categories)

    def places_of(self, category: str) -> int:
        """Return how many may hold the title in a category; 0 sets no bound."""
        return self.categories[category].places or self.award.places_per_category

    def cite(self, checked: str) -> str:
        """Return the sentence of the notice that something checks (``quota``, ``form.deeds``), or nothing."""
        return "".join(rule.cited for rule in self.stated if checked in rule.by)

    def papers_of(self, *kinds: str) -> list[Paper]:
        """Return the papers of some kinds in the order of the file."""
        return [paper for paper in self.papers.values() if paper.kind in kinds]
