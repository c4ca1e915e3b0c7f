"""The JSON Schema (2020-12) of Rules, made from the catalogue of fields. All that parse.py accepts is valid by it; parse.py also checks what a
schema cannot say: dimensions, cities that exist, ends in order, depth and size.
"""

from typing import Any

from loanbroker_api.customers.fields import FIELDS, Kind, QualificationField
from loanbroker_api.products.rules.bounds import MAX_CONDITIONS, MAX_DEPTH, MAX_NODES, MAX_VALUES
from loanbroker_api.products.rules.model import MAX_INT, MIN_INT
from loanbroker_api.products.rules.parse import MAX_LABEL
from loanbroker_api.products.rules.parse_nodes import COMPARISONS, COUNTED

JsonSchema = dict[str, Any]
_EXPR, _FORMULA = {"$ref": "#/$defs/expr"}, {"$ref": "#/$defs/formula"}
_WHOLE = {"type": "integer", "minimum": MIN_INT, "maximum": MAX_INT}
_ORDERED = sorted(COMPARISONS)


def rules_schema() -> JsonSchema:
    """`Rules` and, under $defs, its parts."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules",
        "description": f"A product's admission rules. At most {MAX_NODES:,} expressions and formulas, {MAX_DEPTH} deep.",
        **_object(
            {"conditions": {"type": "array", "maxItems": MAX_CONDITIONS, "items": {"$ref": "#/$defs/condition"}}},
            {
                "limit": {"anyOf": [_FORMULA, {"type": "null"}], "description": "fen"},
                "rate": {"anyOf": [_FORMULA, {"type": "null"}], "description": "ppm"},
            },
        ),
        "$defs": {
            "condition": _condition(),
            "expr": {"anyOf": [*_groups(), _relation(), *_leaves()]},
            "formula": {"anyOf": _formulas()},
        },
    }


def _object(needed: JsonSchema, optional: JsonSchema | None = None) -> JsonSchema:
    return {
        "type": "object",
        "properties": needed | (optional or {}),
        "required": list(needed),
        "additionalProperties": False,
    }


def _condition() -> JsonSchema:
    needed = {
        "id": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"},
        "severity": {"enum": ["hard", "soft", "need"]},
        "when": _EXPR,
    }
    optional = {
        "points": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 100}, {"type": "null"}]},
        "label": {"anyOf": [{"type": "string", "minLength": 1, "maxLength": MAX_LABEL}, {"type": "null"}]},
    }
    is_soft = {"properties": {"severity": {"const": "soft"}}}
    return _object(needed, optional) | {
        "if": is_soft,
        "then": {"required": ["points"], "properties": {"points": {"type": "integer"}}},
        "else": {"properties": {"points": {"type": "null"}}},
    }


def _groups() -> list[JsonSchema]:
    several = {"type": "array", "minItems": 1, "maxItems": MAX_NODES, "items": _EXPR}
    return [_object({"op": {"enum": ["and", "or"]}, "of": several}), _object({"op": {"const": "not"}, "of": _EXPR})]


def _relation() -> JsonSchema:
    return _object({"op": {"enum": _ORDERED}, "left": _FORMULA, "right": _FORMULA})


def _codes(*kinds: Kind) -> JsonSchema:
    return {"enum": [field.code for field in FIELDS.values() if field.kind in kinds]}


def _leaves() -> list[JsonSchema]:
    counted = _codes(*COUNTED)
    city = {"type": "integer", "minimum": 100_000, "maximum": 999_999}
    found = [
        _object({"op": {"const": "known"}, "field": {"enum": list(FIELDS)}}),
        _object({"op": {"enum": _ORDERED}, "field": counted, "value": _WHOLE}),
        _object({"op": {"const": "between"}, "field": counted, "from": _WHOLE, "to": _WHOLE}),
        _object({"op": {"const": "in"}, "field": counted, "values": _list_of(_WHOLE)}),
        _object({"op": {"enum": ["eq", "ne"]}, "field": _codes(Kind.BOOL), "value": {"type": "boolean"}}),
        _object({"op": {"enum": ["eq", "ne"]}, "field": _codes(Kind.CITY), "value": city}),
        _object({"op": {"const": "in"}, "field": _codes(Kind.CITY), "values": _list_of(city)}),
    ]
    for field in FIELDS.values():
        if field.kind is Kind.CHOICE:
            found.append(_object({"op": {"enum": ["eq", "ne"]}, "field": {"const": field.code}, "value": _choices(field)}))
            found.append(_object({"op": {"const": "in"}, "field": {"const": field.code}, "values": _list_of(_choices(field))}))
        elif field.kind is Kind.SET:
            found.append(_object({"op": {"const": "contains"}, "field": {"const": field.code}, "value": _choices(field)}))
    return found


def _choices(field: QualificationField) -> JsonSchema:
    return {"enum": [choice.code for choice in field.choices]}


def _list_of(item: JsonSchema) -> JsonSchema:
    return {"type": "array", "minItems": 1, "maxItems": MAX_VALUES, "items": item}


def _formulas() -> list[JsonSchema]:
    literal = {
        "anyOf": [
            {"type": "number", "minimum": MIN_INT, "maximum": MAX_INT},
            {"type": "string", "pattern": r"^-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,6})?$"},
        ]
    }
    return [
        _object({"value": literal}),
        _object({"field": _codes(*COUNTED)}),
        _object(
            {
                "op": {"enum": ["add", "mul", "min", "max"]},
                "of": {"type": "array", "minItems": 1, "maxItems": MAX_NODES, "items": _FORMULA},
            }
        ),
        _object({"op": {"enum": ["sub", "div"]}, "of": {"type": "array", "minItems": 2, "maxItems": 2, "items": _FORMULA}}),
    ]
