"""What every resource stands on: access, errors, idempotency, paging."""
