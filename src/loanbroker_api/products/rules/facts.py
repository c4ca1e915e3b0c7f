"""What is known of a person, in the one form that all evaluations share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from loanbroker_api.customers.fields import BY_COLUMN, FIELDS, Kind, QualificationField, beginning_of, value_since
from loanbroker_api.products.rules.model import MAX_INT, MIN_INT


class FactError(Exception):
    """A wire value that is not one of its field. `field` is the code as it came."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Facts:
    """`values`: field code → whole number as of `today` (fen, bps, years, months, number of a choice, mask of a set, 0 or 1), known ones only.

    `beginnings`: what the typed table keeps for what grows by itself, for the same fields.
    """

    values: Mapping[str, int]
    today: date
    beginnings: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def from_row(cls, row: Mapping[str, Any], today: date) -> "Facts":
        """From a row of the typed table by column; NULL and columns of no field are left out."""
        values: dict[str, int] = {}
        beginnings: dict[str, int] = {}
        for column, stored in row.items():
            known = BY_COLUMN.get(column)
            if known is None or stored is None:
                continue
            if known.since:
                beginnings[known.code] = int(stored)
                values[known.code] = value_since(known, int(stored), today)
            else:
                values[known.code] = int(stored)
        return cls(values, today, beginnings)

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any], today: date) -> "Facts":
        """From values as they go over the wire; null is unknown. Raises FactError."""
        return cls({}, today).overridden(wire)

    def overridden(self, wire: Mapping[str, Any]) -> "Facts":
        """The same person with other wire values; null makes a field unknown. Raises FactError."""
        values, beginnings = dict(self.values), dict(self.beginnings)
        for code, given in wire.items():
            known = FIELDS.get(code)
            if known is None:
                raise FactError(code)
            values.pop(code, None)
            beginnings.pop(code, None)
            if given is not None:
                values[code] = number = _number_of(known, given)
                if known.since:
                    beginnings[code] = beginning_of(known, number, self.today)
        return Facts(values, self.today, beginnings)


def _number_of(known: QualificationField, given: Any) -> int:
    try:
        if known.kind is Kind.BOOL and type(given) is bool:
            return int(given)
        if known.kind is Kind.CHOICE and type(given) is str:
            return known.number_of(given)
        if known.kind is Kind.SET and isinstance(given, list):
            return known.mask_of(given)  # pyright: ignore[reportUnknownArgumentType] - a wrong code is a KeyError
    except (KeyError, TypeError) as error:
        raise FactError(known.code) from error
    if type(given) is int and MIN_INT <= given <= MAX_INT and known.kind in {Kind.MONEY, Kind.NUMBER, Kind.RATIO, Kind.CITY}:
        return given
    raise FactError(known.code)
