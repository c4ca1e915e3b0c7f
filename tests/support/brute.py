"""The funnel by plain loops over the fact rows: shares no code with the roll-ups, only what the definitions say."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from sqlalchemy import text

from loanbroker_api.core.runtime import Runtime

SHANGHAI = timezone(timedelta(hours=8))
LEAD, VALID, CONTACTED, VISIT, SIGNED, SUBMITTED, APPROVED, DISBURSED, RECEIVED = range(1, 10)
TABLES = ("customer", "ownership_event", "follow_up", "state_change", "loan_case", "stage_event", "submission", "product", "disbursement", "receipt")  # fmt: skip


@dataclass(frozen=True)
class Fact:
    customer: UUID
    step: int
    id: UUID
    at: datetime
    source: UUID | None
    employee: UUID | None
    team: UUID | None
    kind: str | None
    city: int | None
    amount: int = 0
    moves: int = 1
    back: int = 0
    stands: bool = True


@dataclass(frozen=True)
class Arrival:
    customer: UUID
    step: int
    at: datetime
    cohort: date
    source: UUID | None
    employee: UUID | None
    team: UUID | None
    kind: str | None
    city: int | None
    amount: int
    seconds: int | None


def day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def held_within(on: date, recorded: datetime) -> datetime:
    first = datetime(on.year, on.month, on.day, tzinfo=SHANGHAI).astimezone(UTC)
    last = first + timedelta(days=1) - timedelta(microseconds=1)
    return min(max(recorded, first), last)


def step_of(kind: int | None) -> int:
    if kind is None or kind == 99 or kind < 40:
        return 0
    return VISIT if kind < 50 else SIGNED if kind < 60 else SUBMITTED


async def rows_of(runtime: Runtime, tenant: UUID) -> dict[str, list[Any]]:
    async with runtime.read(tenant) as session:
        return {
            table: list((await session.execute(text(f"SELECT * FROM {table} WHERE tenant_id = :t"), {"t": tenant})).mappings())
            for table in TABLES
        }


def facts_of(rows: dict[str, list[Any]]) -> list[Fact]:
    """Everything that happened, in the funnel's terms."""
    who = {row["id"]: row for row in rows["customer"]}
    cases = {row["id"]: row for row in rows["loan_case"]}
    kinds = {row["id"]: row["kind"] for row in rows["product"]}
    submissions = {row["id"]: row for row in rows["submission"]}
    reversed_ids = {row["reverses_id"] for row in rows["receipt"] if row["reverses_id"]}
    lent: dict[UUID, str] = {}
    for row in sorted(rows["disbursement"], key=lambda row: row["id"].int):
        lent.setdefault(row["case_id"], kinds[submissions[row["submission_id"]]["product_id"]])

    def fact(customer: UUID, step: int, row: Any, at: datetime, by: tuple[Any, Any], kind: str | None, **more: Any) -> Fact:
        return Fact(customer, step, row["id"], at, who[customer]["source_id"], *by, kind, who[customer]["city"], **more)

    def of_case(row: Any) -> UUID:
        return cases[row["case_id"]]["customer_id"]

    found: list[Fact] = []
    for row in rows["customer"]:
        owners = sorted(
            (one for one in rows["ownership_event"] if one["customer_id"] == row["id"]), key=lambda one: (one["at"], one["id"].int)
        )
        chosen = next((one for one in owners if one["owner_id"]), owners[0] if owners else None)
        found.append(
            fact(row["id"], LEAD, row, row["created_at"], (chosen["owner_id"], chosen["team_id"]) if chosen else (None, None), None)
        )
    for row in rows["follow_up"]:
        if row["outcome"] != 4:
            step = CONTACTED if row["outcome"] in (1, 2, 5) else VALID
            found.append(fact(row["customer_id"], step, row, row["at"], (row["employee_id"], row["team_id"]), None))
    for row in rows["state_change"]:
        if row["what"] == "stage" and row["now"] == 40:
            found += [
                fact(row["customer_id"], VISIT, row, row["at"], (call["employee_id"], call["team_id"]), None)
                for call in rows["follow_up"]
                if (call["customer_id"], call["at"]) == (row["customer_id"], row["at"])
            ]
    for row in rows["stage_event"]:
        step, was = step_of(row["to_kind"]), step_of(row["from_kind"])
        if step:
            moved = int(step != was)
            found.append(
                fact(
                    of_case(row), step, row, row["at"], (row["owner_id"], row["team_id"]), row["product_kind"],
                    amount=row["amount_fen"], moves=moved, back=int(row["back"] and moved),
                )
            )  # fmt: skip
    for row in rows["submission"]:
        if row["state"] == "approved":
            by = (row["owner_id"], row["team_id"])
            found.append(fact(of_case(row), APPROVED, row, row["decided_at"], by, kinds[row["product_id"]], amount=row["approved_fen"]))
    for row in rows["disbursement"]:
        if row["voided_at"] is None:
            at, by = held_within(row["paid_on"], row["created_at"]), (row["owner_id"], row["team_id"])
            kind = kinds[submissions[row["submission_id"]]["product_id"]]
            found.append(fact(of_case(row), DISBURSED, row, at, by, kind, amount=row["amount_fen"]))
    for row in rows["receipt"]:
        at, by = held_within(row["received_on"], row["recorded_at"]), (row["owner_id"], row["team_id"])
        takes_back = row["reverses_id"] is not None
        found.append(
            fact(
                of_case(row), RECEIVED, row, at, by, lent.get(row["case_id"]), amount=row["amount_fen"], moves=int(not takes_back),
                back=int(takes_back), stands=not takes_back and row["id"] not in reversed_ids,
            )
        )  # fmt: skip
    return found


def arrivals_of(facts: list[Fact]) -> list[Arrival]:
    """Each customer's first arrival in each step."""
    by_customer: dict[UUID, list[Fact]] = defaultdict(list)
    for one in facts:
        by_customer[one.customer].append(one)
    found: list[Arrival] = []
    for customer, theirs in by_customer.items():
        lead = next(one for one in theirs if one.step == LEAD)
        before = lead.at
        for step in range(LEAD, RECEIVED + 1):
            candidates = [lead] if step == LEAD else [one for one in theirs if one.stands and one.step >= step]
            if not candidates:
                continue
            first = min(candidates, key=lambda one: (one.at, one.step, one.id.int))
            at = max(first.at, lead.at)
            amount = 0
            if step >= APPROVED:
                amount = sum(one.amount for one in theirs if one.step == step)
            elif step >= VISIT:
                amount = first.amount
            seconds = None if step == LEAD else (at - before) // timedelta(seconds=1)
            dims = (first.source, first.employee, first.team, first.kind, first.city)
            found.append(Arrival(customer, step, at, day(lead.at), *dims, amount, seconds))
            before = at
    return found


NIL = UUID(int=0)


def keys_of(row: Fact | Arrival) -> Iterator[tuple[str, str, UUID]]:
    yield "channel", str(row.source or ""), NIL
    yield "employee", str(row.employee or ""), row.team or NIL
    yield "kind", row.kind or "", NIL
    yield "city", "" if row.city is None else str(row.city), NIL


def daily_of(facts: list[Fact], arrivals: list[Arrival]) -> dict[tuple[Any, ...], tuple[int, ...]]:
    sums: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for one in facts:
        for dimension, key, team in keys_of(one):
            cell = sums[dimension, day(one.at), key, team, one.step]
            cell["moves"] += one.moves
            cell["back"] += one.back
            cell["amount"] += one.amount if one.step >= APPROVED else 0
    for one in arrivals:
        for dimension, key, team in keys_of(one):
            cell = sums[dimension, day(one.at), key, team, one.step]
            cell["customers"] += 1
            cell["amount"] += one.amount if one.step < APPROVED else 0
    found = {place: (cell["customers"], cell["moves"], cell["back"], cell["amount"]) for place, cell in sums.items()}
    return {place: cell for place, cell in found.items() if any(cell)}


def cohort_of(arrivals: list[Arrival]) -> dict[tuple[Any, ...], tuple[int, ...]]:
    sums: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for one in arrivals:
        for dimension, key, team in keys_of(one):
            cell = sums[dimension, one.cohort, key, team, one.step, min((day(one.at) - one.cohort).days, 91)]
            cell["customers"] += 1
            cell["amount"] += one.amount
    return {place: (cell["customers"], cell["amount"]) for place, cell in sums.items()}


@dataclass(frozen=True)
class Everything:
    facts: list[Fact]
    arrivals: list[Arrival]
    daily: dict[tuple[Any, ...], tuple[int, ...]]
    cohort: dict[tuple[Any, ...], tuple[int, ...]]


async def brute(runtime: Runtime, tenant: UUID) -> Everything:
    facts = facts_of(await rows_of(runtime, tenant))
    arrivals = arrivals_of(facts)
    return Everything(facts, arrivals, daily_of(facts, arrivals), cohort_of(arrivals))


async def stored(runtime: Runtime, tenant: UUID) -> Everything:
    """The roll-ups as they are, in the same shape."""
    async with runtime.read(tenant) as session:

        async def all_of(table: str) -> list[Any]:
            return list((await session.execute(text(f"SELECT * FROM {table} WHERE tenant_id = :t"), {"t": tenant})).mappings())

        def dims(row: Any) -> tuple[Any, ...]:
            return row["source_id"], row["employee_id"], row["team_id"], row["kind"], row["city"]

        facts = [
            Fact(
                row["customer_id"],
                row["step"],
                row["fact_id"],
                row["at"],
                *dims(row),
                row["amount_fen"],
                row["moves"],
                row["back"],
                row["stands"],
            )
            for row in await all_of("funnel_fact")
        ]
        arrivals = [
            Arrival(row["customer_id"], row["step"], row["at"], row["cohort_day"], *dims(row), row["amount_fen"], row["seconds"])
            for row in await all_of("funnel_reach")
        ]
        daily = {
            (row["dimension"], row["day"], row["key"], row["team_id"], row["step"]): (
                row["customers"],
                row["moves"],
                row["back"],
                row["amount_fen"],
            )
            for row in await all_of("funnel_daily")
        }
        cohort = {
            (row["dimension"], row["cohort_day"], row["key"], row["team_id"], row["step"], row["lag_days"]): (
                row["customers"],
                row["amount_fen"],
            )
            for row in await all_of("funnel_cohort")
        }
    return Everything(
        facts,
        arrivals,
        {place: cell for place, cell in daily.items() if any(cell)},
        {place: cell for place, cell in cohort.items() if any(cell)},
    )


def assert_equal(found: Everything, wanted: Everything) -> None:
    """Says which rows differ."""
    for name in ("facts", "arrivals"):
        have, want = set(getattr(found, name)), set(getattr(wanted, name))
        assert have == want, f"{name}: stored {sorted(map(str, have - want))[:3]}, wanted {sorted(map(str, want - have))[:3]}"
        assert len(getattr(found, name)) == len(have)
    for name in ("daily", "cohort"):
        have, want = getattr(found, name), getattr(wanted, name)
        different = {place for place in {*have, *want} if have.get(place) != want.get(place)}
        assert not different, f"{name}: " + "; ".join(f"{place}: {have.get(place)} ≠ {want.get(place)}" for place in list(different)[:3])


@dataclass(frozen=True)
class Wanted:
    """A question to the funnel, and whose figures the asker may see."""

    first: date
    last: date
    by: str
    split: str = "none"
    channel: UUID | None = None
    employee: UUID | None = None
    kind: str | None = None
    city: int | None = None
    teams: frozenset[UUID] | None = None

    def lets(self, row: Fact | Arrival) -> bool:
        pairs = ((self.channel, row.source), (self.employee, row.employee), (self.kind, row.kind), (self.city, row.city))
        return all(wanted is None or wanted == value for wanted, value in pairs) and (self.teams is None or row.team in self.teams)

    def key(self, row: Fact | Arrival) -> str | None:
        values = {"none": None, "channel": row.source, "team": row.team, "employee": row.employee, "kind": row.kind, "city": row.city}
        return None if values[self.split] is None else str(values[self.split])

    def holds(self, row: Arrival) -> bool:
        return self.lets(row) and self.first <= (row.cohort if self.by == "cohort" else day(row.at)) <= self.last


def funnel_of(found: Everything, wanted: Wanted) -> dict[str | None, dict[int, tuple[int, int, int, int]]]:
    """By key and step: customers, fen, facts, backward facts."""
    sums: dict[str | None, dict[int, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for arrival in found.arrivals:
        if wanted.holds(arrival):
            cell = sums[wanted.key(arrival)][arrival.step]
            cell["customers"] += 1
            cell["amount"] += arrival.amount if wanted.by == "cohort" or arrival.step < APPROVED else 0
    if wanted.by == "event":
        for fact in found.facts:
            if wanted.lets(fact) and wanted.first <= day(fact.at) <= wanted.last:
                cell = sums[wanted.key(fact)][fact.step]
                cell["moves"] += fact.moves
                cell["back"] += fact.back
                cell["amount"] += fact.amount if fact.step >= APPROVED else 0
    return {
        key: {step: (cell["customers"], cell["amount"], cell["moves"], cell["back"]) for step, cell in steps.items()}
        for key, steps in sums.items()
    }


def quantile(values: list[int], share: float) -> float:
    """Linear between the two nearest ranks."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def spans_of(found: Everything, wanted: Wanted) -> dict[int, tuple[float, float]]:
    by_step: dict[int, list[int]] = defaultdict(list)
    for arrival in found.arrivals:
        if arrival.seconds is not None and wanted.holds(arrival):
            by_step[arrival.step].append(arrival.seconds)
    return {step: (quantile(values, 0.5), quantile(values, 0.9)) for step, values in by_step.items()}
