"""Reading the catalogue's files and putting them into a company."""

from datetime import datetime
from functools import cache
from importlib.resources import files
from uuid import UUID

import orjson
from sqlalchemy import select

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.schemas import InSchema
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.products import permissions
from loanbroker_api.products.models import CONTACTS, Lender, Product, ProductKind, ProductState, ProductVersion, VersionState
from loanbroker_api.products.schemas import LenderIn, VersionBody
from loanbroker_api.products.schemas.records import ProductKindCode
from loanbroker_api.products.service.bodies import checked_body


class CatalogueProduct(InSchema):
    name: str
    kind: ProductKindCode
    body: VersionBody


class CatalogueLender(LenderIn):
    products: list[CatalogueProduct]


@cache
def read_catalogue() -> tuple[CatalogueLender, ...]:
    """The lenders with their products, in the order of the files."""
    folder = files("loanbroker_api.products.catalogue").joinpath("data")
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return tuple(CatalogueLender.model_validate(orjson.loads(file.read_bytes())) for file in found)


async def load_catalogue(uow: UnitOfWork, actor: Actor, since: datetime | None = None) -> int:
    """Put in what is not there by name; answers how many products were new. Raises Forbidden.

    The first versions are approved and effective from `since` (now by default, earlier for a demo that tells a past). Bridge products stay off.
    """
    actor.require(permissions.MANAGE)
    actor.require(permissions.APPROVE)
    actor.require(permissions.LENDERS)
    start = since or uow.now
    there = {lender.name: lender.id for lender in await uow.session.scalars(select(Lender))}
    named = {(product.lender_id, product.name) for product in await uow.session.scalars(select(Product))}
    added = 0
    for data in read_catalogue():
        lender_id = there.get(data.name) or _lender(uow, data, start)
        missing = [product for product in data.products if (lender_id, product.name) not in named]
        await uow.session.flush()
        for product in missing:
            await _product(uow, actor, lender_id, product, start)
        added += len(missing)
    await uow.session.flush()
    if added:
        uow.audit(actor, "products.catalogue_loaded", None, count=added)
    return added


def _lender(uow: UnitOfWork, data: CatalogueLender, start: datetime) -> UUID:
    values = data.model_dump(exclude={"products", "contacts"})
    lender = Lender(id=new_id(), **values, reviewed_at=start)
    CONTACTS.seal(uow.keys, lender, data.contacts)
    uow.session.add(lender)
    return lender.id


async def _product(uow: UnitOfWork, actor: Actor, lender_id: UUID, data: CatalogueProduct, start: datetime) -> None:
    state = ProductState.SUSPENDED if data.kind == ProductKind.BRIDGE else ProductState.ACTIVE
    product = Product(id=new_id(), lender_id=lender_id, name=data.name, kind=data.kind, state=state.value)
    uow.session.add(product)
    await uow.session.flush()
    uow.session.add(
        ProductVersion(
            id=new_id(),
            product_id=product.id,
            number=1,
            state=VersionState.APPROVED.value,
            body=checked_body(data.body),
            created_by=actor.id,
            approved_by=actor.id,
            approved_at=start,
            effective_from=start,
        )
    )
