"""What is on sale now, compiled: the rules of every product in one program, kept for as long as the same versions are in force."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from loanbroker_api.core.clock import business_day
from loanbroker_api.core.db import ReadSession
from loanbroker_api.products import queries
from loanbroker_api.products.queries import OnSale
from loanbroker_api.products.rules.catalogue import CompiledCatalogue, compile_catalogue
from loanbroker_api.products.rules.closures import Verdicts, verdict_of
from loanbroker_api.products.schemas import VersionBody
from loanbroker_api.products.service.offers import Terms
from loanbroker_api.products.service.ruling import limit_reaches, read_rules

_KEPT = 32  # compiled shelves; one is a few MB


@dataclass(frozen=True)
class Stocked:
    """One version's terms. `reaches`: whether the limit gets to the least amount lent; None where there is nothing to hold it to."""

    terms: Terms
    approval_hours: int
    valid_from: str
    valid_to: str
    reaches: Verdicts | None


@dataclass(frozen=True)
class Compiled:
    catalogue: CompiledCatalogue
    stock: Mapping[UUID, Stocked]


@dataclass(frozen=True)
class Shelf:
    """`on_sale` by version id, in the order of `compiled.catalogue.versions`; today is the business day on which dates are judged."""

    on_sale: Mapping[UUID, OnSale]
    compiled: Compiled
    at: datetime

    def positions(self, kinds: Collection[str] | None) -> list[int]:
        """Where in the catalogue the products stand that may be matched: within their own dates, and of the kinds asked for."""
        today = business_day(self.at).isoformat()
        found: list[int] = []
        for at, version in enumerate(self.compiled.catalogue.versions):
            stocked, product = self.compiled.stock[UUID(str(version.id))], self.on_sale[UUID(str(version.id))]
            if stocked.valid_from <= today <= stocked.valid_to and (kinds is None or product.product_kind in kinds):
                found.append(at)
        return found


_compiled: OrderedDict[tuple[UUID, ...], Compiled] = OrderedDict()


async def load_shelf(session: ReadSession, now: datetime) -> Shelf:
    """One statement where the same versions were compiled before; their bodies are read only when not. Versions in force never change."""
    on_sale = {row.version_id: row for row in await queries.on_sale(session, now)}
    key = tuple(sorted(on_sale))
    compiled = _compiled.get(key)
    if compiled is None:
        compiled = _compile(await queries.bodies(session, key))
        _compiled[key] = compiled
        while len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
    else:
        _compiled.move_to_end(key)
    return Shelf(on_sale, compiled, now)


def _compile(bodies: Mapping[UUID, dict[str, Any]]) -> Compiled:
    catalogue = compile_catalogue([(version_id, body) for version_id, body in bodies.items()])
    return Compiled(catalogue, {version_id: _stocked(body) for version_id, body in bodies.items() if version_id not in catalogue.faulty})


def _stocked(stored: dict[str, Any]) -> Stocked:
    body = VersionBody.model_validate(stored)
    reaches = limit_reaches(read_rules(stored["rules"]), stored)
    return Stocked(
        terms=Terms.of(body),
        approval_hours=body.approval_hours,
        valid_from=body.valid_from.isoformat() if body.valid_from else "",
        valid_to=body.valid_to.isoformat() if body.valid_to else "9999-12-31",
        reaches=None if reaches is None else verdict_of(reaches),
    )
