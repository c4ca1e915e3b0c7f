"""Ten thousand ways to change the audit trail with the database in one's hands, each tried and each found.

Each change is made as the superuser in a transaction that is verified from within and rolled back, so that the chain stays what it was.
"""

import re
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from loanbroker_api.core.audit import ChainState, Fault, KnownHead, entry_hash, link, seal_once, verify_chain
from loanbroker_api.core.audit.chain import COLUMNS
from loanbroker_api.core.db import ReadSession, TenantSession, asyncpg_url
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from loanbroker_api.embedded import EmbeddedServers
from support.company import Company

CHANGES = 10_000
SEALS = (2, 3, 1, 3, 2)
Change = Callable[["Hand", Random], Awaitable[Any]]


class Hand:
    """A superuser's connection and what the untouched chain holds. Transactions are begun and undone by hand: a round trip a change."""

    def __init__(self, session: ReadSession, raw: asyncpg.Connection, company: Company, seals: list[tuple[int, list[UUID]]]) -> None:
        self.raw = raw
        self.company = company
        self.seals = seals
        self.entries = [(n, entry_id) for n, ids in seals for entry_id in ids]
        self._session = session

    async def run(self, statement: str, **values: Any) -> None:
        """Each change must touch something."""
        given = {"t": self.company.id, **values}
        told = await self.raw.execute(re.sub(r"(?<!:):([a-z]+)\b", lambda name: literal(given[name.group(1)]), statement))
        assert told.split()[-1] != "0", statement

    async def state(self, known: KnownHead | None = None) -> ChainState:
        return await verify_chain(self._session, self.company.id, known=known)


def literal(value: UUID | int | bytes | list[UUID]) -> str:
    if isinstance(value, list):
        return f"ARRAY[{', '.join(literal(one) for one in value)}]"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    return str(value) if isinstance(value, int) else f"'{value}'::uuid"


EDITS = (
    "at = at + interval '1 microsecond'",
    "at = at - interval '40 days'",
    "action = 'customers.created'",
    "action = action || ' '",
    "actor_kind = 'channel'",
    "actor_id = gen_random_uuid()",
    "actor_id = CASE WHEN actor_id IS NULL THEN gen_random_uuid() END",
    "actor_name = actor_name || '·'",
    "session_id = gen_random_uuid()",
    "subject_id = gen_random_uuid()",
    "subject_id = NULL",
    "request_id = request_id || '0'",
    "ip = '203.0.113.9'",
    "client = client || 'x'",
    "facts = facts || '{\"extra\": 1}'",
    "facts = facts - 'n'",
    "facts = jsonb_set(facts, '{nested,a,0}', '2')",
    "facts = jsonb_set(facts, '{text}', '\"文字 \"')",
    "facts = '{}'",
    "id = gen_random_uuid()",
    "tenant_id = gen_random_uuid()",
)


async def edit(hand: Hand, rng: Random) -> Fault:
    n, one = rng.choice(hand.entries)
    change = rng.choice(EDITS)
    await hand.run(f"UPDATE audit_entry SET {change} WHERE tenant_id = :t AND id = :id", id=one)
    return Fault("missing" if change.startswith(("id ", "tenant_id ")) else "changed", n, one)


async def delete(hand: Hand, rng: Random) -> Fault:
    gone = rng.sample(hand.entries, rng.randint(1, 3))
    await hand.run("DELETE FROM audit_entry WHERE tenant_id = :t AND id = ANY(:ids)", ids=[one for _, one in gone])
    first = min(gone, key=hand.entries.index)
    return Fault("missing", *first)


FIELDS = "action, actor_kind, actor_id, actor_name, session_id, subject_id, request_id, ip, client, facts"


async def swap(hand: Hand, rng: Random) -> Fault:
    """Two entries exchange what they tell, their ids or their times; or two acts their doers."""
    pair = rng.sample(hand.entries, 2)
    fields = rng.choice((FIELDS, f"at, {FIELDS}", "request_id, facts"))
    wanted = ", ".join(f"o.{field.strip()}" for field in fields.split(","))
    await hand.run(
        f"UPDATE audit_entry e SET ({fields}) = (SELECT {wanted} FROM audit_entry o WHERE o.tenant_id = :t "
        "AND o.id = CASE WHEN e.id = :a THEN :b ELSE :a END) WHERE e.tenant_id = :t AND e.id IN (:a, :b)",
        a=pair[0][1],
        b=pair[1][1],
    )
    return Fault("changed", *min(pair, key=hand.entries.index))


async def insert(hand: Hand, rng: Random) -> Fault:
    """An entry that never was: with an id of its own, an old one, or that of another entry."""
    n, like = rng.choice(hand.entries)
    kind = rng.choice(("new", "old", "double"))
    made = {"new": new_id(), "old": UUID(int=like.int + 1), "double": like}[kind]
    await hand.run(
        f"INSERT INTO audit_entry (tenant_id, id, at, {FIELDS}) SELECT tenant_id, :made, at + interval '1 s', {FIELDS} FROM audit_entry "
        "WHERE tenant_id = :t AND id = :like",
        made=made,
        like=like,
    )
    return Fault("inserted", n if kind == "double" else None, made)


async def cut(hand: Hand, rng: Random) -> Fault:
    """The last entries go, their seals stay; or the last seals go, their entries stay."""
    if rng.random() < 0.5:
        tail = hand.entries[-rng.randint(1, 6) :]
        await hand.run("DELETE FROM audit_entry WHERE tenant_id = :t AND id = ANY(:ids)", ids=[one for _, one in tail])
        return Fault("missing", *tail[0])
    n = rng.randint(2, len(hand.seals))
    await hand.run("DELETE FROM audit_seal WHERE tenant_id = :t AND n >= :n", n=n)
    return Fault("seal-missing", n)


async def cut_with_seals(hand: Hand, rng: Random) -> Fault:
    """Entries, seals and head go together: what is left is a whole chain, only shorter."""
    n = rng.randint(1, len(hand.seals) - 1)
    gone = [one for number, ids in hand.seals if number > n for one in ids]
    await hand.run("DELETE FROM audit_entry WHERE tenant_id = :t AND id = ANY(:ids)", ids=gone)
    await hand.run("DELETE FROM audit_seal WHERE tenant_id = :t AND n > :n", n=n)
    await hand.run(
        "UPDATE audit_head SET n = :n, digest = (SELECT digest FROM audit_seal WHERE tenant_id = :t AND n = :n) WHERE tenant_id = :t", n=n
    )
    return Fault("cut", n)


async def rewrite(hand: Hand, rng: Random) -> Fault:
    """As before, and the chain goes on with an act that never was, up to its old length."""
    cut_at = await cut_with_seals(hand, rng)
    for n in range((cut_at.seal or 0) + 1, len(hand.seals) + 1):
        await _forge(hand, n)
    return Fault("rewritten", len(hand.seals))


async def _forge(hand: Hand, n: int) -> None:
    made = new_id()
    await hand.run(
        f"INSERT INTO audit_entry (tenant_id, id, at, {FIELDS}) SELECT tenant_id, :made, at, {FIELDS} FROM audit_entry "
        "WHERE tenant_id = :t AND id = :like",
        made=made,
        like=hand.seals[0][1][0],
    )
    tenant_id = hand.company.id
    row = await hand.raw.fetchrow(f"SELECT {COLUMNS} FROM audit_entry e WHERE e.tenant_id = $1 AND e.id = $2", tenant_id, made)
    previous = await hand.raw.fetchval("SELECT digest FROM audit_head WHERE tenant_id = $1", tenant_id)
    hashed = entry_hash(str(tenant_id), tuple(row))
    digest = link(previous, n, hashed)
    seal = {"n": n, "ids": [made], "digest": digest, "hashes": hashed}
    await hand.run("INSERT INTO audit_seal VALUES (:t, :n, :ids, :digest, now(), 1, :hashes)", **seal)
    await hand.run("UPDATE audit_head SET n = :n, digest = :digest WHERE tenant_id = :t", n=n, digest=digest)


KINDS: dict[str, tuple[Change, int]] = {
    "edit": (edit, 35),
    "delete": (delete, 15),
    "swap": (swap, 15),
    "insert": (insert, 15),
    "cut": (cut, 10),
    "cut with seals and head": (cut_with_seals, 7),
    "rewritten": (rewrite, 3),
}


@pytest.fixture
async def hand(runtime: Runtime, company: Company, servers: EmbeddedServers, migrated: str) -> AsyncGenerator[Hand]:
    """A small chain of five seals, and the superuser's hand on it."""
    await seal_once(runtime.database, runtime.clock.now())
    numbers = count()
    for times in SEALS:
        async with runtime.uow(company.id) as uow:
            for _ in range(times):
                uow.audit(
                    company.system, "test.acted", company.id, n=next(numbers), text="文字", nested={"b": 1, "a": [1, 2.5, None, True]}
                )
        await seal_once(runtime.database, runtime.clock.now())
    engine = create_async_engine(asyncpg_url(servers.dsn("postgres", None, migrated)), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection, ReadSession(connection, sync_session_class=TenantSession) as session:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        found = await raw.fetch("SELECT n, entry_ids FROM audit_seal WHERE tenant_id = $1 ORDER BY n", company.id)
        yield Hand(session, raw, company, [(row["n"], list(row["entry_ids"])) for row in found])
    await engine.dispose()


@asynccontextmanager
async def undone(hand: Hand) -> AsyncGenerator[None]:
    """What is done inside is taken back."""
    await hand.raw.execute("BEGIN")
    try:
        yield
    finally:
        await hand.raw.execute("ROLLBACK")


async def test_ten_thousand_changes_are_found(hand: Hand) -> None:
    # The first seal holds the founding of the company, whose facts are others than those that the edits are aimed at.
    hand.entries = [pair for pair in hand.entries if pair[0] > 1]
    async with undone(hand):
        whole = await hand.state()
    assert (whole.broken, whole.seals) == (None, 1 + len(SEALS))
    head = KnownHead(whole.head, whole.seals)
    rng = Random(20_251)
    names, weights = list(KINDS), [weight for _, weight in KINDS.values()]
    made: Counter[str] = Counter()
    unfound: list[str] = []
    for number in range(CHANGES):
        name = rng.choices(names, weights)[0]
        needs_head = name in {"cut with seals and head", "rewritten"}
        async with undone(hand):
            expected = await KINDS[name][0](hand, rng)
            found = (await hand.state(head if needs_head else None)).broken
            if found != expected:
                unfound.append(f"{number} {name}: {found} instead of {expected}")
            if needs_head and number % 20 == 0:
                assert (await hand.state()).broken is None, "from within it looks whole, so the head is what finds it"
        made[name] += 1
        if number % 1_000 == 999:  # what was undone lies about in the pages
            await hand.raw.execute("VACUUM audit_entry, audit_seal, audit_head")
    assert unfound[:10] == []
    assert sum(made.values()) == CHANGES
    assert min(made[name] for name in names) >= 200
    async with undone(hand):
        after = await hand.state(head)
    assert after == whole, "an untouched chain is clean, after all of it"


async def test_an_untouched_chain_is_clean_after_each_thing_that_changes_nothing(hand: Hand, administrator: asyncpg.Connection) -> None:
    """The other side of the test: verification does not cry at what leaves the entries as they are."""
    harmless = (
        "UPDATE audit_entry SET ip = ip WHERE tenant_id = $1",
        "UPDATE audit_entry SET facts = facts || '{}' WHERE tenant_id = $1",
        "UPDATE audit_entry SET at = at + interval '0 s' WHERE tenant_id = $1",
        "UPDATE audit_seal SET sealed_at = sealed_at WHERE tenant_id = $1",
        "WITH gone AS (DELETE FROM audit_entry WHERE tenant_id = $1 RETURNING *) INSERT INTO audit_entry SELECT * FROM gone ORDER BY ip, id DESC",
    )
    for statement in harmless:
        assert await administrator.execute(statement, hand.company.id) != "UPDATE 0"
        async with undone(hand):
            assert (await hand.state()).broken is None, statement
