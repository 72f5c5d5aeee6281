"""How often an address may try to log in, object or ask for a receipt by the API."""

from __future__ import annotations

from service.limiter import Limiter

LOGINS = "30 per minute"
OBJECTIONS = "5 per minute; 30 per hour"  # each holds a candidate up: no oftener than on the public page
RECEIPTS = "10 per minute"

limiter = Limiter(headers_enabled=True)
