"""What a match is made from: saved values, stand-ins for them, the amount and term asked for."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.customers.fields import FIELDS
from loanbroker_api.customers.models import Qualification
from loanbroker_api.customers.qualification.standing import known_columns
from loanbroker_api.customers.qualification.values import parse_values
from loanbroker_api.products.rules.facts import Facts

_OWN_PLACE = {"/values/wantedAmount": "/amountFen", "/values/wantedMonths": "/months"}


def facts_of(
    row: Qualification | None, stand_ins: Mapping[str, Any] | None, amount_fen: int | None, months: int | None, today: date
) -> Facts:
    """The typed row with values put over it; null makes a field unknown. Raises Invalid with pointers into the request."""
    columns: dict[str, int | None] = dict(known_columns(row)) if row is not None else {}
    asked = {"wantedAmount": amount_fen, "wantedMonths": months}
    given = {**(stand_ins or {}), **{code: value for code, value in asked.items() if value is not None}}
    try:
        parsed = parse_values(given, today)
    except Invalid as refused:
        raise Invalid(*(_placed(error, asked) for error in refused.errors)) from refused
    for code, value in parsed.items():
        columns[FIELDS[code].column] = value
    return Facts.from_row(columns, today)


def _placed(error: FieldError, asked: Mapping[str, int | None]) -> FieldError:
    code = error.pointer.removeprefix("/values/")
    pointer = _OWN_PLACE[error.pointer] if asked.get(code) is not None else f"/facts/{code}"
    return FieldError(pointer, error.code, error.message, error.english)
