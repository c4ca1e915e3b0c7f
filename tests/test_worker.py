"""Processes killed in flight: every acknowledged lead is exactly one customer, none lost, none double."""

import asyncio
import json
import subprocess
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import httpx
import pytest

from loanbroker_api import registry
from loanbroker_api.core.runtime import Runtime, open_runtime
from support.company import Company, fresh_phone, new_company
from support.inbox import customers_of, leads_of, states_of
from support.installation import Installation, clients
from support.wait import until
from support.webhooks import signed


@pytest.fixture
async def beside(installation: Installation) -> AsyncGenerator[Runtime]:
    """The test's own view of the installation's database."""
    registry.load()
    async with open_runtime(installation.settings()) as runtime:
        yield runtime


@dataclass
class Sender:
    """A platform with a book of its own: what was acknowledged is ticked, everything else is sent again under the same id."""

    path: str
    secret: str
    leads: dict[str, str]
    acknowledged: set[str] = field(default_factory=set)
    refused: int = 0

    async def send_all(self, address: str) -> None:
        waiting = asyncio.Queue[str]()
        for lead_id in self.leads:
            waiting.put_nowait(lead_id)
        async with clients(4, address) as https:
            await asyncio.gather(*(self._send(https[number % 4], waiting) for number in range(16)))

    async def _send(self, http: httpx.AsyncClient, waiting: asyncio.Queue[str]) -> None:
        while not waiting.empty():
            lead_id = waiting.get_nowait()
            body = json.dumps({"leadId": lead_id, "name": "胡斐", "phone": self.leads[lead_id]})
            try:
                answer = await http.post(self.path, content=body, headers=signed(self.secret, body, message_id=lead_id))
                taken = answer.is_success
            except httpx.TransportError:
                taken = False
            if taken:
                self.acknowledged.add(lead_id)
            else:
                self.refused += 1
                waiting.put_nowait(lead_id)


async def sender_of(company: Company, count: int) -> Sender:
    channel, secret = await company.channel()
    return Sender(f"/webhooks/{channel.key}", secret, {f"lead-{number}": fresh_phone() for number in range(count)})


async def exactly_once(company: Company, sender: Sender) -> None:
    """The book and the tables agree."""

    async def settled() -> bool:
        return (await states_of(company))["pending"] == 0

    await until(settled)
    assert sender.acknowledged == set(sender.leads)
    assert await states_of(company) == {"done": len(sender.leads)}
    customers = await customers_of(company)
    assert [customer.lead_count for customer in customers] == [1] * len(sender.leads)
    masks = sorted(f"{phone[:3]}****{phone[-4:]}" for phone in sender.leads.values())
    assert sorted(str(customer.phone_masked) for customer in customers) == masks
    assert sorted(lead.external_id for lead in await leads_of(company)) == sorted(f"id:{lead_id}" for lead_id in sender.leads)


async def done_in(company: Company, count: int) -> None:
    """At least so many were processed, and the work is still under way."""

    async def reached() -> bool:
        return (await states_of(company))["done"] >= count

    await until(reached)


async def test_workers_and_valkey_are_killed_in_flight(installation: Installation, beside: Runtime) -> None:
    company = await new_company(beside)
    sender = await sender_of(company, 500)
    address = await installation.serve()
    workers: list[subprocess.Popen[bytes]] = [installation.start("worker") for _ in range(2)]
    killed_in_flight = 0
    sending = asyncio.create_task(sender.send_all(address))
    await until(lambda: len(sender.acknowledged) >= 50)
    await asyncio.to_thread(installation.servers.kill_valkey)
    for number, count in enumerate((20, 80, 160)):
        await done_in(company, count)
        installation.kill(workers[number % 2])
        killed_in_flight += (await states_of(company))["pending"] > 0
        if number == 1:
            await asyncio.to_thread(installation.servers.kill_valkey, wipe=True)
        workers[number % 2] = installation.start("worker")
    await sending
    await exactly_once(company, sender)
    assert killed_in_flight == 3
    assert [installation.end(worker) for worker in workers] == [0, 0]


async def test_without_redis_the_sweeper_alone_processes(installation: Installation, beside: Runtime) -> None:
    company = await new_company(beside)
    sender = await sender_of(company, 60)
    address = await installation.serve(redis=False)
    worker = installation.start("worker", redis=False)
    await sender.send_all(address)
    await done_in(company, 5)
    installation.kill(worker)
    worker = installation.start("worker", redis=False)
    await exactly_once(company, sender)
    assert sender.refused == 0
    assert installation.end(worker) == 0
