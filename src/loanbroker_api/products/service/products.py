"""Products: what a lender sells. Terms and rules are the versions' own."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from loanbroker_api.core.actions import allowed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit_actions import changes_between
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Problem, Stale
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.schemas import AllowedAction
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.products import permissions
from loanbroker_api.products.models import Product, ProductKind, ProductState, ProductVersion, VersionState
from loanbroker_api.products.schemas import ProductIn, ProductPatch
from loanbroker_api.products.service.bodies import checked_body
from loanbroker_api.products.service.lenders import get_lender, refused
from loanbroker_api.products.service.problems import BridgeNeedsReason, DraftExists, ProductNameTaken, ProductNotFound


async def get_product(session: ReadSession, actor: Actor, product_id: UUID, *, lock: bool = False) -> Product:
    """Raises Forbidden, ProductNotFound. The lock orders all that is done to a product's versions."""
    actor.require(permissions.VIEW)
    statement = select(Product).where(Product.id == product_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    product = await session.scalar(statement)
    if product is None:
        raise ProductNotFound
    return product


async def create_product(uow: UnitOfWork, actor: Actor, data: ProductIn) -> Product:
    """A product with its first draft; a bridge product begins suspended. Raises Forbidden, LenderNotFound, Invalid, RuleInvalid, ProductNameTaken."""
    actor.require(permissions.MANAGE)
    await get_lender(uow.session, actor, data.lender_id)
    body = checked_body(data.body)
    state = ProductState.SUSPENDED if data.kind == ProductKind.BRIDGE else ProductState.ACTIVE
    product = Product(id=new_id(), lender_id=data.lender_id, name=data.name, kind=data.kind, state=state.value)
    await _save(uow, product)
    draft = ProductVersion(id=new_id(), product_id=product.id, number=1, state=VersionState.DRAFT.value, body=body, created_by=actor.id)
    uow.session.add(draft)
    await uow.session.flush()
    uow.audit(actor, "products.created", product.id, name=product.name, kind=product.kind, lender=str(product.lender_id))
    return product


async def update_product(uow: UnitOfWork, actor: Actor, product_id: UUID, data: ProductPatch, version: int) -> Product:
    """Name and state. Raises Forbidden, ProductNotFound, Stale, BridgeNeedsReason, ProductNameTaken."""
    product = await get_product(uow.session, actor, product_id, lock=True)
    actor.require(permissions.MANAGE)
    if product.version != version:
        raise Stale(current={"id": str(product.id), "version": product.version, "name": product.name, "state": product.state})
    was, before = product.state, {"name": product.name, "state": product.state}
    if data.state == ProductState.ACTIVE and was != ProductState.ACTIVE and product.kind == ProductKind.BRIDGE:
        actor.require(permissions.APPROVE)
        if data.enabled_reason is None:
            raise BridgeNeedsReason
        product.enabled_reason = data.enabled_reason
    if data.name is not None:
        product.name = data.name
    if data.state is not None:
        product.state = data.state
    await _save(uow, product)
    changes = changes_between(before, {"name": product.name, "state": product.state})
    facts = {"fields": sorted(data.model_fields_set), "was": was, "now": product.state, "reason": data.enabled_reason}
    uow.audit(actor, "products.updated", product.id, **facts, changes=changes)
    return product


async def _save(uow: UnitOfWork, product: Product) -> None:
    name = product.name
    try:
        async with uow.session.begin_nested():
            uow.session.add(product)
            await uow.session.flush()
    except IntegrityError as error:
        raise ProductNameTaken(name=name) from error


def product_actions(actor: Actor, product: Product, draft: ProductVersion | None) -> list[AllowedAction]:
    """What the actor may do to a product, with reasons."""
    manage = refused(actor, permissions.MANAGE)
    bridge_off = product.kind == ProductKind.BRIDGE and product.state != ProductState.ACTIVE
    enable = manage or (refused(actor, permissions.APPROVE) if bridge_off else None)
    another: Problem | None = DraftExists(number=draft.number) if draft is not None else None
    approve = refused(actor, permissions.APPROVE)
    return [
        allowed("edit", manage),
        allowed("activate", enable),
        allowed("draft", manage or another),
        allowed("approve", approve),
    ]
