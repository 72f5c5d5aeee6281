"""Start timers: when a published diagram next begins an instance by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base
from service.models.process.retry import Retried


class StartTimer(Retried, Base):
    """A timer start event of the newest version of a key: one row, moved from occurrence to occurrence."""

    __tablename__ = "start_timer"
    __table_args__ = (
        UniqueConstraint("deployment_id", "process_id", "element_id"),
        # an instance remembers its timer: the id of a retired one must never name another
        {"sqlite_autoincrement": True},
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    process_id: Mapped[str] = mapped_column(String(120))
    element_id: Mapped[str] = mapped_column(String(120))
    due_at: Mapped[datetime] = mapped_column()  #: the occurrence
