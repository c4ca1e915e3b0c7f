"""Lenders, products and versions as both doors show them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import Employee
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.core.paging import Rows
from loanbroker_api.core.schemas import NamedRef
from loanbroker_api.customers.models import NAME, PHONE, Stage
from loanbroker_api.customers.rows import content, mask, person
from loanbroker_api.customers.schemas import CityRef
from loanbroker_api.products import queries, service
from loanbroker_api.products.models import CONTACTS, Lender, MatchRun, Product, ProductVersion, VersionState
from loanbroker_api.products.schemas import LenderOut, MatchRunRow, ProductOut, ProductRow, RuleCustomersOut, VersionOut, VersionSummary
from loanbroker_api.products.schemas.records import CurrentVersion, DraftRef
from loanbroker_api.products.schemas.rules import RuleCustomer, RuleCustomerRow
from loanbroker_api.products.service.reverse import CustomersFound


async def lender_rows(session: ReadSession, actor: Actor, keys: TenantKeys, lenders: Collection[Lender]) -> list[LenderOut]:
    """A page of lenders: one statement for their products, whatever its length."""
    counts = await queries.product_counts(session, [lender.id for lender in lenders])
    return [lender_row(actor, keys, lender, counts.get(lender.id, 0)) for lender in lenders]


def lender_row(actor: Actor, keys: TenantKeys, lender: Lender, product_count: int) -> LenderOut:
    return LenderOut.model_validate(
        {
            "id": lender.id,
            "version": lender.version,
            "name": lender.name,
            "kind": lender.kind,
            "cooperation": lender.cooperation,
            "territories": lender.territories,
            "route": lender.route,
            "has_contacts": lender.contacts_enc is not None,
            "contacts": content(actor, keys, CONTACTS, lender),
            "note": lender.note,
            "product_count": product_count,
            "reviewed_at": lender.reviewed_at,
            "allowed_actions": service.lender_actions(actor),
        }
    )


async def product_rows(session: ReadSession, actor: Actor, products: Collection[Product], now: datetime) -> list[ProductRow]:
    """A page of products: three statements for lenders, effective versions and drafts, whatever its length."""
    ids = [product.id for product in products]
    lenders = await queries.lenders_by_id(session, {product.lender_id for product in products})
    current = await queries.effective_versions(session, ids, now)
    drafts = await queries.drafts(session, ids)
    return [
        ProductRow.model_validate(
            product_fields(actor, product, lenders[product.lender_id], current.get(product.id), drafts.get(product.id))
        )
        for product in products
    ]


def product_fields(
    actor: Actor, product: Product, lender: Lender, current: ProductVersion | None, draft: ProductVersion | None
) -> dict[str, Any]:
    return {
        "id": product.id,
        "version": product.version,
        "name": product.name,
        "kind": product.kind,
        "state": product.state,
        "lender": NamedRef(id=lender.id, name=lender.name),
        "enabled_reason": product.enabled_reason,
        "current": current_version(current) if current else None,
        "draft": DraftRef(id=draft.id, number=draft.number) if draft else None,
        "allowed_actions": service.product_actions(actor, product, draft),
    }


def current_version(version: ProductVersion) -> CurrentVersion:
    body = version.body
    return CurrentVersion.model_validate(
        {
            "id": version.id,
            "number": version.number,
            "effective_from": version.effective_from,
            "amount_min_fen": body["amountMinFen"],
            "amount_max_fen": body["amountMaxFen"],
            "rate": body["rate"],
            "terms": body["terms"],
            "approval_hours": body["approvalHours"],
        }
    )


async def product_detail(session: ReadSession, actor: Actor, product: Product, now: datetime) -> ProductOut:
    """A product with all its versions."""
    (row,) = await product_rows(session, actor, [product], now)
    return ProductOut.model_validate({**_shallow(row), "versions": await version_summaries(session, product.id, now)})


def _shallow(row: ProductRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ProductRow.model_fields}


async def version_summaries(session: ReadSession, product_id: UUID, now: datetime) -> list[VersionSummary]:
    """Newest first."""
    versions = await queries.versions_of(session, product_id)
    people = await _people(session, versions)
    return [VersionSummary.model_validate(_summary(version, people, now)) for version in versions]


async def _people(session: ReadSession, versions: Collection[ProductVersion]) -> dict[UUID, Employee]:
    ids = {one for version in versions for one in (version.created_by, version.approved_by) if one}
    return await access_queries.employees_by_id(session, ids)


def effective(version: ProductVersion, now: datetime) -> bool:
    """Whether a version is the one in force."""
    begun = version.state == VersionState.APPROVED and version.effective_from is not None and version.effective_from <= now
    return begun and (version.effective_to is None or version.effective_to > now)


def _summary(version: ProductVersion, people: dict[UUID, Employee], now: datetime) -> dict[str, Any]:
    return {
        "id": version.id,
        "number": version.number,
        "state": version.state,
        "version": version.version,
        "note": version.note,
        "created_at": version.created_at,
        "created_by": person(people.get(version.created_by)) if version.created_by else None,
        "approved_at": version.approved_at,
        "approved_by": person(people.get(version.approved_by)) if version.approved_by else None,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "effective": effective(version, now),
    }


async def version_out(session: ReadSession, actor: Actor, version: ProductVersion, now: datetime) -> VersionOut:
    """A version with its body, read aloud."""
    reads_as, sentence = service.reading_of(version.body)
    return VersionOut.model_validate(
        {
            **_summary(version, await _people(session, [version]), now),
            "product_id": version.product_id,
            "body": version.body,
            "reads_as": reads_as,
            "sentence": sentence,
            "allowed_actions": service.version_actions(actor, version, now),
        }
    )


async def run_rows(session: ReadSession, page: Rows[MatchRun]) -> list[MatchRunRow]:
    """Kept matches in short."""
    people = await access_queries.employees_by_id(session, {run.by_id for run in page.items if run.by_id})
    best = {run.id: service.best_of(run.results) for run in page.items}
    products = await queries.products_by_id(session, {UUID(one["productId"]) for one in best.values() if one})
    return [
        MatchRunRow.model_validate(
            {
                "id": run.id,
                "at": run.at,
                "by": person(people.get(run.by_id)) if run.by_id else None,
                "aim": run.aim,
                "counts": service.counts_of(run.results),
                "best": _best(best[run.id], products),
            }
        )
        for run in page.items
    ]


def _best(result: dict[str, Any] | None, products: dict[UUID, Product]) -> dict[str, Any] | None:
    if result is None:
        return None
    product_id = UUID(result["productId"])
    return {
        "product_id": product_id,
        "version_id": UUID(result["versionId"]),
        "product_name": products[product_id].name,
        "amount_fen": result["amountFen"],
        "nominal": result["nominal"],
    }


async def rule_customers(session: ReadSession, actor: Actor, found: CustomersFound) -> RuleCustomersOut:
    """Customers whom rules let pass, masked as everywhere."""
    owners = await access_queries.employees_by_id(session, {one.owner_id for one, _ in found.items if one.owner_id})
    items: list[RuleCustomer] = []
    for customer, verdict in found.items:
        city = city_by_code(customer.city) if customer.city else None
        owner = owners.get(customer.owner_id) if customer.owner_id else None
        row = {
            "id": customer.id,
            "name": mask(actor, NAME, customer.name_masked),
            "phone": mask(actor, PHONE, customer.phone_masked),
            "city": CityRef(code=city.code, name=city.name) if city else None,
            "owner_name": owner.display_name if owner else None,
            "stage": Stage(customer.stage).name.lower(),
        }
        items.append(RuleCustomer(customer=RuleCustomerRow.model_validate(row), verdict=verdict))
    return RuleCustomersOut(counts=found.counts, items=items, next_cursor=found.next_cursor)
