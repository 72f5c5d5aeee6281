"""People who work through the API, each in a thread of his own, and try again when a connection breaks."""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from typing import Any

from service.programmes.demo import made_up

#: seconds between two tries
PAUSE = 0.05
#: tasks somebody does before looking at the inbox again
TOGETHER = 8
#: steps that send a nomination back now and then, so that there is always work
RETURNED = 0.2
MAY_RETURN = ("workplace_league_opinion", "workplace_opinion", "recommender_opinion")
#: the organiser's steps that end the test's part of the round
NOT_OURS = ("open_joint_review",)
#: tries before somebody gives up: a minute without any answer
TRIES = 1200


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the service answered."""

    status: int
    body: Any
    headers: Mapping[str, str]
    tries: int

    @property
    def is_done(self) -> bool:
        """Say whether it was accepted."""
        return 200 <= self.status < 300


class Caller:
    """Calls the API as somebody over one connection, again and again until there is an answer."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token
        self._connection: HTTPConnection | None = None

    def get(self, path: str) -> Reply:
        """Read something."""
        return self._call("GET", path, None, {})

    def post(self, path: str, body: object = None, *, key: str | None = None) -> Reply:
        """Do something; with a key it takes effect once however often it is tried."""
        return self._call("POST", path, body, {"Idempotency-Key": key} if key else {})

    def once(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Reply:
        """Send a request once; raises OSError or HTTPException when the connection breaks."""
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        own = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **headers}
        try:
            self._connection.request(method, f"/api/v1{path}", json.dumps(body) if body else None, own)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, HTTPException):
            self.close()
            raise
        is_json = "json" in (response.getheader("Content-Type") or "")
        return Reply(
            status=response.status,
            body=json.loads(text) if is_json else text.decode(errors="replace"),
            headers=dict(response.getheaders()),
            tries=1,
        )

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _call(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Reply:
        for tries in range(1, TRIES):
            with suppress(OSError, HTTPException):
                reply = self.once(method, path, body, headers)
                if reply.status != 503:
                    return replace(reply, tries=tries)
            time.sleep(PAUSE)
        raise TimeoutError(f"no answer to {method} {path}")


@dataclass(kw_only=True)
class Log:
    """What the people saw."""

    accepted: dict[int, str] = field(default_factory=dict)  #: outcome by task, where the answer was 2xx
    twice: list[int] = field(default_factory=list)  #: tasks of which two were told that theirs was accepted
    refused: list[tuple[int, str]] = field(default_factory=list)  #: kind sentences
    unexpected: list[str] = field(default_factory=list)  #: answers that are neither
    retried: int = 0  #: accepted after at least one broken try
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, task_id: int, outcome: str, reply: Reply) -> None:
        """Note the answer to a completion."""
        with self.lock:
            if reply.is_done:
                if task_id in self.accepted:
                    self.twice.append(task_id)
                self.accepted[task_id] = outcome
                self.retried += reply.tries > 1
            elif reply.status in (403, 404, 409):
                self.refused.append((reply.status, str(reply.body.get("detail"))))
            else:
                self.unexpected.append(f"task {task_id} {outcome}: {reply.status} {reply.body}")


class Worker(threading.Thread):
    """One person at a time, any of several: takes tasks off the inbox, claims and completes them."""

    def __init__(
        self,
        callers: Sequence[Caller],
        written: Mapping[int, dict[str, Any]],
        log: Log,
        stop: threading.Event,
        *,
        seed: int,
    ) -> None:
        super().__init__(daemon=True)
        self._callers = callers
        self._written = written
        self._log = log
        self._stop_working = stop
        self._chance = random.Random(seed)
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Work until told to stop."""
        try:
            while not self._stop_working.is_set():
                if not self._work(self._chance.choice(self._callers)):
                    time.sleep(0.01)
        except BaseException as failure:
            self.failure = failure
        finally:
            for caller in self._callers:
                caller.close()

    def _work(self, caller: Caller) -> bool:
        page = caller.get("/user-tasks")
        items = [task for task in page.body["items"] if task["element_id"] not in NOT_OURS]
        for task in self._chance.sample(items, min(TOGETHER, len(items))):
            if not self._stop_working.is_set():
                self._complete(caller, task)
        return bool(items)

    def _complete(self, caller: Caller, task: Mapping[str, Any]) -> None:
        work = caller.get(f"/user-tasks/{task['id']}/work")
        if not work.is_done or not work.body["may_complete"]:
            return
        outcome, answers = self._decide(task, work.body)
        if self._chance.random() < 0.5:
            caller.post(f"/user-tasks/{task['id']}/claim")
        body = {"outcome": outcome, "answers": answers}
        reply = caller.post(f"/user-tasks/{task['id']}/complete", body, key=uuid.uuid4().hex)
        self._log.note(task["id"], outcome, reply)

    def _decide(self, task: Mapping[str, Any], work: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        known = {"today": "2026-01-01", **self._written.get(task["instance_id"], {})}
        if work["variables"].get("eligibility") != "PASS":
            known["exception_reason"] = "事迹突出。"
        answers = made_up.answer(work["form"], known) if work["form"] else {}
        returns = task["element_id"] in MAY_RETURN and self._chance.random() < RETURNED
        return "return" if returns else work["outcomes"][0]["value"], answers
