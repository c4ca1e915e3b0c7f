"""Lenders: the roster (资方名录)."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from loanbroker_api.core.actions import allowed
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Forbidden, Invalid, Problem, Stale
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.core.permissions import title_of
from loanbroker_api.core.schemas import AllowedAction
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.products import permissions
from loanbroker_api.products.models import CONTACTS, Lender
from loanbroker_api.products.schemas import LenderIn, LenderPatch
from loanbroker_api.products.service.problems import LenderNameTaken, LenderNotFound


async def get_lender(session: ReadSession, actor: Actor, lender_id: UUID, *, lock: bool = False) -> Lender:
    """Raises Forbidden, LenderNotFound."""
    actor.require(permissions.VIEW)
    statement = select(Lender).where(Lender.id == lender_id)
    lender = await session.scalar(statement.with_for_update() if lock else statement)
    if lender is None:
        raise LenderNotFound
    return lender


async def create_lender(uow: UnitOfWork, actor: Actor, data: LenderIn) -> Lender:
    """Raises Forbidden, Invalid, LenderNameTaken."""
    actor.require(permissions.LENDERS)
    lender = Lender(
        id=new_id(),
        name=data.name,
        kind=data.kind,
        cooperation=data.cooperation,
        territories=known_cities(data.territories, "/territories"),
        route=data.route,
        note=data.note,
        reviewed_at=uow.now,
    )
    CONTACTS.seal(uow.keys, lender, data.contacts)
    await _save(uow, lender)
    uow.audit(actor, "products.lender_created", lender.id, name=lender.name, cooperation=lender.cooperation)
    return lender


async def update_lender(uow: UnitOfWork, actor: Actor, lender_id: UUID, data: LenderPatch, version: int) -> Lender:
    """A change of cooperation is a review. Raises Forbidden, LenderNotFound, Stale, Invalid, LenderNameTaken."""
    lender = await get_lender(uow.session, actor, lender_id, lock=True)
    actor.require(permissions.LENDERS)
    if lender.version != version:
        raise Stale(current={"id": str(lender.id), "version": lender.version, "name": lender.name, "cooperation": lender.cooperation})
    sent = data.model_fields_set
    for name in ("name", "kind", "cooperation", "route"):
        value: Any = getattr(data, name)
        if value is not None:
            setattr(lender, name, value)
    if data.territories is not None:
        lender.territories = known_cities(data.territories, "/territories")
    if "note" in sent:
        lender.note = data.note
    if "contacts" in sent:
        CONTACTS.seal(uow.keys, lender, data.contacts)
    if data.cooperation is not None:
        lender.reviewed_at = uow.now
    await _save(uow, lender)
    uow.audit(actor, "products.lender_updated", lender.id, fields=sorted(sent), cooperation=lender.cooperation)
    return lender


async def _save(uow: UnitOfWork, lender: Lender) -> None:
    name = lender.name
    try:
        async with uow.session.begin_nested():
            uow.session.add(lender)
            await uow.session.flush()
    except IntegrityError as error:
        raise LenderNameTaken(name=name) from error


def is_city(code: int) -> bool:
    """Whether a code is a prefecture-level city's own; a county's code also leads to its city."""
    found = city_by_code(code)
    return found is not None and found.code == code


def known_cities(codes: list[int], pointer: str) -> list[int]:
    """The codes, sorted and each once. Raises Invalid for one that is no city."""
    unknown = [number for number, code in enumerate(codes) if not is_city(code)]
    if unknown:
        raise Invalid(
            *(
                FieldError(f"{pointer}/{number}", "products.city-unknown", "没有这个城市代码；见 GET /cities", "No city has this code")
                for number in unknown
            )
        )
    return sorted(set(codes))


def refused(actor: Actor, permission: str) -> Problem | None:
    """Why the actor may not, None when they may."""
    return None if actor.may(permission) else Forbidden(permission=permission, permission_title=title_of(permission))


def lender_actions(actor: Actor) -> list[AllowedAction]:
    return [allowed("edit", refused(actor, permissions.LENDERS)), allowed("add_product", refused(actor, permissions.MANAGE))]
