"""The papers of a programme as programme.toml declares them: annexes, rosters, official notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

from service.programmes.pack.toml_table import Table

#: what a paper is about
NOMINATION, ROSTER, QUOTAS = "nomination", "roster", "quotas"
PUBLICATION, ANNOUNCEMENT, DISQUALIFICATION = "publication", "announcement", "disqualification"
TITLE, CERTIFICATE = "title", "certificate"
#: papers of a review: 形式审查结果, 建议名单 as the panel put it, 审议纪要 of who decided on it
FORM_CHECK, PANEL_LIST, MINUTES = "form_check", "panel_list", "minutes"
REVIEW = (FORM_CHECK, PANEL_LIST, MINUTES)
KINDS = (
    NOMINATION, ROSTER, QUOTAS, PUBLICATION, ANNOUNCEMENT, DISQUALIFICATION, TITLE, CERTIFICATE, *REVIEW
)  # fmt: skip
#: what a paper about a title may name besides its form's fields
TITLE_WORDS = frozenset({"name", "unit", "award", "number", "year"})
OFFICIAL = (PUBLICATION, ANNOUNCEMENT, DISQUALIFICATION)
#: the kind of a paper that does not say it, by its name
_KNOWN = {"recommendation": NOMINATION}
LAYOUTS = ("sheet_per_category", "one_sheet")
#: who hands a roster in: the recommending unit alone, or every workplace its own rows before
RECOMMENDER, WORKPLACE = "recommender", "workplace"
_LIST_WORDS = frozenset({"total", "window", "days", "document", "programme", "award", "year", "organiser"})
_PERSON_WORDS = frozenset({"name", "unit", "recommender", "category", "reason", "document", "programme",
                           "award", "year", "organiser", "title"})  # fmt: skip
_PROGRAMME_WORDS = frozenset({"document", "programme", "award", "year", "organiser"})
_PERSON_COLUMNS = {"姓名": "name", "所在单位": "unit", "推荐单位": "recommender"}
#: what the list of a paper of a review may show, heading to key
REVIEW_COLUMNS: Mapping[str, Mapping[str, str]] = {
    FORM_CHECK: {
        "序号": "number", **_PERSON_COLUMNS, "审查结果": "outcome", "存在的问题": "defects",
        "裁定说明": "overruling",
    },
    PANEL_LIST: {
        "名次": "rank", **_PERSON_COLUMNS, "评分": "total", "赞成": "for", "反对": "against",
        "弃权": "abstain", "会审建议": "result", "调整理由": "reasons",
    },
    MINUTES: {"名次": "rank", **_PERSON_COLUMNS, "审议结果": "result", "调整理由": "reasons"},
}  # fmt: skip
#: words in braces that the sentences of an official paper may use
WORDS: Mapping[str, frozenset[str]] = {
    PUBLICATION: _LIST_WORDS | {"receiver", "phone", "email", "address"},
    ANNOUNCEMENT: _LIST_WORDS,
    DISQUALIFICATION: _PERSON_WORDS,
    FORM_CHECK: _PROGRAMME_WORDS | {"total", "passed", "correcting", "refused"},
    PANEL_LIST: _PROGRAMME_WORDS | {"total", "proposed", "voters", "voted", "changed"},
    MINUTES: _PROGRAMME_WORDS | {"day", "outcome", "said", "proposed", "total", "removed", "added"},
    CERTIFICATE: frozenset(
        {"name", "unit", "award", "category", "year", "document", "programme", "organiser"}
    ),
}


@dataclass(frozen=True, kw_only=True)
class Official:
    """What an official paper (公文) says, in the parts of GB/T 9704."""

    mark: str  #: 发文机关标志, red; empty prints none
    number: str  #: 发文字号; empty leaves the place to be filled in where there is a mark
    addressee: str  #: 主送
    body: tuple[str, ...]  #: one sentence group a paragraph; words in braces are filled in
    issuer: str  #: 署名; empty means the organiser
    copies: str  #: 抄送
    printer: str  #: 印发机关; empty prints no 版记


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper the programme prints."""

    key: str
    kind: str
    title: str
    annex: int
    format: str
    form: str = ""  #: the form whose answers it prints
    template: str = (
        ""  #: file in forms/<programme>/ of a paper a nomination; empty means ``<key>.docx``, if any
    )
    above: str = ""  #: line over a roster's table; ``{unit}`` is who hands it in
    by: str = RECOMMENDER  #: who prints and stamps a roster besides the organiser
    layout: str = ""  #: of a roster; empty means what ``settings.roster_layout`` says
    categories: tuple[str, ...] = ()  #: keys of those a roster lists; empty means every one
    columns: tuple[str, ...] = ()  #: headings in the annex's order
    values: Mapping[str, str] | None = None  #: heading to field, where the form calls it otherwise
    widths: tuple[int, ...] = ()  #: characters a column, in their order
    official: Official | None = None  #: of a certificate only its body and issuer
    written_at: str = ""  #: of a paper about a title: the step whose form it prints
    decided_at: str = ""  #: of a review's list or minutes: the step that decides on what the panel proposed
    signed_at: str = ""  #: the step at which it is signed, in the order of the places

    @property
    def template_name(self) -> str:
        """The file it is printed from, where the pack has it."""
        return self.template or f"{self.key}.docx"


def read_paper(key: str, table: Table) -> Paper:
    """Read one paper; problems are noted in the table's list."""
    kind = table.choice("kind", KINDS, _KNOWN.get(key, key))
    if kind not in KINDS:
        table.complain("kind", f"缺少，应为 {'、'.join(KINDS)} 之一")
        kind = NOMINATION
    values = table.table("values", optional=True)
    paper = Paper(
        key=key,
        kind=kind,
        title=table.text("title"),
        annex=table.integer("annex", 0),
        format=table.choice("format", ("docx", "xlsx"), "xlsx" if kind in (ROSTER, QUOTAS) else "docx"),
        form=table.text("form") if kind == TITLE else table.text("form", ""),
        template=table.text("template", "") if kind in (NOMINATION, TITLE) else "",
        above=table.text("above", "推荐单位（盖章）：{unit}"),
        by=table.choice("by", (RECOMMENDER, WORKPLACE), RECOMMENDER) if kind == ROSTER else RECOMMENDER,
        layout=table.choice("layout", LAYOUTS, "") if "layout" in table.keys() else "",  # noqa: SIM118
        categories=table.texts("categories", ()) if kind == ROSTER else (),
        columns=table.texts("columns", ()),
        values={heading: values.text(heading) for heading in values.keys()},  # noqa: SIM118 - no dict
        widths=table.integers("widths", ()),
        official=_read_official(kind, table) if kind in (*OFFICIAL, CERTIFICATE, *REVIEW) else None,
        written_at=table.text("written_at") if kind == TITLE else "",
        decided_at=table.text("decided_at") if kind in (PANEL_LIST, MINUTES) else "",
        signed_at=table.text("signed_at", "") if kind == TITLE else "",
    )
    values.finish()
    _find_wrong_lists(paper, table)
    table.finish()
    return paper


def find_unknown_words(text: str, known: frozenset[str]) -> list[str] | None:
    """Return the words in braces that are not known, or None where the braces do not close."""
    try:
        words = [word for _, word, _, _ in Formatter().parse(text) if word is not None]
    except ValueError:
        return None
    return [word for word in words if word not in known]


def _read_official(kind: str, table: Table) -> Official:
    is_letter = kind != CERTIFICATE
    official = Official(
        mark=table.text("mark", "") if is_letter else "",
        number=table.text("number", "") if is_letter else "",
        addressee=table.text("addressee", "") if is_letter else "",
        body=table.texts("body"),
        issuer=table.text("issuer", ""),
        copies=table.text("copies", "") if is_letter else "",
        printer=table.text("printer", "") if is_letter else "",
    )
    for text in official.body:
        _complain_of_words(table, "body", text, WORDS[kind])
    return official


def _find_wrong_lists(paper: Paper, table: Table) -> None:
    _complain_of_words(table, "above", paper.above, frozenset({"unit"}))
    if paper.official is not None:
        _complain_of_words(table, "title", paper.title, WORDS[paper.kind])
        _complain_of_words(table, "addressee", paper.official.addressee, WORDS[paper.kind])
    if paper.kind == ROSTER and not paper.columns:
        table.complain("columns", "缺少，汇总表须按附件写明各列")
    known = REVIEW_COLUMNS.get(paper.kind)
    strange = [heading for heading in paper.columns if known is not None and heading not in known]
    if strange or (known is not None and not paper.columns):
        table.complain(
            "columns", f"应为其中几列：{'、'.join(known or ())}，不认识：{'、'.join(strange) or '（空）'}"
        )
    if len(set(paper.columns)) < len(paper.columns):
        table.complain("columns", "有重名的列")
    if paper.widths and len(paper.widths) != len(paper.columns):
        table.complain("widths", f"应有 {len(paper.columns)} 个，与 columns 一一对应")
    unknown: Sequence[str] = sorted(set(paper.values or {}) - set(paper.columns))
    if unknown:
        table.complain("values", f"不是 columns 中的列：{'、'.join(unknown)}")


def _complain_of_words(table: Table, key: str, text: str, known: frozenset[str]) -> None:
    unknown = find_unknown_words(text, known)
    if unknown is None:
        table.complain(key, "花括号不成对")
    elif unknown:
        words = "、".join(f"{{{word}}}" for word in unknown)
        table.complain(key, f"不认识 {words}，可用：{'、'.join(sorted(known))}")
