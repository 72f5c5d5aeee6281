"""Files handed in with a task: a plan, evidence with a statement. A nomination's own are its attachments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, Id


class TaskFile(Base):
    """A file handed in at a step of a round or of an objection's case; its bytes lie in the storage."""

    __tablename__ = "task_file"
    __table_args__ = (Index(None, "user_task_id", "slot"), Index(None, "round_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    slot: Mapped[str] = mapped_column(String(40))  #: key of the programme's [task_files]
    filename: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    uploaded_at: Mapped[datetime] = mapped_column()
