"""How often an address may try to log in, object or ask for a receipt by the API."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

LOGINS = "30 per minute"
OBJECTIONS = "5 per minute; 30 per hour"  # each holds a candidate up: no oftener than on the public page
RECEIPTS = "10 per minute"

limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)
