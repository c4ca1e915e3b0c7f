"""Graded fields: what is sensitive is declared once, stored as ciphertext with its masked form beside it, and shown by visibility."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from loanbroker_api.core.actor import Actor, Visibility
from loanbroker_api.core.crypto import TenantKeys


class Grade(StrEnum):
    """Grades of the data-security law's kind (数据安全法 art. 21): how much harm a leak does."""

    SENSITIVE = "sensitive"  # identity and money: ID number, bank card
    PERSONAL = "personal"  # name, phone, contacts
    CONTENT = "content"  # free text that may hold either


class GradedRow(Protocol):
    @property
    def id(self) -> Any:  # a mapped UUID column
        ...


@dataclass(frozen=True)
class GradedField:
    """`<column>_enc` and, where `mask` is given, `<column>_masked` of `table`. `field` is the name in permissions and on the wire."""

    field: str
    table: str
    column: str
    grade: Grade
    title: str
    mask: Callable[[str], str] | None

    def seal(self, keys: TenantKeys, row: GradedRow, value: str | None) -> None:
        """Write a value: the same call writes ciphertext and mask, so they cannot differ."""
        setattr(row, f"{self.column}_enc", None if value is None else keys.encrypt(self.table, self.column, row.id, value))
        if self.mask is not None:
            setattr(row, f"{self.column}_masked", None if value is None else self.mask(value))

    def open(self, keys: TenantKeys, row: GradedRow) -> str | None:
        """The plain value; only reveals, exports by permission and workers call it. Raises CannotDecrypt."""
        sealed: bytes | None = getattr(row, f"{self.column}_enc")
        return None if sealed is None else keys.decrypt(self.table, self.column, row.id, sealed).decode()

    def shown(self, actor: Actor, masked: str | None) -> str | None:
        """The masked form as this actor may see it: hidden fields are not there at all."""
        return None if actor.fields.get(self.field, Visibility.MASKED) is Visibility.HIDDEN else masked


GRADED: dict[str, GradedField] = {}


def graded(field: str, *, table: str, column: str, grade: Grade, title: str, mask: Callable[[str], str] | None) -> GradedField:
    """Declare a graded field. Raises ValueError when declared twice."""
    if field in GRADED:
        raise ValueError(f"graded field {field} is declared twice")
    GRADED[field] = GradedField(field, table, column, grade, title, mask)
    return GRADED[field]
