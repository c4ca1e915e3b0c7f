"""Values as they come over the wire, read by their field's kind into what the typed row keeps."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import StrictStr, TypeAdapter, ValidationError

from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.customers.fields import FIELDS, Kind, QualificationField, beginning_of

_TYPES = {
    Kind.MONEY: ("应为整数，单位分", "An integer number of fen"),
    Kind.NUMBER: ("应为整数", "An integer"),
    Kind.RATIO: ("应为整数，万分比", "An integer number of basis points"),
    Kind.BOOL: ("应为 true 或 false", "true or false"),
    Kind.CHOICE: ("应为一个选项代码", "The code of a choice"),
    Kind.SET: ("应为选项代码的列表", "A list of codes of choices"),
    Kind.CITY: ("应为 6 位城市代码（整数）", "A city's code of six digits, as an integer"),
}
_CODE, _CODES = TypeAdapter(StrictStr), TypeAdapter(list[StrictStr])
_LONGEST_POINTER = 60


def pointer_to(code: str) -> str:
    """Where a field stands in the body (RFC 6901)."""
    return "/values/" + code[:_LONGEST_POINTER].replace("~", "~0").replace("/", "~1")


def parse_values(values: Mapping[str, Any], today: date) -> dict[str, int | None]:
    """Each field's value as the typed row keeps it, null as None. Raises Invalid with every fault at its pointer."""
    parsed: dict[str, int | None] = {}
    faults: list[FieldError] = []
    for code, value in values.items():
        field = FIELDS.get(code)
        if field is None:
            faults.append(
                FieldError(pointer_to(code), "customers.field-unknown", "没有这个资质字段", "There is no such qualification field")
            )
            continue
        try:
            parsed[code] = None if value is None else parse_value(field, value, today)
        except Invalid as refused:
            faults += refused.errors
    if faults:
        raise Invalid(*faults)
    return parsed


def parse_value(field: QualificationField, value: Any, today: date) -> int:
    """Raises Invalid: customers.field-type, customers.field-range, customers.field-choice."""
    if field.kind is Kind.BOOL:
        if not isinstance(value, bool):
            raise _of_another_type(field)
        return int(value)
    if field.kind in {Kind.CHOICE, Kind.SET}:
        return _choices(field, value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _of_another_type(field)
    if not field.low <= value <= field.high:
        message = f"应在 {field.low} 到 {field.high} 之间"
        raise Invalid(FieldError(pointer_to(field.code), "customers.field-range", message, f"From {field.low} to {field.high}"))
    if field.kind is Kind.CITY and ((city := city_by_code(value)) is None or city.code != value):
        raise Invalid(FieldError(pointer_to(field.code), "customers.field-choice", "没有这个地级城市代码", "There is no such city"))
    return beginning_of(field, value, today) if field.since else value


def _choices(field: QualificationField, value: Any) -> int:
    try:
        if field.kind is Kind.SET:
            return field.mask_of(_CODES.validate_python(value))
        return field.number_of(_CODE.validate_python(value))
    except ValidationError:
        raise _of_another_type(field) from None
    except KeyError:
        known = "、".join(choice.code for choice in field.choices)
        fault = FieldError(pointer_to(field.code), "customers.field-choice", f"可用的值：{known}", f"One of: {known}")
        raise Invalid(fault) from None


def _of_another_type(field: QualificationField) -> Invalid:
    return Invalid(FieldError(pointer_to(field.code), "customers.field-type", *_TYPES[field.kind]))
