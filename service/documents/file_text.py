"""The text of an uploaded file, read by another program under limits: a hostile file harms nobody here.

Office packages were looked through when they were handed in (``packages``); what is left to fear is work
without end, in a PDF above all. So a program of its own reads (``read_file_text``), with a bound on memory,
processor and wall time, and this process believes nothing of it but its text.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

#: seconds by the wall; the reader's own bounds on processor and memory are tighter
PATIENCE = 15
MAX_CHARACTERS = 1_000_000
MAX_PAGES = 200

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
TXT = "text/plain"
#: media type -> what the reader calls it
READABLE = {DOCX: "docx", XLSX: "xlsx", PDF: "pdf", TXT: "txt"}

#: what may keep a file from being read: locked, a scan, too long, broken, more work than it is given
PROBLEMS = ("encrypted", "no-text", "cut", "damaged", "slow")


@dataclass(frozen=True, kw_only=True)
class FileText:
    """What was read of a file."""

    text: str
    problem: str = ""  #: one of PROBLEMS; empty if all of it was read


def read_text(data: bytes, content_type: str) -> FileText:
    """Return the text of a file of a readable media type; never raises for what the file holds."""
    command = [sys.executable, "-I", "-m", "service.documents.read_file_text", READABLE[content_type]]
    try:
        # without our environment: it holds the keys, and the reader meets whatever a stranger uploads
        done = subprocess.run(  # noqa: S603 - our own program
            command, input=data, capture_output=True, timeout=PATIENCE, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        return FileText(text="", problem="slow")
    if done.returncode != 0:
        # killed by a limit of its own, or the library gave up in a way of its own
        return FileText(text="", problem="slow" if done.returncode < 0 else "damaged")
    try:
        said = json.loads(done.stdout)
        text, problem = str(said["text"]), str(said["problem"])
    except (ValueError, KeyError, TypeError):
        return FileText(text="", problem="damaged")
    return FileText(text=text[:MAX_CHARACTERS], problem=problem if problem in PROBLEMS else "")
