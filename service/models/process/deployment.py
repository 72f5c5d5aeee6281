"""Deployments: published versions of a programme's diagram, forms and decision tables. Immutable."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, Id


class Deployment(Base):
    """One version of a programme's diagram. Its process definitions are the processes in it."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))  #: the programme's key
    version: Mapped[int] = mapped_column()  #: 1, 2, 3 … within the key
    content_hash: Mapped[str] = mapped_column(
        String(64)
    )  #: of the diagram, its forms and its decision tables
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(String(500), default="")
    deployed_at: Mapped[datetime] = mapped_column()
    deployed_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))


class FormVersion(Base):
    """A form as it was when its deployment was published."""

    __tablename__ = "form_version"
    __table_args__ = (UniqueConstraint("deployment_id", "form_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    form_id: Mapped[str] = mapped_column(String(120))
    schema: Mapped[dict[str, Any]] = mapped_column()


class DecisionVersion(Base):
    """A file of decision tables as it was when its deployment was published."""

    __tablename__ = "decision_version"
    __table_args__ = (UniqueConstraint("deployment_id", "file"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    file: Mapped[str] = mapped_column(String(120))  #: its name in the pack, such as eligibility.dmn
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    #: hash of the pack's file it was edited in place of; empty where it is the pack's own
    edited_from: Mapped[str] = mapped_column(String(64), default="")


class DiagramDraft(Base):
    """A diagram somebody is redrawing and has not published."""

    __tablename__ = "diagram_draft"
    __table_args__ = (UniqueConstraint("key", "user_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime] = mapped_column()


class DecisionDraft(Base):
    """A file of decision tables somebody is editing and has not published."""

    __tablename__ = "decision_draft"
    __table_args__ = (UniqueConstraint("key", "file", "user_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    file: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    begun_from: Mapped[str] = mapped_column(String(64))  #: hash of the file that was in force then
    saved_at: Mapped[datetime] = mapped_column()
