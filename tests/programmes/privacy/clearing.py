"""A diagram whose first opinion waits until every file and every finding was looked at (脱密)."""

from __future__ import annotations

from service.programmes.diagram import diagrams
from tests.programmes.story import ORGANISER, Story


def ask_at_first_opinion(story: Story) -> None:
    """Publish the diagram with the first opinion asking for cleared files: the league looks them through."""
    first = b'<zeebe:property name="opinion" value="1" />'
    asking = story.pack.diagram.replace(first, first + b'<zeebe:property name="clearance" value="approve" />')
    with story.acting(ORGANISER) as ctx:
        diagrams.publish(ctx, story.pack, asking, note="脱密")
