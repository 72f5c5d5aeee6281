"""Delegations: who acts for an absent colleague (代理), from when to when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id
from service.models.person.user import User


class Delegation(Base):
    """One person acting for another over a period. Only tasks pass on: no right to manage or to read."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        CheckConstraint("principal_id <> delegate_id", name="two_people"),
        Index(None, "delegate_id", "ends_at"),
        Index(None, "principal_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))  #: the absent one
    delegate_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))  #: who acts for him
    starts_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime] = mapped_column()  #: exclusive; an end before its time moves it
    reason: Mapped[str] = mapped_column(String(200))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    created_at: Mapped[datetime] = mapped_column()

    principal: Mapped[User] = relationship(foreign_keys=[principal_id])
    delegate: Mapped[User] = relationship(foreign_keys=[delegate_id])
