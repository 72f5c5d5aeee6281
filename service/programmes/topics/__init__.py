"""The local topics of award programmes: what the service tasks of a diagram may ask for.

Each runs inside the step's transaction, returns variables for the process, and may raise BpmnError
for the diagram to catch. Headers are written in the diagram as ``zeebe:taskHeaders``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from service.programmes.award import award_topics
from service.programmes.topics import nomination_topics, notice_topics, review_topics, round_topics
from service.workflow.context import Topic

TOPICS: Mapping[str, Topic] = {
    **nomination_topics.TOPICS,
    **round_topics.TOPICS,
    **notice_topics.TOPICS,
    **review_topics.TOPICS,
    **award_topics.TOPICS,
}

#: what cannot be done over: a round has one draw, and nobody votes after the count
ONCE_ONLY: Collection[str] = frozenset({"panel.draw", "ballot.open", "ballot.count"})
