"""What a round's notices are called: as the programme's own official papers are, so page and paper agree."""

from __future__ import annotations

from service.models import Round
from service.programmes.pack.paper import ANNOUNCEMENT, PUBLICATION
from service.programmes.pack.programme import Programme

#: where a programme has no such paper
_PLAIN = {PUBLICATION: "关于{programme}候选人的公示", ANNOUNCEMENT: "关于公布{programme}名单的通知"}


def of_candidates(programme: Programme, entry: Round) -> str:
    """Return the title of the 公示 of a round's candidates."""
    return _title(programme, entry, PUBLICATION)


def of_further_candidate(programme: Programme) -> str:
    """Return the title of the 公示 of one who takes a place that came free."""
    return f"关于{programme.title}递补候选人的补充公示"


def of_awards(programme: Programme, entry: Round) -> str:
    """Return the title of the 公布 of those who take the title."""
    return _title(programme, entry, ANNOUNCEMENT)


def of_further_awards(programme: Programme, entry: Round) -> str:
    """Return the title of the 公布 of who takes the title after the list was out."""
    title = of_awards(programme, entry)
    return title.replace("公布", "补充公布", 1) if "公布" in title else f"{title}（补充）"


def _title(programme: Programme, entry: Round, kind: str) -> str:
    """A paper's title, unless it counts or dates what is only known once the list is frozen."""
    papers = programme.papers_of(kind)
    words = {
        "programme": programme.title,
        "document": programme.document_number,
        "award": programme.award.title,
        "year": str(entry.year),
        "organiser": entry.organiser.name,
    }
    try:
        return (papers[0].title if papers else _PLAIN[kind]).format_map(words)
    except KeyError:
        return _PLAIN[kind].format_map(words)
