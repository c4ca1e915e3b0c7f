"""Writes openapi/openapi.json, openapi/schema.graphql and openapi/rules.schema.json from the code."""

from pathlib import Path

import orjson

from loanbroker_api.app import create_app
from loanbroker_api.graph import schema
from loanbroker_api.products.rules.schema import rules_schema
from loanbroker_api.settings import Settings
from loanbroker_api.site import openapi_document


def documents() -> dict[str, bytes]:
    """The documents by file name."""
    app = create_app(Settings(environment="development", frontend_dir=Path("/nonexistent")))
    openapi = orjson.dumps(openapi_document(app), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    rules = orjson.dumps(rules_schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    return {
        "openapi.json": openapi + b"\n",
        "schema.graphql": (schema.as_str() + "\n").encode(),
        "rules.schema.json": rules + b"\n",
    }


def export(folder: Path, *, check: bool = False) -> list[str]:
    """Write the documents, or with `check` only name those that differ."""
    changed: list[str] = []
    for name, body in documents().items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != body:
            changed.append(name)
            if not check:
                path.write_bytes(body)
    return changed
