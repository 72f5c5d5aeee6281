"""What is done to a diagram's XML before it becomes specs, in order.

Each pass is one function on the tree: it rewrites what SpiffWorkflow cannot run as drawn, and reports
what cannot be run at all. The author's ids survive every pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from service.engine.findings import Findings
from service.engine.passes.data_associations import drop_data_associations
from service.engine.passes.event_subprocesses import check_event_subprocesses
from service.engine.passes.flow_ids import give_flows_ids
from service.engine.passes.identifiers import check_identifiers
from service.engine.passes.interruption import check_interruption
from service.engine.passes.links import join_links
from service.engine.passes.nesting import check_nesting
from service.engine.passes.references import check_references
from service.engine.passes.strangers import report_strangers
from service.engine.passes.transactions import check_cancel_events
from service.engine.passes.unsupported import refuse_unsupported
from service.engine.xml import Element

Pass = Callable[[Element, Findings], None]

PASSES: Final[tuple[Pass, ...]] = (
    drop_data_associations,
    give_flows_ids,
    check_identifiers,
    check_references,
    check_nesting,
    refuse_unsupported,
    check_cancel_events,
    check_interruption,
    check_event_subprocesses,
    report_strangers,
    join_links,
)
