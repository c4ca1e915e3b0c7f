"""Versions of a product: draft → approved → effective from a time. An approved body never changes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from loanbroker_api.core.actions import allowed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import Problem, Stale
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.schemas import AllowedAction
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.products import permissions
from loanbroker_api.products.events import ProductVersionApproved
from loanbroker_api.products.models import Product, ProductVersion, VersionState
from loanbroker_api.products.schemas import VersionBody, VersionDraftIn, VersionSaveIn
from loanbroker_api.products.service.bodies import checked_body
from loanbroker_api.products.service.lenders import refused
from loanbroker_api.products.service.problems import (
    DraftExists,
    EffectiveInPast,
    EffectiveTaken,
    NotADraft,
    NotYetApproved,
    VersionFrozen,
    VersionInForce,
    VersionNotFound,
    VersionsApart,
)
from loanbroker_api.products.service.products import get_product


async def get_version(session: ReadSession, actor: Actor, version_id: UUID) -> ProductVersion:
    """Raises Forbidden, VersionNotFound."""
    actor.require(permissions.VIEW)
    version = await session.scalar(select(ProductVersion).where(ProductVersion.id == version_id))
    if version is None:
        raise VersionNotFound
    return version


async def _locked(uow: UnitOfWork, actor: Actor, version_id: UUID) -> tuple[Product, ProductVersion]:
    """The version and its product, the product locked first: whoever changes versions of one product waits in line."""
    seen = await get_version(uow.session, actor, version_id)
    product = await get_product(uow.session, actor, seen.product_id, lock=True)
    again = select(ProductVersion).where(ProductVersion.id == version_id).execution_options(populate_existing=True)
    version = await uow.session.scalar(again)
    if version is None:
        raise VersionNotFound
    return product, version


def _check(version: ProductVersion, expected: int) -> None:
    if version.version != expected:
        current = {"id": str(version.id), "version": version.version, "number": version.number, "state": version.state}
        raise Stale(current=current)


async def draft_version(uow: UnitOfWork, actor: Actor, product_id: UUID, data: VersionDraftIn) -> ProductVersion:
    """The next draft of a product. Raises Forbidden, ProductNotFound, VersionNotFound, VersionsApart, DraftExists, Invalid, RuleInvalid."""
    product = await get_product(uow.session, actor, product_id, lock=True)
    actor.require(permissions.MANAGE)
    of_product = select(ProductVersion).where(ProductVersion.product_id == product.id)
    draft = await uow.session.scalar(of_product.where(ProductVersion.state == VersionState.DRAFT.value))
    if draft is not None:
        raise DraftExists(number=draft.number)
    if data.body is not None:
        body = checked_body(data.body)
    else:
        source = await _source(uow, actor, product, data.from_version_id)
        body = checked_body(VersionBody.model_validate(source.body))
    highest = await uow.session.scalar(select(func.max(ProductVersion.number)).where(ProductVersion.product_id == product.id))
    version = ProductVersion(
        id=new_id(), product_id=product.id, number=(highest or 0) + 1, state=VersionState.DRAFT.value, body=body, created_by=actor.id
    )
    uow.session.add(version)
    await uow.session.flush()
    uow.audit(actor, "products.version_drafted", version.id, product=str(product.id), number=version.number)
    return version


async def _source(uow: UnitOfWork, actor: Actor, product: Product, version_id: UUID | None) -> ProductVersion:
    if version_id is not None:
        source = await get_version(uow.session, actor, version_id)
        if source.product_id != product.id:
            raise VersionsApart
        return source
    newest = select(ProductVersion).where(ProductVersion.product_id == product.id).order_by(ProductVersion.number.desc()).limit(1)
    found = await uow.session.scalar(newest)
    if found is None:
        raise VersionNotFound
    return found


async def save_version(uow: UnitOfWork, actor: Actor, version_id: UUID, data: VersionSaveIn, expected: int) -> ProductVersion:
    """Replace a draft's body. Raises Forbidden, VersionNotFound, VersionFrozen, Stale, Invalid, RuleInvalid."""
    _, version = await _locked(uow, actor, version_id)
    actor.require(permissions.MANAGE)
    if version.state != VersionState.DRAFT:
        raise VersionFrozen(number=version.number)
    _check(version, expected)
    version.body = checked_body(data.body)
    if "note" in data.model_fields_set:
        version.note = data.note
    await uow.session.flush()
    uow.audit(actor, "products.version_saved", version.id, product=str(version.product_id), number=version.number)
    return version


async def delete_version(uow: UnitOfWork, actor: Actor, version_id: UUID, expected: int) -> None:
    """Throw a draft away. Raises Forbidden, VersionNotFound, VersionFrozen, Stale."""
    _, version = await _locked(uow, actor, version_id)
    actor.require(permissions.MANAGE)
    if version.state != VersionState.DRAFT:
        raise VersionFrozen(number=version.number)
    _check(version, expected)
    await uow.session.delete(version)
    await uow.session.flush()
    uow.audit(actor, "products.version_deleted", version.id, product=str(version.product_id), number=version.number)


async def approve_version(
    uow: UnitOfWork, actor: Actor, version_id: UUID, effective_from: datetime | None, expected: int
) -> ProductVersion:
    """Effective at once, or from a later time; the version before ends there. The author may approve: the audit names both.

    Raises Forbidden, VersionNotFound, NotADraft, Stale, EffectiveInPast, EffectiveTaken, Invalid, RuleInvalid.
    """
    product, version = await _locked(uow, actor, version_id)
    actor.require(permissions.APPROVE)
    if version.state != VersionState.DRAFT:
        raise NotADraft(number=version.number)
    _check(version, expected)
    start = effective_from or uow.now
    if start < uow.now:
        raise EffectiveInPast
    checked_body(VersionBody.model_validate(version.body))
    before = await _latest_approved(uow, product)
    if before is not None and before.effective_from is not None:
        if before.effective_from >= start:
            raise EffectiveTaken(number=before.number)
        before.effective_to = start
    version.state = VersionState.APPROVED.value
    version.approved_by, version.approved_at, version.effective_from = actor.id, uow.now, start
    await uow.session.flush()
    facts = {"product": str(product.id), "number": version.number, "from": start.isoformat(), "own": version.created_by == actor.id}
    uow.audit(actor, "products.version_approved", version.id, **facts)
    uow.emit(ProductVersionApproved(product_id=product.id, version_id=version.id))
    return version


async def withdraw_version(uow: UnitOfWork, actor: Actor, version_id: UUID, expected: int) -> ProductVersion:
    """Take an approved version back before it is effective; the one before goes on. Raises Forbidden, VersionNotFound, NotYetApproved, VersionInForce, Stale."""
    product, version = await _locked(uow, actor, version_id)
    actor.require(permissions.APPROVE)
    refusal = _withdrawal_refusal(version, uow.now)
    if refusal is not None:
        raise refusal
    _check(version, expected)
    version.state = VersionState.WITHDRAWN.value
    await uow.session.flush()
    before = await _latest_approved(uow, product)
    if before is not None:
        before.effective_to = None
    await uow.session.flush()
    uow.audit(actor, "products.version_withdrawn", version.id, product=str(product.id), number=version.number)
    return version


def _withdrawal_refusal(version: ProductVersion, now: datetime) -> Problem | None:
    if version.state != VersionState.APPROVED or version.effective_from is None:
        return NotYetApproved(number=version.number)
    return VersionInForce(number=version.number) if version.effective_from <= now else None


async def _latest_approved(uow: UnitOfWork, product: Product) -> ProductVersion | None:
    """The approved version that begins last; only it can be without an end."""
    statement = (
        select(ProductVersion)
        .where(ProductVersion.product_id == product.id, ProductVersion.state == VersionState.APPROVED.value)
        .order_by(ProductVersion.effective_from.desc())
        .limit(1)
    )
    return await uow.session.scalar(statement)


async def version_at(session: ReadSession, product_id: UUID, at: datetime) -> ProductVersion | None:
    """The version of a product effective at a moment."""
    return await session.scalar(
        select(ProductVersion).where(
            ProductVersion.product_id == product_id,
            ProductVersion.state == VersionState.APPROVED.value,
            ProductVersion.effective_from <= at,
            (ProductVersion.effective_to.is_(None)) | (ProductVersion.effective_to > at),
        )
    )


async def two_versions(session: ReadSession, actor: Actor, version_id: UUID, other_id: UUID) -> tuple[ProductVersion, ProductVersion]:
    """Raises Forbidden, VersionNotFound, VersionsApart."""
    first, second = await get_version(session, actor, version_id), await get_version(session, actor, other_id)
    if first.product_id != second.product_id:
        raise VersionsApart
    return first, second


def version_actions(actor: Actor, version: ProductVersion, now: datetime) -> list[AllowedAction]:
    """What the actor may do to a version, with reasons."""
    frozen = None if version.state == VersionState.DRAFT else VersionFrozen(number=version.number)
    drafted = None if version.state == VersionState.DRAFT else NotADraft(number=version.number)
    manage, approve = refused(actor, permissions.MANAGE), refused(actor, permissions.APPROVE)
    return [
        allowed("edit", manage or frozen),
        allowed("delete", manage or frozen),
        allowed("approve", approve or drafted),
        allowed("withdraw", approve or _withdrawal_refusal(version, now)),
    ]
