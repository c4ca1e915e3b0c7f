"""Reads of customers: lists in two steps (keys from an index, then the rows), search through tokens, figures of today."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, bindparam, case, column, exists, func, select, text, true, tuple_
from sqlalchemy import Uuid as SqlUuid

from loanbroker_api.core.actor import Actor
from loanbroker_api.core.clock import BUSINESS_ZONE, business_day, day_start
from loanbroker_api.core.crypto import TenantKeys
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.normalize.errors import BadValue
from loanbroker_api.core.normalize.tokens import query_tokens
from loanbroker_api.core.paging import Rows, decode_cursor, encode_cursor
from loanbroker_api.core.schemas import NamedRef, PersonRef
from loanbroker_api.customers import permissions
from loanbroker_api.customers.models import (
    CONNECTED,
    NAME,
    PHONE,
    Activity,
    Customer,
    CustomerPhone,
    CustomerToken,
    FollowUp,
    Intent,
    Lead,
    Outcome,
    OwnershipEvent,
    Qualification,
    Stage,
)
from loanbroker_api.customers.qualification.standing import known_columns
from loanbroker_api.customers.schemas import CustomerFilter, CustomerListParams, CustomerSearchIn, TimelineParams
from loanbroker_api.customers.service.access import visible

CANDIDATES = 2_000
TOTAL_CAP = 10_000


def conditions(actor: Actor, wanted: CustomerFilter, now: datetime) -> list[ColumnElement[bool]]:
    """The filter's conditions. Raises Invalid for an unknown stage or intent."""
    found: list[ColumnElement[bool]] = []
    if wanted.stage:
        found.append(Customer.stage.in_(_codes("?stage", wanted.stage, {stage.name.lower(): stage.value for stage in Stage})))
    if wanted.intent:
        found.append(Customer.intent.in_(_codes("?intent", wanted.intent, {intent.name: intent.value for intent in Intent})))
    if wanted.city is not None:
        found.append(Customer.city == wanted.city)
    if wanted.channel_id is not None:
        found.append(Customer.source_id == wanted.channel_id)
    if wanted.owner_id is not None:
        found.append(Customer.owner_id == wanted.owner_id)
    if wanted.team_id is not None:
        found.append(Customer.team_id == wanted.team_id)
    tonight = day_start(business_day(now)) + timedelta(days=1)
    whose = _watched(actor)
    views: dict[str, list[ColumnElement[bool]]] = {
        "all": [],
        "mine": [Customer.owner_id == actor.id],
        "new": [whose, Customer.first_contact_due_at.is_not(None)],
        "due": [whose, Customer.next_action_at >= now, Customer.next_action_at < tonight],
        "late": [whose, Customer.next_action_at < now],
        "unreached": [whose, Customer.last_outcome == Outcome.NO_ANSWER, Customer.stage < Stage.LOST],
        "unassigned": [Customer.owner_id.is_(None)],
    }
    return found + views[wanted.view]


def _watched(actor: Actor) -> ColumnElement[bool]:
    """Whose work a person looks after: their own, or for leaders everybody's in their scope who has an owner."""
    if actor.may(permissions.VIEW) and actor.units_of(permissions.VIEW) != frozenset():
        return Customer.owner_id.is_not(None)
    return Customer.owner_id == actor.id


def _codes(pointer: str, text: str, known: dict[str, int]) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [part for part in parts if part not in known]
    if unknown:
        choices = "、".join(known)
        raise Invalid(FieldError(pointer, "core.enum", f"可用的值：{choices}", f"One of: {', '.join(known)}"))
    return [known[part] for part in parts]


_SORTS: dict[str, tuple[tuple[Any, ...], bool, tuple[type, ...]]] = {
    "-activeAt": ((Customer.active_at, Customer.id), True, (datetime, UUID)),
    "-createdAt": ((Customer.id,), True, (UUID,)),
    "nextActionAt": ((Customer.next_action_at, Customer.id), False, (datetime, UUID)),
}


async def list_customers(session: ReadSession, actor: Actor, wanted: CustomerListParams, now: datetime) -> Rows[Customer]:
    """A page of the customers in the actor's scope. Raises Forbidden, Invalid, CursorInvalid."""
    actor.require(permissions.VIEW)
    columns, descending, kinds = _SORTS[wanted.sort]
    after = decode_cursor(wanted.cursor, wanted.sort, *kinds)
    narrow = conditions(actor, wanted, now)
    if wanted.sort == "nextActionAt":
        narrow.append(Customer.next_action_at.is_not(None))
    if after is not None:
        key, bound = tuple_(*columns), tuple_(*after, types=[one.type for one in columns])
        narrow.append(key < bound if descending else key > bound)
    order = [one.desc() if descending else one.asc() for one in columns]
    keys = _scoped_keys(actor, narrow, columns, order, wanted.limit + 1).subquery("keys")
    statement = select(Customer).join(keys, Customer.id == keys.c.id).order_by(*order)
    found = list(await session.scalars(statement))
    items = found[: wanted.limit]
    if len(found) <= wanted.limit:
        return Rows(items, None)
    return Rows(items, encode_cursor(wanted.sort, *(getattr(items[-1], one.key) for one in columns)))


def cursor_of(customer: Customer, sort: str) -> str:
    """The cursor after a row, for connections that give one to every edge."""
    if sort == "search":
        return encode_cursor("search", customer.id)
    return encode_cursor(sort, *(getattr(customer, one.key) for one in _SORTS[sort][0]))


def _scoped_keys(actor: Actor, narrow: list[ColumnElement[bool]], columns: Sequence[Any], order: list[Any], limit: int) -> Any:
    """Keys of one page: the whole company by one index, teams by one index probe each, one's own by the owner's index."""
    units = actor.units_of(permissions.VIEW)
    inner: Any = select(*columns).where(*narrow).order_by(*order).limit(limit)
    if units is None:
        return inner
    if not units:
        return inner.where(Customer.owner_id == actor.id)
    if len(units) == 1:
        return inner.where(Customer.team_id == next(iter(units)))
    listed = func.unnest(bindparam("teams", sorted(units), type_=ARRAY(SqlUuid()), unique=True))
    teams = listed.table_valued(column("team_id", SqlUuid()), name="teams").render_derived()
    probe: Any = inner.where(Customer.team_id == teams.c.team_id).lateral("probe")
    outer_order = [probe.c[one.element.key].desc() if _descends(one) else probe.c[one.element.key].asc() for one in order]
    return select(*(probe.c[one.key] for one in columns)).select_from(teams.join(probe, true())).order_by(*outer_order).limit(limit)


def _descends(one: Any) -> bool:
    return one.modifier.__name__ == "desc_op"


async def count_customers(session: ReadSession, actor: Actor, wanted: CustomerFilter, now: datetime) -> int:
    """How many, up to one over the cap. Raises Forbidden, Invalid."""
    actor.require(permissions.VIEW)
    scoped = visible(actor)
    inner = select(Customer.id).where(*conditions(actor, wanted, now), *([] if scoped is None else [scoped])).limit(TOTAL_CAP + 1)
    return await session.scalar(select(func.count()).select_from(inner.subquery())) or 0


async def search_customers(session: ReadSession, actor: Actor, keys: TenantKeys, wanted: CustomerSearchIn, now: datetime) -> Rows[Customer]:
    """Customers that have every token of the search text, newest first. Raises Forbidden, Invalid, CursorInvalid.

    At most 2,000 candidates of the rarest token are looked at for a page; a short page with a cursor says "search on".
    """
    actor.require(permissions.VIEW)
    try:
        asked = query_tokens(wanted.search)
    except BadValue as bad:
        raise Invalid(FieldError("/search", bad.code, bad.message, bad.message)) from bad
    tokens = [keys.token(kind, value) for kind, value in asked]
    after = decode_cursor(wanted.cursor, "search", UUID)
    narrow = conditions(actor, wanted.filter, now) if wanted.filter else []
    units = actor.units_of(permissions.VIEW)
    if units is not None and not units:
        return await _search_own(session, actor, tokens, narrow, after, wanted.limit)
    candidates = select(CustomerToken.customer_id).where(CustomerToken.token == tokens[0])
    if after is not None:
        candidates = candidates.where(CustomerToken.customer_id < after[0])
    first = candidates.order_by(CustomerToken.customer_id.desc()).limit(CANDIDATES).subquery("first")
    statement = select(Customer).join(first, Customer.id == first.c.customer_id).where(*narrow, *_has_all(tokens[1:], first.c.customer_id))
    if units is not None:
        statement = statement.where(Customer.team_id.in_(units) | (Customer.owner_id == actor.id))
    found = list(await session.scalars(statement.order_by(Customer.id.desc()).limit(wanted.limit + 1)))
    items = found[: wanted.limit]
    if len(found) > wanted.limit:
        return Rows(items, encode_cursor("search", items[-1].id))
    last_looked_at = await session.scalar(candidates.order_by(CustomerToken.customer_id.desc()).offset(CANDIDATES - 1).limit(1))
    return Rows(items, encode_cursor("search", last_looked_at) if last_looked_at else None)


def _has_all(tokens: Sequence[int], customer_id: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for number, token in enumerate(tokens):
        other = CustomerToken.__table__.alias(f"token_{number}")
        mine = other.c.tenant_id == Customer.tenant_id
        found.append(exists(select(1).where(mine, other.c.token == token, other.c.customer_id == customer_id)))
    return found


async def _search_own(
    session: ReadSession, actor: Actor, tokens: Sequence[int], narrow: list[ColumnElement[bool]], after: tuple[Any, ...] | None, limit: int
) -> Rows[Customer]:
    """For one's own scope the owner's customers drive and the tokens are probed."""
    statement = select(Customer).where(Customer.owner_id == actor.id, *narrow, *_has_all(tokens, Customer.id))
    if after is not None:
        statement = statement.where(Customer.id < after[0])
    found = list(await session.scalars(statement.order_by(Customer.id.desc()).limit(limit + 1)))
    items = found[:limit]
    return Rows(items, encode_cursor("search", items[-1].id) if len(found) > limit else None)


async def customers_by_id(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, Customer]:
    """Those of the customers that the actor may see."""
    scoped = visible(actor)
    statement = select(Customer).where(Customer.id.in_(ids), *([] if scoped is None else [scoped]))
    return {customer.id: customer for customer in await session.scalars(statement)}


async def customer_labels(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    """Masked names, for to-dos and notifications."""
    found = await customers_by_id(session, actor, ids)
    return {customer_id: customer.name_masked or customer.phone_masked or "未留名" for customer_id, customer in found.items()}


async def masked_names(session: ReadSession, actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    """Masked names for the audit trail, whatever the data scope: who may read the trail reads all of it. A hidden field stays hidden."""
    rows = await session.execute(select(Customer.id, Customer.name_masked, Customer.phone_masked).where(Customer.id.in_(ids)))
    shown = {row.id: NAME.shown(actor, row.name_masked) or PHONE.shown(actor, row.phone_masked) for row in rows}
    return {customer_id: label for customer_id, label in shown.items() if label}


@dataclass(frozen=True)
class Surroundings:
    """What rows name beside themselves, read once for a page."""

    sources: Mapping[UUID, NamedRef]
    owners: Mapping[UUID, PersonRef]
    teams: Mapping[UUID, NamedRef]


_SURROUNDINGS = text(
    """
    SELECT 'source' AS kind, id, name FROM source WHERE tenant_id = :tenant AND id = ANY(:sources)
    UNION ALL SELECT 'owner', id, display_name FROM employee WHERE tenant_id = :tenant AND id = ANY(:owners)
    UNION ALL SELECT 'team', id, name FROM org_unit WHERE tenant_id = :tenant AND id = ANY(:teams)
    """
).bindparams(*(bindparam(name, type_=ARRAY(SqlUuid())) for name in ("sources", "owners", "teams")))


async def surroundings(session: ReadSession, customers: Collection[Customer]) -> Surroundings:
    """Names of sources, owners and teams of a page, in one statement whose text does not depend on how many there are."""
    sources: dict[UUID, NamedRef] = {}
    owners: dict[UUID, PersonRef] = {}
    teams: dict[UUID, NamedRef] = {}
    if customers:
        asked = {
            "tenant": next(iter(customers)).tenant_id,
            "sources": list({customer.source_id for customer in customers if customer.source_id}),
            "owners": list({customer.owner_id for customer in customers if customer.owner_id}),
            "teams": list({customer.team_id for customer in customers if customer.team_id}),
        }
        for kind, row_id, name in await session.execute(_SURROUNDINGS, asked):
            if kind == "owner":
                owners[row_id] = PersonRef(id=row_id, display_name=name)
            else:
                (sources if kind == "source" else teams)[row_id] = NamedRef(id=row_id, name=name)
    return Surroundings(sources, owners, teams)


async def phones_of(session: ReadSession, customer_id: UUID) -> list[CustomerPhone]:
    """The primary number first."""
    statement = select(CustomerPhone).where(CustomerPhone.customer_id == customer_id)
    return list(await session.scalars(statement.order_by(CustomerPhone.is_primary.desc(), CustomerPhone.id)))


async def first_lead(session: ReadSession, customer_id: UUID) -> Lead | None:
    """The lead that brought the customer."""
    return await session.scalar(select(Lead).where(Lead.customer_id == customer_id).order_by(Lead.id).limit(1))


async def ownership_events(session: ReadSession, customer_id: UUID, *, limit: int = 100) -> list[OwnershipEvent]:
    """Changes of owner, newest first."""
    statement = select(OwnershipEvent).where(OwnershipEvent.customer_id == customer_id)
    return list(await session.scalars(statement.order_by(OwnershipEvent.id.desc()).limit(limit)))


async def list_activity(session: ReadSession, customer_id: UUID, wanted: TimelineParams) -> Rows[Activity]:
    """A customer's timeline, newest first; the caller has checked that the customer may be seen."""
    statement = select(Activity).where(Activity.customer_id == customer_id)
    if wanted.kind:
        statement = statement.where(Activity.kind.in_([kind.strip() for kind in wanted.kind.split(",")]))
    after = decode_cursor(wanted.cursor, "timeline", datetime, UUID)
    if after is not None:
        statement = statement.where(tuple_(Activity.at, Activity.id) < tuple_(*after, types=[Activity.at.type, Activity.id.type]))
    found = list(await session.scalars(statement.order_by(Activity.at.desc(), Activity.id.desc()).limit(wanted.limit + 1)))
    items = found[: wanted.limit]
    return Rows(items, encode_cursor("timeline", items[-1].at, items[-1].id) if len(found) > wanted.limit else None)


async def activity_by_customer(
    session: ReadSession, actor: Actor, customer_ids: Collection[UUID], first: int
) -> dict[UUID, list[Activity]]:
    """The newest timeline entries of many customers in one statement, for loaders; a customer out of scope has none."""
    scoped = visible(actor)
    seen = select(Customer.id).where(Customer.id.in_(customer_ids), *([] if scoped is None else [scoped])).subquery("seen")
    newest = select(Activity).where(Activity.customer_id == seen.c.id).order_by(Activity.at.desc(), Activity.id.desc()).limit(first)
    recent = newest.correlate(seen).lateral("recent")
    ids = select(recent.c.id).select_from(seen.join(recent, true()))
    found: dict[UUID, list[Activity]] = {customer_id: [] for customer_id in customer_ids}
    for row in await session.scalars(select(Activity).where(Activity.id.in_(ids)).order_by(Activity.at.desc(), Activity.id.desc())):
        found[row.customer_id].append(row)
    return found


async def follow_ups_by_id(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, FollowUp]:
    return {row.id: row for row in await session.scalars(select(FollowUp).where(FollowUp.id.in_(ids)))} if ids else {}


async def list_follow_ups(session: ReadSession, customer_id: UUID, *, cursor: str | None, limit: int) -> Rows[FollowUp]:
    """A customer's follow-ups, newest first."""
    after = decode_cursor(cursor, "followUps", UUID)
    statement = select(FollowUp).where(FollowUp.customer_id == customer_id)
    if after is not None:
        statement = statement.where(FollowUp.id < after[0])
    found = list(await session.scalars(statement.order_by(FollowUp.id.desc()).limit(limit + 1)))
    items = found[:limit]
    return Rows(items, encode_cursor("followUps", items[-1].id) if len(found) > limit else None)


async def follow_ups_by_customer(session: ReadSession, actor: Actor, customer_ids: Collection[UUID]) -> dict[UUID, list[FollowUp]]:
    """The last 20 follow-ups of many customers in one statement, for loaders; a customer out of scope has none."""
    scoped = visible(actor)
    seen = select(Customer.id).where(Customer.id.in_(customer_ids), *([] if scoped is None else [scoped])).subquery("seen")
    recent = (
        select(FollowUp).where(FollowUp.customer_id == seen.c.id).order_by(FollowUp.id.desc()).limit(20).correlate(seen).lateral("recent")
    )
    ids = select(recent.c.id).select_from(seen.join(recent, true()))
    found: dict[UUID, list[FollowUp]] = {customer_id: [] for customer_id in customer_ids}
    for row in await session.scalars(select(FollowUp).where(FollowUp.id.in_(ids)).order_by(FollowUp.id.desc())):
        found[row.customer_id].append(row)
    return found


def _seen(actor: Actor) -> list[ColumnElement[bool]]:
    scoped = visible(actor)
    return [] if scoped is None else [scoped]


async def today_counts(session: ReadSession, actor: Actor, now: datetime) -> dict[str, int]:
    """How many wait in what one looks after: new, late, due today, not reached."""
    counts: dict[str, int] = {}
    for view in ("new", "late", "due", "unreached"):
        narrow = [*conditions(actor, CustomerFilter(view=view), now), *_seen(actor)]
        inner = select(Customer.id).where(*narrow).limit(TOTAL_CAP).subquery()
        counts[view] = await session.scalar(select(func.count()).select_from(inner)) or 0
    return counts


async def today_queue(session: ReadSession, actor: Actor, now: datetime, *, each: int = 30) -> list[tuple[str, Customer]]:
    """The queue of what one looks after in the order of urgency: new leads by their clock, late ones, today's, then those not reached."""
    found: dict[UUID, tuple[str, Customer]] = {}
    orders: dict[str, Any] = {
        "new": Customer.first_contact_due_at,
        "late": Customer.next_action_at,
        "due": Customer.next_action_at,
        "unreached": Customer.last_follow_up_at,
    }
    for view, order in orders.items():
        narrow = [*conditions(actor, CustomerFilter.model_validate({"view": view}), now), *_seen(actor)]
        for customer in await session.scalars(select(Customer).where(*narrow).order_by(order, Customer.id).limit(each)):
            found.setdefault(customer.id, (view, customer))
    return list(found.values())


async def follow_up_figures(session: ReadSession, actor: Actor, now: datetime, *, days: int = 14) -> list[tuple[str, int, int, int]]:
    """(business day, follow-ups, connected, visits) of the people in the actor's scope, oldest first."""
    since = day_start(business_day(now) - timedelta(days=days - 1))
    day = func.to_char(func.timezone(BUSINESS_ZONE.key, FollowUp.at), "YYYY-MM-DD")
    statement = (
        select(
            day,
            func.count(),
            func.count(case((FollowUp.outcome.in_(CONNECTED), 1))),
            func.count(case((FollowUp.next_action_kind == "visit", 1))),
        )
        .where(FollowUp.at >= since, *_in_scope(actor))
        .group_by(day)
        .order_by(day)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await session.execute(statement)]


def _in_scope(actor: Actor) -> list[ColumnElement[bool]]:
    if not actor.may(permissions.VIEW):
        return [FollowUp.employee_id == actor.employee_id]
    units = actor.units_of(permissions.VIEW)
    if units is None:
        return []
    return [FollowUp.team_id.in_(units)] if units else [FollowUp.employee_id == actor.employee_id]


async def month_figures(session: ReadSession, actor: Actor, now: datetime) -> tuple[int, int]:
    """(follow-ups, visits that were agreed) since the first of the month, in the actor's scope."""
    first = day_start(business_day(now).replace(day=1))
    row = (
        await session.execute(
            select(func.count(), func.count(case((FollowUp.next_action_kind == "visit", 1)))).where(FollowUp.at >= first, *_in_scope(actor))
        )
    ).one()
    return row[0], row[1]


async def new_today(session: ReadSession, actor: Actor, now: datetime) -> int:
    """Customers who came today, in the actor's scope."""
    scoped = visible(actor)
    since = day_start(business_day(now))
    narrow = [Customer.created_at >= since, *([] if scoped is None else [scoped])]
    return await session.scalar(select(func.count()).select_from(Customer).where(*narrow)) or 0


async def team_today(session: ReadSession, units: Collection[UUID] | None, now: datetime) -> dict[UUID, tuple[int, int, int]]:
    """(new today, late, follow-ups today) by employee."""
    since = day_start(business_day(now))
    scope = [] if units is None else [Customer.team_id.in_(units)]
    figures: dict[UUID, tuple[int, int, int]] = {}
    rows = await session.execute(
        select(
            Customer.owner_id,
            func.count(case((Customer.created_at >= since, 1))),
            func.count(case((Customer.next_action_at < now, 1), (Customer.first_contact_due_at < now, 1))),
        )
        .where(Customer.owner_id.is_not(None), *scope)
        .group_by(Customer.owner_id)
    )
    for owner_id, fresh, late in rows:
        if owner_id is not None:
            figures[owner_id] = (fresh, late, 0)
    follow_scope = [] if units is None else [FollowUp.team_id.in_(units)]
    done = await session.execute(
        select(FollowUp.employee_id, func.count()).where(FollowUp.at >= since, *follow_scope).group_by(FollowUp.employee_id)
    )
    for employee_id, count in done:
        fresh, late, _ = figures.get(employee_id, (0, 0, 0))
        figures[employee_id] = (fresh, late, count)
    return figures


async def facts_of(session: ReadSession, customer_id: UUID) -> dict[str, int]:
    """What is known of a customer for matching: column of the typed row → number, truth as 0 and 1. Empty when nothing is known."""
    return (await typed_rows(session, [customer_id])).get(customer_id, {})


async def typed_rows(session: ReadSession, customer_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """The same of many, in one statement; who has no qualification is not there. The caller has checked that they may be seen."""
    rows = await session.scalars(select(Qualification).where(Qualification.customer_id.in_(customer_ids)))
    return {row.customer_id: known_columns(row) for row in rows}
