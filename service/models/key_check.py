"""Which field key a database belongs to."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class KeyCheck(Base):
    """What tells the key of this database from any other: one row, written before anything is encrypted."""

    __tablename__ = "key_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))  #: ``Keyring.fingerprint``
