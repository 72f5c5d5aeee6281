"""The few phases a nomination's many statuses come down to, where units are compared."""

from __future__ import annotations

from collections.abc import Mapping

from service.models import NominationStatus

#: phase -> statuses, in the order of the way
PHASES: Mapping[str, tuple[NominationStatus, ...]] = {
    "filing": (NominationStatus.DRAFTING, NominationStatus.RECOMMENDING),
    "examining": (NominationStatus.QUALIFYING,),
    "standing": (
        NominationStatus.SHORTLISTED,
        NominationStatus.NOT_LISTED,
        NominationStatus.SELECTED,
        NominationStatus.AWARDED,
    ),
    "out": (
        NominationStatus.OVERDUE,
        NominationStatus.WITHDRAWN,
        NominationStatus.DECLINED,
        NominationStatus.FAILED,
        NominationStatus.DISQUALIFIED,
        NominationStatus.NOT_SELECTED,
        NominationStatus.CANCELLED,
    ),
}
#: phases of those who may still be awarded, or are
RUNNING = ("filing", "examining", "standing")
#: on the list, or holding the title already
LISTED = (NominationStatus.SELECTED, NominationStatus.AWARDED)

_PHASE_OF = {status: phase for phase, statuses in PHASES.items() for status in statuses}


def phase_of(status: NominationStatus) -> str:
    """Return the phase a status belongs to."""
    return _PHASE_OF[status]


def statuses_of(phase: str) -> tuple[NominationStatus, ...]:
    """Return the statuses of a phase; ``running`` is all but those that are out, ``listed`` the list's."""
    if phase == "running":
        return tuple(status for name in RUNNING for status in PHASES[name])
    return LISTED if phase == "listed" else PHASES.get(phase, ())
