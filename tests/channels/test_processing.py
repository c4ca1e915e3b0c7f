"""From the inbox to customers: exactly once, whatever comes at the same time and however often."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from loanbroker_api.channels.models import Channel
from loanbroker_api.channels.processing import MAX_ATTEMPTS, process_inbox
from loanbroker_api.channels.service import masked_fields
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.customers.models import CustomerPhone
from loanbroker_api.embedded import EmbeddedServers
from loanbroker_api.settings import Settings
from support.admin import as_admin
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company, fresh_phone
from support.inbox import count_of, customers_of, inbox_of, leads_of, states_of
from support.webhooks import Platform

SignIn = Callable[..., Awaitable[Api]]
Settle = Callable[[], Awaitable[None]]


@asynccontextmanager
async def runtimes(settings: Settings, clock: TestClock, count: int) -> AsyncGenerator[list[Runtime]]:
    """So many workers' runtimes, each with connections of its own."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(open_runtime(settings, clock)) for _ in range(count)]


async def process_at_once(workers: list[Runtime], company: Company) -> None:
    """All of them, started by one barrier."""
    barrier = asyncio.Barrier(len(workers))

    async def work(runtime: Runtime) -> None:
        async with runtime.read(company.id):
            pass  # connected before the start
        await barrier.wait()
        await process_inbox(runtime, company.id)

    await asyncio.gather(*(work(runtime) for runtime in workers))


WRITINGS = ("{0}", "+86 {0}", "86{0}", "{1}-{2}-{3}", "0086{1} {2} {3}", "０{0}", " {0} ")


def written(phone: str, chance: random.Random) -> str:
    return chance.choice(WRITINGS).format(phone, phone[:3], phone[3:7], phone[7:])


async def deliver(app: FastAPI, channels: list[tuple[Channel, str]], leads: list[list[dict[str, object]]]) -> None:
    """Each channel's leads in one delivery."""
    for (channel, secret), mine in zip(channels, leads, strict=True):
        assert (await Platform(app, channel.key, secret).send({"leads": mine})).status_code == 202


async def all_done(settle: Settle, company: Company, clock: TestClock) -> None:
    """What a loser of a race put off is done at its time."""
    for _ in range(MAX_ATTEMPTS):
        await settle()
        if (await states_of(company))["pending"] == 0:
            return
        clock.move(timedelta(minutes=11))
    raise AssertionError(await states_of(company))


class TestExactlyOnce:
    async def test_eight_workers_over_two_hundred_leads_of_forty_people(
        self, app: FastAPI, settings: Settings, company: Company, clock: TestClock, settle: Settle
    ) -> None:
        chance = random.Random(1)
        for number in range(3):
            await company.employee(f"sales{number}")
        people = [fresh_phone() for _ in range(40)]
        channels = [await company.channel(f"渠道{number}") for number in range(4)]
        sent: list[list[dict[str, object]]] = [[] for _ in channels]
        distinct: set[tuple[int, str]] = set()
        came: Counter[str] = Counter()
        for _ in range(200):
            channel, person = chance.randrange(4), chance.choice(people)
            lead_id = f"{person}-{chance.randrange(3)}"
            sent[channel].append({"leadId": lead_id, "name": "黄蓉", "phone": written(person, chance)})
            if (channel, lead_id) not in distinct:
                distinct.add((channel, lead_id))
                came[person] += 1
        await deliver(app, channels, sent)
        async with runtimes(settings, clock, 8) as workers:
            await process_at_once(workers, company)
        await all_done(settle, company, clock)
        customers = await customers_of(company)
        assert len(customers) == len(came)
        assert sorted(customer.lead_count for customer in customers) == sorted(came.values())
        by_mask: Counter[str] = Counter()
        for person, count in came.items():
            by_mask[f"{person[:3]}****{person[-4:]}"] += count
        assert {str(customer.phone_masked): customer.lead_count for customer in customers} == by_mask
        assert len(await leads_of(company)) == len(distinct)
        assert await states_of(company) == {"done": len(came), "duplicate": 200 - len(came)}
        assert await count_of(company, CustomerPhone) == len(came)

    async def test_the_same_lead_fifty_times(
        self, app: FastAPI, settings: Settings, company: Company, clock: TestClock, settle: Settle
    ) -> None:
        channel, secret = await company.channel()
        platform = Platform(app, channel.key, secret)
        lead = {"leadId": "1", "name": "黄药师", "phone": fresh_phone()}
        answers = await asyncio.gather(*(platform.send(lead, message_id=f"m{number % 25}") for number in range(50)))
        assert {answer.status_code for answer in answers} == {202}
        async with runtimes(settings, clock, 4) as workers:
            await process_at_once(workers, company)
        await all_done(settle, company, clock)
        (customer,) = await customers_of(company)
        assert (customer.lead_count, len(await leads_of(company))) == (1, 1)
        assert await states_of(company) == {"done": 1, "duplicate": 24}
        assert sum(row.deliveries for row in await inbox_of(company)) == 50

    async def test_one_person_through_two_channels_at_once(
        self, app: FastAPI, settings: Settings, company: Company, clock: TestClock, settle: Settle
    ) -> None:
        """Also with two numbers in either order, where each transaction waits for the other's number."""
        channels = [await company.channel("甲"), await company.channel("乙")]
        await company.employee("sales1")
        pairs = [(fresh_phone(), fresh_phone()) for _ in range(15)]
        leads: list[list[dict[str, object]]] = [
            [{"leadId": one, "phone": one, "phones": [other]} for one, other in pairs],
            [{"leadId": one, "phone": other, "phones": [one]} for one, other in pairs],
        ]
        await deliver(app, channels, leads)
        async with runtimes(settings, clock, 4) as workers:
            await process_at_once(workers, company)
        await all_done(settle, company, clock)
        customers = await customers_of(company)
        assert [customer.lead_count for customer in customers] == [2] * 15
        assert await count_of(company, CustomerPhone) == 30


class TestShapes:
    async def test_numbers_that_match_nobody(self, app: FastAPI, company: Company, settle: Settle) -> None:
        channel, secret = await company.channel()
        platform = Platform(app, channel.key, secret)
        for number, phone in enumerate(
            ["138****0000", "138****0000", "d41d8cd98f00b204e9800998ecf8427e", "028-85551234", "18400001111,1234"]
        ):
            assert (await platform.send({"leadId": f"{number}", "phone": phone, "name": "小龙女"})).status_code == 202
        await platform.send({"leadId": "0", "phone": "138****0000"})
        await settle()
        customers = await customers_of(company)
        assert [customer.phone_masked for customer in customers] == ["138****0000", "138****0000", "•••", "028****1234", "184****1111"]
        assert await states_of(company) == {"done": 5, "duplicate": 1}

    async def test_what_the_database_would_refuse_inside_a_lead(self, app: FastAPI, company: Company, settle: Settle) -> None:
        channel, secret = await company.channel()
        consent = {"textVersion": "v1\x00", "at": "2026-01-01T00:00:00+08:00", "ip": "10.0.0.1\x00"}
        lead = {"phone": fresh_phone(), "campaign": "三\x00月", "consent": consent, "leadId": "1\x00"}
        assert (await Platform(app, channel.key, secret).send(lead)).status_code == 202
        await settle()
        assert await states_of(company) == {"done": 1}
        (kept,) = await leads_of(company)
        assert (kept.campaign, kept.consent and kept.consent["textVersion"]) == ("三月", "v1")

    async def test_a_test_lead_becomes_nobody(self, app: FastAPI, company: Company, settle: Settle, sign_in: SignIn) -> None:
        boss = await sign_in("boss", role="boss")
        await company.employee("sales1")
        channel, secret = await company.channel()
        platform = Platform(app, channel.key, secret)
        assert (await platform.send({"phone": fresh_phone(), "name": "测试"}, message_id="lb-test-1")).status_code == 202
        await settle()
        assert await customers_of(company) == []
        (entry,) = (await boss.ok("GET", "/inbox-entries", params={"state": "test"}))["items"]
        assert (entry["customerId"], [action["allowed"] for action in entry["allowedActions"]]) == (None, [False, False])
        explanation = (await boss.ok("GET", f"/inbox-entries/{entry['id']}"))["explanation"]
        assert [child["code"] for child in explanation["children"]][-1] == "customers.assign.round-robin"
        assert (await platform.send({"phone": fresh_phone()}, message_id="real")).status_code == 202
        await settle()
        (customer,) = await customers_of(company)
        assert customer.owner_id is not None, "the rehearsal took nobody's turn"


class TestFailures:
    async def test_what_fails_is_tried_again_and_dead_after_eight(
        self, app: FastAPI, company: Company, settle: Settle, clock: TestClock, servers: EmbeddedServers, sign_in: SignIn
    ) -> None:
        """The failure is the database's own: the channel's row in `source` is gone, so no customer can name it."""
        boss = await sign_in("boss", role="boss")
        channel, secret = await company.channel()
        healthy, healthy_secret = await company.channel("另一个")
        await as_admin(servers, "DELETE FROM source WHERE tenant_id = $1 AND id = $2", company.id, channel.id)
        await Platform(app, channel.key, secret).send({"phone": fresh_phone()}, message_id="bad")
        await Platform(app, healthy.key, healthy_secret).send({"phone": fresh_phone()}, message_id="good")
        await settle()
        assert {row.delivery_key: (row.state, row.attempts) for row in await inbox_of(company)} == {
            "bad": ("pending", 1),
            "good": ("done", 1),
        }, "one poisoned lead stops no other"
        await settle()
        assert (await inbox_of(company))[0].attempts == 1, "not before its time"
        for attempt in range(2, MAX_ATTEMPTS + 1):
            clock.move(timedelta(minutes=11))
            await settle()
            row = next(row for row in await inbox_of(company) if row.delivery_key == "bad")
            assert (row.state, row.attempts) == ("dead" if attempt == MAX_ATTEMPTS else "pending", attempt)
        assert (row.reason, row.reason_text) == ("channels.processing-failed", "处理时多次出错，可重放")
        put_back = "INSERT INTO source (tenant_id, id, name, kind) VALUES ($1, $2, '渠道', 'generic')"
        await as_admin(servers, put_back, company.id, channel.id)
        boss = await boss.login()
        assert await boss.ok("POST", "/inbox-entries/replay", json={"channelId": str(healthy.id)}) == {"replayed": 0}
        assert await boss.ok("POST", "/inbox-entries/replay", json={}) == {"replayed": 1}
        await settle()
        assert await states_of(company) == {"done": 2}

    async def test_ignored_and_replayed_letters(self, app: FastAPI, company: Company, settle: Settle, sign_in: SignIn) -> None:
        boss, leader = await sign_in("boss", role="boss"), await sign_in("leader1", role="leader")
        channel, secret = await company.channel()
        platform = Platform(app, channel.key, secret)
        for number in range(3):
            await platform.send({"phone": "1"}, message_id=f"m{number}")
        await platform.post(b"{", {})
        await settle()
        first, *_ = (await boss.ok("GET", "/inbox-entries", params={"state": "dead"}))["items"]
        refused = await leader("POST", f"/inbox-entries/{first['id']}/ignore", json={"reason": "x"})
        assert (refused.status_code, code_of(refused)) == (403, "core.forbidden")
        assert (await boss.ok("POST", f"/inbox-entries/{first['id']}/ignore", json={"reason": "空号"}))["state"] == "ignored"
        again = await boss("POST", f"/inbox-entries/{first['id']}/ignore", json={"reason": "空号"})
        assert (again.status_code, code_of(again)) == (409, "channels.entry-not-dead")
        missing = await boss("POST", f"/inbox-entries/{channel.id}/replay", json={})
        assert (missing.status_code, code_of(missing)) == (404, "channels.entry-not-found")
        second = (await boss.ok("GET", "/inbox-entries", params={"state": "dead"}))["items"][0]
        unknown = await boss("POST", f"/inbox-entries/{second['id']}/replay", json={"corrections": {"tel": "1"}})
        assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "channels.unknown-field")
        assert await boss.ok("POST", "/inbox-entries/replay", json={"channelId": str(channel.id)}) == {"replayed": 2}
        await settle()
        assert await states_of(company) == {"dead": 2, "ignored": 1}


PHONE, NAME, ID_NUMBER = "13912345678", "欧阳炜煜", "11010119900307721X"
WRAPPED = st.sampled_from(["{}", " {} ", "+86{}", "电话{}", "{}/{}", "{},1234", "{}转8", "[{}]", "{}{}", "x{}", "{}号", "('{}')"])


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "phone": st.one_of(
                WRAPPED.map(lambda form: form.replace("{}", PHONE)), st.just(int(PHONE)), st.just([PHONE]), st.just({"n": PHONE})
            ),
            "phones": st.one_of(st.just([PHONE]), st.just(PHONE), st.just({"a": PHONE})),
            "name": st.one_of(WRAPPED.map(lambda form: form.replace("{}", NAME)), st.just([NAME]), st.just({"n": NAME})),
            "idNumber": st.one_of(WRAPPED.map(lambda form: form.replace("{}", ID_NUMBER)), st.just([ID_NUMBER]), st.just({"n": ID_NUMBER})),
            "extra": st.just({"phone": PHONE, "name": NAME, "idNumber": ID_NUMBER}),
            "remark": st.just(f"{NAME} {PHONE} {ID_NUMBER}"),
        },
    )
)
def test_an_inbox_entrys_fields_never_show_a_whole_value(lead: dict[str, object]) -> None:
    shown = json.dumps(masked_fields("generic", json.dumps(lead).encode()), ensure_ascii=False)
    for whole in (PHONE, NAME, NAME[2:], ID_NUMBER, ID_NUMBER[6:14]):
        assert whole not in shown
