"""Registrations (自荐登记): who wants to put himself forward and has no account yet."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id
from service.models.crypto import EncryptedText
from service.models.person.unit import Unit
from service.models.person.user import User
from service.models.programme.round import Round


class RegistrationStatus(StrEnum):
    """What became of a registration."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"  #: there is an account
    REFUSED = "refused"


class Registration(Base):
    """A person's request for an account to nominate himself with, left on the public page."""

    __tablename__ = "registration"
    __table_args__ = (Index(None, "round_id", "status"), Index(None, "round_id", "contact_index"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    number: Mapped[str] = mapped_column(String(8), unique=True)  #: random: says nothing of how many there are
    code_index: Mapped[str] = mapped_column(String(64))  #: keyed hash of the code only he was given
    name: Mapped[str] = mapped_column(EncryptedText)
    contact: Mapped[str] = mapped_column(EncryptedText)  #: a mobile number or a mail address
    contact_index: Mapped[str] = mapped_column(String(64))  #: keyed hash of name and contact together
    workplace: Mapped[str] = mapped_column(String(200))  #: as he wrote it
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))  #: None until somebody finds it
    recommender_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))  #: above that unit, if any
    consent: Mapped[str] = mapped_column(String(1000))  #: the words he agreed to
    received_at: Mapped[datetime] = mapped_column()
    status: Mapped[RegistrationStatus] = mapped_column(String(10), default=RegistrationStatus.WAITING)
    reason: Mapped[str] = mapped_column(String(500), default="")  #: why it was refused
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column()
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  #: the account that was made
    link: Mapped[str | None] = mapped_column(EncryptedText)  #: token of the link, while it is good
    link_index: Mapped[str | None] = mapped_column(String(64), unique=True)  #: keyed hash of the token
    link_until: Mapped[datetime | None] = mapped_column()
    link_used_at: Mapped[datetime | None] = mapped_column()
    purged_at: Mapped[datetime | None] = mapped_column()

    round: Mapped[Round] = relationship()
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    recommender: Mapped[Unit | None] = relationship(foreign_keys=[recommender_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
