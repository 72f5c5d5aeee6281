"""Files given to a browser."""

from __future__ import annotations

import io

from flask import Response, send_file

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def give_xlsx(data: bytes, name: str) -> Response:
    """Give a workbook to be saved under a name."""
    return give(data, XLSX, f"{name}.xlsx")


def give(data: bytes, content_type: str, name: str) -> Response:
    """Give a file to be saved, never shown in the page."""
    return send_file(io.BytesIO(data), mimetype=content_type, as_attachment=True, download_name=name)
