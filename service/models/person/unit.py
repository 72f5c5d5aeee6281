"""Units: the tree of organisations (市 → 区县/系统 → 单位)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, Id


class Unit(Base):
    """A node of the organisation tree."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)  #: short stable name, used in candidate groups
    name: Mapped[str] = mapped_column(String(200))
    level: Mapped[str] = mapped_column(String(20))  #: 市, 区县, 单位 …
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    path: Mapped[str] = mapped_column(
        String(500), index=True
    )  #: codes from the root, "/cz/liyang/": prefix = below
    active: Mapped[bool] = mapped_column(default=True)
    contact: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  #: where objections to its notices go: ``phone``, ``email``, ``address``
