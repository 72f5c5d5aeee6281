"""People who may log in, the roles they hold, and their API tokens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id
from service.models.person.unit import Unit


class User(Base):
    """A person with an account."""

    __tablename__ = "app_user"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(200))  #: argon2id
    email: Mapped[str | None] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    active: Mapped[bool] = mapped_column(default=True)
    id_number_index: Mapped[str | None] = mapped_column(
        String(64)
    )  #: keyed hash of his own identity number, where he registered it: the same person has the same
    failed_logins: Mapped[int] = mapped_column(default=0)  #: since the last success
    locked_until: Mapped[datetime | None] = mapped_column()
    password_is_temporary: Mapped[bool] = mapped_column(
        default=False
    )  #: given by an administrator: good for choosing one's own and nothing else
    session_epoch: Mapped[int] = mapped_column(default=0)  #: raised to end every session of the user
    created_at: Mapped[datetime] = mapped_column()
    last_login_at: Mapped[datetime | None] = mapped_column()

    unit: Mapped[Unit] = relationship()


class Membership(Base):
    """A role a user holds at a unit: what candidate groups ``role@unit`` resolve to."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "group_key"), Index(None, "group_key"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    role: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    group_key: Mapped[str] = mapped_column(String(120))  #: ``role@unit code``

    user: Mapped[User] = relationship()
    unit: Mapped[Unit] = relationship()


class ApiToken(Base):
    """A bearer token; only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()

    user: Mapped[User] = relationship()


class IdempotencyKey(Base):
    """The reply once given to a creating request, to be given again."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    key: Mapped[str] = mapped_column(String(120))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column()
    body: Mapped[str] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(index=True)
