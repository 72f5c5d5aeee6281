"""The yardstick an approval at a time, whenever a line asks: answers with the seconds of each of its steps.

    python -m bench.bare_in_turn ../shared/bench/bare.py sqlite|postgresql [DSN]

It is a process of its own, as the yardstick alone is, so that nothing of the service weighs on it.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
import uuid
from types import ModuleType
from typing import Any


def main() -> None:
    """Answer every line of the standard input."""
    program, kind, dsn = [*sys.argv[1:], ""][:3]
    bare = _load(program)
    spec, store = bare.parse(), bare.rows_for(kind, dsn)
    for _ in sys.stdin:
        print(json.dumps(_approve(bare, spec, store)), flush=True)


def _load(program: str) -> ModuleType:
    found = importlib.util.spec_from_file_location("bare", program)
    assert found is not None
    assert found.loader is not None
    bare = importlib.util.module_from_spec(found)
    found.loader.exec_module(bare)
    return bare


def _approve(bare: ModuleType, spec: Any, store: Any) -> list[float]:
    """Begin an approval and complete it to its end, as the yardstick's own loop does."""
    key, workflow = str(uuid.uuid4()), bare.BpmnWorkflow(spec, {})
    workflow.do_engine_steps()
    todo, steps = bare.open_tasks(workflow), []
    store.start()
    store.write(key, bare.dump(workflow), todo, new=True)
    store.commit()
    while todo:
        began = time.perf_counter()
        store.start()
        workflow = bare.load(spec, store.read(key))
        bare.complete(workflow, todo[0][0])
        todo = bare.open_tasks(workflow)
        store.write(key, bare.dump(workflow), todo)
        store.commit()
        steps.append(time.perf_counter() - began)
    return steps


if __name__ == "__main__":
    main()
