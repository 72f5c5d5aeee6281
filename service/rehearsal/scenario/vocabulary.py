"""The words of a scenario: what its head holds, what a step may say, and what may be expected.

Each word of ``STEPS`` is something people do. The word itself holds its object; the other keys say who,
where and with what. Everything is checked before anything is played.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from service.rehearsal.scenario.moments import parse_moment

_FIXED = {
    "required": "没有写。",
    "null": "没有写。",
    "unknown": "没有这个词。",
    "type": "写法不对，应当是“键: 值”的样子。",
    "invalid": "写法不对。",
}


def _check_moment(text: str) -> None:
    if parse_moment(text) is None:
        raise ValidationError("应当是一天或一刻，例如 2024-03-25 或 2024-03-25 24:00。")


class Text(fields.String):
    """A text that is not empty."""

    default_error_messages = {**_FIXED, "invalid": "应当是一段文字。"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **more)
        if not text.strip():
            raise self.make_error("required")
        return text.strip()


class Number(fields.Integer):
    """A whole number from 0."""

    default_error_messages = {**_FIXED, "invalid": "应当是一个整数。", "too_large": "数太大。"}

    def __init__(self, **more: Any) -> None:
        super().__init__(validate=validate.Range(min=0, error="不能小于 0。"), **more)


class YesNo(fields.Boolean):
    """是 or 否, yes or no."""

    truthy = {"是", "yes", "true"}
    falsy = {"否", "no", "false"}
    default_error_messages = {**_FIXED, "invalid": "应当是“是”或“否”。"}


class Day(fields.Date):
    """A day: 1988-12-31."""

    default_error_messages = {**_FIXED, "invalid": "应当是一天，例如 1988-12-31。"}


class Moment(Text):
    """A moment in the programme's zone: 2024-03-26, 2024-03-25 09:00 or 2024-03-25 24:00."""

    def __init__(self, **more: Any) -> None:
        super().__init__(validate=_check_moment, **more)


class Texts(fields.List[Any]):
    """A list of texts; one alone needs no list."""

    default_error_messages = {**_FIXED, "invalid": "应当是一个词或一个列表。"}

    def __init__(self, **more: Any) -> None:
        super().__init__(Text(), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        return super()._deserialize([value] if isinstance(value, str) else value, attr, data, **more)


class Table(fields.Dict):
    """A mapping; of texts where nothing else is said."""

    default_error_messages = {**_FIXED, "invalid": "应当是“键: 值”的样子。"}

    def __init__(self, values: fields.Field[Any] | None = None, **more: Any) -> None:
        super().__init__(keys=Text(), values=values or fields.Raw(), **more)


class Nested(fields.Nested):
    """Words within words."""

    default_error_messages = {**_FIXED, "type": "应当是“键: 值”的样子。"}


class Words(Schema):
    """Words of which no other may be used."""

    error_messages = _FIXED


class Person(Words):
    """Somebody made up; what is not said is made up too."""

    same_as = Text()  #: somebody else of the scenario who is the same person
    name = Text()  #: where it differs from what the scenario calls him
    born = Day()
    sex = fields.String(
        validate=validate.OneOf(("男", "女"), error="应当是男或女。"),
        error_messages={"invalid": "应当是男或女。"},
    )
    unit = Text()  #: workplace
    category = Text()
    answers = Table()  #: on his form


class NewRound(Words):
    """A round that is opened."""

    label = Text()
    year = Number()


class Place(Words):
    """How the places of a unit are expected to stand."""

    unit = Text(required=True)
    category = Text()
    places = Number()
    taken = Number()


class ExpectedPerson(Words):
    """How a nomination is expected to stand."""

    status = Text()
    reason = Text()  #: why it ended; part of it
    eligibility = Text()
    waits_at = Texts()  #: steps, all of them; [] for none
    waits_for = Texts()  #: log-ins of all those who may do them
    opinions = Number()
    last_opinion = Text()  #: part of the newest: step, who gave it, day and text
    printed = Number()  #: opinions that stand and are on the paper form
    nudges = Number()  #: sent so far, all steps together
    remark = Text()  #: part of the roster's 备注
    published_reason = Text()  #: part of what the notice prints beside him; （没有说明） for nothing
    objection = Text()  #: how the newest objection to him stands
    reply = Text()  #: part of what the receipt tells the newest objector
    changes = Texts()  #: every change of his place on the list: step, in or out, reason
    title = Text()  #: how his title stands
    ledger = Texts()  #: what is entered of his title: item, and its result
    version = Number()  #: of the diagram he goes by
    scored_by = Texts()  #: log-ins of those who score him
    rank = Number()
    forgotten = YesNo()  #: whether nothing personal of him is left


class Expected(Words):
    """How things are expected to stand."""

    people = Table(Nested(ExpectedPerson))
    stage = Text()
    round_waits_at = Texts()
    places = fields.List(Nested(Place), error_messages={"invalid": "应当是一个列表。"})
    notice = fields.String(
        validate=validate.OneOf(("open", "closed", "none"), error="应当是 open、closed 或 none。")
    )
    listed = Texts()  #: everybody on the newest notice of candidates
    announced = Texts()  #: everybody announced, in all lists
    awarded = Number()
    rosters = Table(Table(Texts()))  #: of a recommender: a paper's key to everybody on it
    gaps = Texts()  #: units among those with nobody
    covered = Texts()  #: units not among them
    told = Table(Text())  #: log-in to part of a message he was sent
    incidents = Number()
    rounds = Number()


class Step(Words):
    """What every step may say."""

    who = Text()  #: log-in or name of an account, or role@unit; otherwise whoever's turn it is
    refused = Text()  #: the step is refused, with a sentence that holds this
    note = Text()  #: printed; for whoever reads the scenario


def _step(**words: fields.Field[Any]) -> type[Step]:
    return type("_Step", (Step,), dict(words))


#: what people do -> what may be said of it
STEPS: Mapping[str, type[Step]] = {
    "nominate": _step(nominate=Text(required=True), by=Text(), unit=Text(), category=Text()),
    "complete": _step(
        complete=Text(required=True),
        of=Texts(),
        outcome=Text(),
        answers=Table(),
        votes=Table(Text()),
    ),
    "carry": _step(carry=Texts(required=True), to=Text()),
    "wait_until": _step(wait_until=Moment(required=True)),
    "send_back": _step(
        send_back=Text(required=True),
        of=Text(required=True),
        to=Text(required=True),
        reason=Text(load_default=""),
    ),
    "take_back": _step(take_back=Text(required=True), of=Text(required=True)),
    "pass_on": _step(
        pass_on=Text(required=True), of=Text(), to=Text(required=True), reason=Text(load_default="")
    ),
    "withdraw": _step(withdraw=Text(required=True), reason=Text(load_default="")),
    "object": _step(object=Text(required=True), answers=Table(load_default=dict)),
    "ask_to_recommend": _step(ask_to_recommend=Text(required=True), reason=Text(load_default="")),
    "extend": _step(
        extend=Text(required=True),
        stage=Text(load_default="submission"),
        until=Moment(required=True),
        reason=Text(load_default=""),
    ),
    "move_deadline": _step(
        move_deadline=Text(required=True), to=Moment(required=True), reason=Text(load_default="")
    ),
    "import_roster": _step(
        import_roster=fields.List(Table(), required=True, error_messages={"invalid": "应当是一个列表。"}),
        unit=Text(),
        category=Text(),
    ),
    "send_message": _step(
        send_message=Text(required=True), of=Text(required=True), reason=Text(load_default="")
    ),
    "report": _step(report=Table(Number(), required=True)),
    "redraw": _step(redraw=Table(Text(), required=True)),
    "open_round": _step(open_round=Nested(NewRound, required=True)),
    "enter_calendar": _step(
        enter_calendar=Number(required=True),
        source=Text(load_default="国务院办公厅放假安排（演示）"),
        off=fields.List(Day(), load_default=list),
        working=fields.List(Day(), load_default=list),
    ),
    "leaves": _step(leaves=Text(required=True)),
    "appoint": _step(appoint=Text(required=True), role=Text(required=True), unit=Text(required=True)),
    "recuse": _step(recuse=Text(required=True), reason=Text(load_default="")),
    "dismiss": _step(dismiss=Text(required=True), expert=Text(required=True), reason=Text(load_default="")),
    "amend": _step(
        amend=Text(required=True), on_list=YesNo(required=True), step=Text(), reason=Text(load_default="")
    ),
    "attach": _step(
        attach=Text(required=True), slot=Text(required=True), filename=Text(required=True), text=Text()
    ),
    "declare_files": _step(declare_files=Text(required=True)),
    "clear_files": _step(clear_files=Text(required=True), reason=Text(load_default="逐页看过")),
    "let_stand": _step(
        let_stand=Text(required=True), ruling=Text(load_default="可公开"), reason=Text(load_default="")
    ),
    "expect": _step(expect=Nested(Expected, required=True)),
}


class Head(Words):
    """What a scenario says before its story."""

    says = Text(required=True)  #: the sentence of the notice or the requirement
    proves = Texts(load_default=list)  #: numbers of rules and exceptions
    begins = Moment()  #: where the clock starts; as the demonstration where left out
    round = fields.Raw()  #: label and year of the round that is opened first, or none
    switches = Table(YesNo(), load_default=dict)  #: of ``[switches]`` that stand otherwise in this story
    people = Table(Nested(Person), load_default=dict)
    story = fields.List(fields.Raw(), required=True, error_messages={**_FIXED, "invalid": "应当是一个列表。"})


def load_step(said: Any) -> tuple[str, dict[str, Any]]:
    """Return a step's word and what it says; raises ValidationError."""
    if not isinstance(said, dict):
        raise ValidationError(f"每一步是“词: 值”的样子，词是：{'、'.join(STEPS)}。")
    words = [key for key in said if key in STEPS]
    if len(words) != 1:
        what = f"同时写了 {'、'.join(words)}" if words else f"写的是 {'、'.join(said) or '空'}"
        raise ValidationError(f"每一步恰好用一个词说做什么（{'、'.join(STEPS)}），这里{what}。")
    loaded: dict[str, Any] = STEPS[words[0]]().load(said)
    return words[0], loaded
