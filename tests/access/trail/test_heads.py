"""Signed heads: handed out, kept elsewhere, and what they find; the state of the chain and its last verification."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from pathlib import Path

import asyncpg
import orjson
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from loanbroker_api import cli
from loanbroker_api.access.tokens import BadToken, Claims, TokenSigner
from loanbroker_api.access.trail.service import keep_verification, open_head
from loanbroker_api.core.audit import ChainState, Fault, KnownHead, seal_once, verify_chain
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.embedded import EmbeddedServers
from loanbroker_api.notifications.models import Notification
from loanbroker_api.settings import Settings
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company, new_company

SignIn = Callable[..., Awaitable[Api]]
CUT = (
    "DELETE FROM audit_entry WHERE tenant_id = $1 AND id = ANY(SELECT unnest(entry_ids) FROM audit_seal WHERE tenant_id = $1 AND n > 1)",
    "DELETE FROM audit_seal WHERE tenant_id = $1 AND n > 1",
    "UPDATE audit_head SET n = 1, digest = (SELECT digest FROM audit_seal WHERE tenant_id = $1 AND n = 1) WHERE tenant_id = $1",
)


async def act_and_seal(runtime: Runtime, company: Company, times: int = 1) -> None:
    for n in range(times):
        async with runtime.uow(company.id) as uow:
            uow.audit(company.system, "customers.touched", company.root, n=n)
        await seal_once(runtime.database, runtime.clock.now())


async def verified(runtime: Runtime, company: Company, known: KnownHead | None = None) -> ChainState:
    async with runtime.database.read(company.id, snapshot=True) as session:
        return await verify_chain(session, company.id, known=known)


async def test_a_head_is_signed_and_is_an_act(company: Company, sign_in: SignIn, runtime: Runtime) -> None:
    api = await sign_in("audit1", role="audit")
    await act_and_seal(runtime, company, 2)
    chain = await api.ok("GET", "/audit/chain")
    head = await api.ok("POST", "/audit/heads")
    assert (head["tenant"], head["n"], head["digest"]) == (company.code, chain["seals"], chain["head"])
    opened = await open_head(runtime, head["head"])
    assert (opened.tenant_id, opened.tenant) == (company.id, company.code)
    assert opened.known == KnownHead(bytes.fromhex(head["digest"]), head["n"])
    assert opened.at == datetime.fromisoformat(head["at"])
    assert await open_head(runtime, orjson.dumps(head).decode()) == opened
    (entry,) = (await api.ok("GET", "/audit/entries", params={"action": "access.audit_head_exported"}))["items"]
    assert (entry["facts"]["n"], entry["actor"]["id"]) == (head["n"], str(company.employees["audit1"].id))
    answer = await api.graphql("mutation { exportAuditHead { head n digest } }")
    assert answer["data"]["exportAuditHead"]["n"] >= head["n"]
    assert code_of(await (await sign_in("sales1"))("POST", "/audit/heads")) == "core.forbidden"


async def test_a_head_finds_what_was_cut_with_its_seals(
    company: Company, sign_in: SignIn, runtime: Runtime, administrator: asyncpg.Connection
) -> None:
    api = await sign_in("audit1", role="audit")
    await act_and_seal(runtime, company, 3)
    opened = await open_head(runtime, (await api.ok("POST", "/audit/heads"))["head"])
    await act_and_seal(runtime, company)
    assert (await verified(runtime, company, opened.known)).broken is None, "a chain that went on still holds it"
    for statement in CUT:
        await administrator.execute(statement, company.id)
    await administrator.execute("DELETE FROM audit_todo WHERE tenant_id = $1", company.id)
    assert (await verified(runtime, company)).broken is None
    assert (await verified(runtime, company, opened.known)).broken == Fault("cut", 1)


async def test_only_our_own_heads_are_heads(company: Company, sign_in: SignIn, runtime: Runtime, administrator: asyncpg.Connection) -> None:
    api = await sign_in("audit1", role="audit")
    head = (await api.ok("POST", "/audit/heads"))["head"]
    header, body, signature = head.split(".")
    token = await TokenSigner(runtime).sign(
        Claims(company.id, new_id(), new_id(), "web"), runtime.clock.now(), runtime.clock.now() - runtime.clock.now()
    )
    other = "A" if body[10] != "A" else "B"
    for text in (
        f"{header}.{body[:10]}{other}{body[11:]}.{signature}",
        f"{header}.{body}.{signature[:-4]}AAAA",
        token,
        api.token,
        "",
        "{}",
        "a.b.c",
    ):
        with pytest.raises(BadToken):
            await open_head(runtime, text)
    # Another public half in the table changes nothing: it is taken from the key that the master key opens.
    kept = await administrator.fetchval("SELECT public_jwk FROM signing_key WHERE purpose = 'audit'")
    await administrator.execute("UPDATE signing_key SET public_jwk = '{}' WHERE purpose = 'audit'")
    try:
        assert (await open_head(runtime, head)).tenant == company.code
    finally:
        await administrator.execute("UPDATE signing_key SET public_jwk = $1 WHERE purpose = 'audit'", kept)


async def test_the_state_of_the_chain(company: Company, sign_in: SignIn, runtime: Runtime, clock: TestClock) -> None:
    api = await sign_in("audit1", role="audit")
    before = await api.ok("GET", "/audit/chain")
    assert (before["seals"], before["sealedAt"], before["verified"]) == (0, None, None)
    assert before["waiting"] > 0
    assert before["oldestWaiting"] is not None
    await seal_once(runtime.database, clock.now())
    sealed = await api.ok("GET", "/audit/chain")
    assert (sealed["seals"], sealed["waiting"], sealed["oldestWaiting"]) == (1, 0, None)
    state = await verified(runtime, company)
    async with runtime.uow(company.id) as uow:
        keep_verification(uow, company.system, state)
    after = await api.ok("GET", "/audit/chain")
    assert (after["verified"]["toSeal"], after["verified"]["entries"], after["verified"]["broken"]) == (1, state.entries, None)
    answer = await api.graphql("{ auditChain { seals head waiting verified { toSeal entries broken { kind } } } }")
    assert answer["data"]["auditChain"]["verified"] == {"toSeal": 1, "entries": state.entries, "broken": None}


async def test_a_broken_chain_is_told_to_those_who_watch_over_it(
    company: Company, sign_in: SignIn, runtime: Runtime, settle: Callable[[], Awaitable[None]]
) -> None:
    api = await sign_in("audit1", role="audit")
    await company.employee("sales1")
    one = new_id()
    async with runtime.uow(company.id) as uow:
        keep_verification(uow, company.system, ChainState(6, 40, 0, bytes(32), Fault("changed", 7, one)))
    await settle()
    broken = (await api.ok("GET", "/audit/chain"))["verified"]["broken"]
    assert broken == {"kind": "changed", "seal": 7, "entryId": str(one), "message": f"第 7 个封印里的记录 {one} 被改过"}
    (told,) = (await api.ok("GET", "/notifications"))["items"]
    assert (told["kind"], told["title"]) == ("access.audit_chain_broken", "审计链校验不通过")
    async with runtime.read(company.id) as session:
        assert set(await session.scalars(select(Notification.employee_id))) == {company.employees["audit1"].id}


class TestCommand:
    """`loanbroker verify-audit` and `audit-head`, in a database of its own since they look at every company."""

    @pytest.fixture
    async def companies(self, clone: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[tuple[Runtime, Company, Company]]:
        monkeypatch.setattr(cli, "get_settings", lambda: clone)
        async with open_runtime(clone) as runtime:
            pair = [await new_company(runtime) for _ in range(2)]
            await seal_once(runtime.database, runtime.clock.now())
            yield runtime, *sorted(pair, key=lambda company: company.code)

    @pytest.fixture
    async def hand(self, servers: EmbeddedServers, clone: Settings) -> AsyncGenerator[asyncpg.Connection]:
        """A superuser in that database."""
        database = clone.database_url.get_secret_value().split("@/")[1].split("?")[0] if clone.database_url else ""
        connection = await asyncpg.connect(servers.dsn("postgres", None, database))
        yield connection
        await connection.close()

    async def run(self, *arguments: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, cli.app, list(arguments))
        return result.exit_code, result.output

    async def test_all_companies(self, companies: tuple[Runtime, Company, Company]) -> None:
        runtime, one, other = companies
        status, told = await self.run("verify-audit")
        assert status == 0, told
        known = await verified(runtime, one)
        assert f"{one.code}: ok, 1 seals, {known.entries} entries, 0 unsealed, head {known.head.hex()}" in told
        assert f"{other.code}: ok" in told

    async def test_the_first_broken_entry_is_named(self, companies: tuple[Runtime, Company, Company], hand: asyncpg.Connection) -> None:
        _, one, other = companies
        changed = await hand.fetchval(
            "UPDATE audit_entry SET ip = 'x' WHERE tenant_id = $1 AND id = (SELECT entry_ids[2] FROM audit_seal WHERE tenant_id = $1) RETURNING id",
            other.id,
        )
        status, told = await self.run("verify-audit")
        assert status == 1
        assert f"{one.code}: ok" in told
        assert f"{other.code}: BROKEN: entry {changed} of seal 1 was changed / 第 1 个封印里的记录 {changed} 被改过," in told
        assert (await self.run("verify-audit", "--tenant", one.code))[0] == 0
        assert (await self.run("verify-audit", "--tenant", other.code))[0] == 1

    async def test_a_head_that_was_kept(
        self, companies: tuple[Runtime, Company, Company], hand: asyncpg.Connection, tmp_path: Path
    ) -> None:
        runtime, one, other = companies
        await act_and_seal(runtime, one, 2)
        status, head = await self.run("audit-head", "--tenant", one.code)
        assert status == 0
        kept = tmp_path / "head.jws"
        kept.write_text(head)
        status, told = await self.run("verify-audit", "--head", str(kept))
        assert status == 0, told
        assert f"signature ok, {one.code} up to seal 3 as of" in told
        assert f"{one.code}: ok" in told
        assert other.code not in told
        assert (await self.run("verify-audit", "--tenant", other.code, "--head", str(kept)))[0] == 2
        await hand.execute("DELETE FROM audit_todo WHERE tenant_id = $1", one.id)
        for statement in CUT:
            await hand.execute(statement, one.id)
        await hand.execute("DELETE FROM audit_entry WHERE tenant_id = $1 AND action = 'access.audit_head_exported'", one.id)
        assert (await self.run("verify-audit", "--tenant", one.code))[0] == 0
        status, told = await self.run("verify-audit", "--head", str(kept))
        assert (status, "the chain was cut after seal 1" in told) == (1, True), told
        kept.write_text(head[:-6] + "AAAAA\n")
        status, told = await self.run("verify-audit", "--head", str(kept))
        assert (status, "not signed by this installation" in told) == (1, True)

    async def test_a_digest_will_do(self, companies: tuple[Runtime, Company, Company]) -> None:
        runtime, one, _ = companies
        head = (await verified(runtime, one)).head.hex()
        assert (await self.run("verify-audit", "--tenant", one.code, "--head", head))[0] == 0
        status, told = await self.run("verify-audit", "--tenant", one.code, "--head", "00" * 31 + "01")
        assert (status, "the chain was rewritten" in told) == (1, True)

    async def test_what_it_refuses(self, companies: tuple[Runtime, Company, Company]) -> None:
        code = companies[1].code
        for arguments in (["--tenant", "nobody"], ["--head", "00" * 32], ["--tenant", code, "--head", "xyz"], ["--head", "/no/such/file"]):
            assert (await self.run("verify-audit", *arguments))[0] == 2
        assert (await self.run("audit-head", "--tenant", "nobody"))[0] == 2
