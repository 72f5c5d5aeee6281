"""Moving running instances to a redrawn diagram: a plan, what it means for one of them, its new state."""

from __future__ import annotations

from service.engine.migration.examine import can_move_to
from service.engine.migration.migrate import migrate
from service.engine.migration.places import list_places
from service.engine.migration.plans import from_json, hash_of, propose, to_json
from service.engine.migration.redraw import Redraw

__all__ = ["Redraw", "can_move_to", "from_json", "hash_of", "list_places", "migrate", "propose", "to_json"]
