"""What the door for platforms refuses, and that a 2xx means a committed row."""

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta

import asyncpg
import httpx
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import event

from loanbroker_api.app import create_app
from loanbroker_api.channels.keys import new_channel_key
from loanbroker_api.channels.schemas import ChannelPatch
from loanbroker_api.channels.service import rotate_secret, update_channel
from loanbroker_api.core.metrics import WEBHOOK_QUEUE
from loanbroker_api.embedded import APPLICATION, EmbeddedServers
from loanbroker_api.settings import Settings
from support.admin import admin_dsn
from support.client import Api, code_of
from support.clock import TestClock
from support.company import Company, fresh_phone
from support.inbox import customers_of, inbox_of, states_of
from support.relay import Relay
from support.wait import until
from support.webhooks import Platform, signed

SignIn = Callable[..., Awaitable[Api]]
Settle = Callable[[], Awaitable[None]]


@pytest.fixture
async def platform(app: FastAPI, company: Company) -> Platform:
    channel, secret = await company.channel()
    return Platform(app, channel.key, secret)


def lead(**more: object) -> dict[str, object]:
    return {"name": "赵敏", "phone": fresh_phone(), **more}


class TestSignatures:
    async def test_a_wrong_signature(self, platform: Platform, company: Company) -> None:
        body = b'{"phone":"13900000000"}'
        answer = await platform.post(body, signed("whsec_" + "A" * 43 + "=", body))
        assert (answer.status_code, code_of(answer)) == (401, "channels.signature-wrong")
        assert await inbox_of(company) == []

    async def test_a_body_changed_on_its_way(self, platform: Platform) -> None:
        answer = await platform.post(b'{"phone":"13900000001"}', signed(platform.secret, b'{"phone":"13900000000"}'))
        assert (answer.status_code, code_of(answer)) == (401, "channels.signature-wrong")

    async def test_a_missing_header(self, platform: Platform) -> None:
        for missing in ("webhook-id", "webhook-timestamp", "webhook-signature"):
            headers = signed(platform.secret, b"{}")
            del headers[missing]
            answer = await platform.post(b"{}", headers)
            assert (answer.status_code, code_of(answer)) == (401, "channels.signature-missing"), missing

    async def test_timestamps(self, platform: Platform, clock: TestClock) -> None:
        for seconds in (-301, 302, -86_400):
            answer = await platform.send(lead(), at=clock.now() + timedelta(seconds=seconds))
            assert (answer.status_code, code_of(answer)) == (401, "channels.timestamp-stale"), seconds
        for seconds in (-200, 200):
            assert (await platform.send(lead(), at=clock.now() + timedelta(seconds=seconds))).status_code == 202, seconds
        for stamp in (b"\xb2\xb2", b"-1", b"1e9", b"99999999999999999999"):
            headers = {name.encode(): value.encode() for name, value in signed(platform.secret, b"{}").items()}
            answer = await platform.post(b"{}", headers | {b"webhook-timestamp": stamp})  # type: ignore[arg-type]
            assert (answer.status_code, code_of(answer)) == (401, "channels.timestamp-stale"), stamp

    async def test_english_is_told_on_request(self, platform: Platform) -> None:
        answer = await platform.post(b"{}", {"accept-language": "en"})
        assert answer.json()["message"] == "The signature headers are missing"


class TestChannels:
    async def test_an_unknown_key(self, app: FastAPI, company: Company) -> None:
        for key in (new_channel_key(company.id), "ck_short", "ck_" + "0" * 52, "ck_" + "1" * 52):
            answer = await Platform(app, key, "whsec_AAAA").send(lead())
            assert (answer.status_code, code_of(answer)) == (404, "channels.unknown")

    async def test_a_disabled_channel_and_enabled_again(self, app: FastAPI, company: Company) -> None:
        channel, secret = await company.channel()

        async def turn(state: str) -> None:
            async with company.runtime.uow(company.id) as uow:
                patch = ChannelPatch.model_validate({"state": state})
                version = (await uow.session.get_one(type(channel), (company.id, channel.id))).version
                await update_channel(uow, company.system, channel.id, patch, version)

        await turn("disabled")
        platform = Platform(app, channel.key, secret)
        answer = await platform.send(lead())
        assert (answer.status_code, code_of(answer)) == (404, "channels.disabled")
        assert await inbox_of(company) == []
        await turn("active")
        assert (await platform.send(lead())).status_code == 202, "what was cached as disabled is looked at again"

    async def test_another_method(self, app: FastAPI, platform: Platform) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://testserver") as http:
            for method in ("GET", "PUT", "DELETE"):
                answer = await http.request(method, platform.path)
                assert (answer.status_code, code_of(answer)) == (405, "core.method-not-allowed")


class TestBodies:
    async def test_over_a_mebibyte_by_its_length(self, platform: Platform) -> None:
        body = b" " * (1024 * 1024 + 1)
        answer = await platform.post(body, signed(platform.secret, body))
        assert (answer.status_code, code_of(answer)) == (413, "core.body-too-large")
        assert "1024 KiB" in answer.json()["message"]

    async def test_over_a_mebibyte_in_chunks(self, app: FastAPI, platform: Platform) -> None:
        sent = 0

        async def chunks() -> AsyncGenerator[bytes]:
            nonlocal sent
            for _ in range(64):
                sent += 1
                yield b" " * 65_536

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://testserver") as http:
            answer = await http.post(platform.path, content=chunks(), headers=signed(platform.secret, b""))
        assert (answer.status_code, code_of(answer)) == (413, "core.body-too-large")
        assert sent < 64, "what is too long is not read to its end"

    async def test_a_mebibyte_is_taken(self, platform: Platform) -> None:
        body = json.dumps(lead(extra={"text": ""})).encode()
        body = body.replace(b'"text": ""', b'"text": "' + b"x" * (1024 * 1024 - len(body)) + b'"')
        assert len(body) == 1024 * 1024
        assert (await platform.post(body, signed(platform.secret, body))).status_code == 202

    async def test_what_is_not_json_is_one_dead_letter_a_message(self, platform: Platform, company: Company) -> None:
        bodies = [b"", b"{", b"\x00", b'{"phone": NaN}', b"[" * 100_000]
        for number, body in enumerate(bodies):
            for _ in range(3):
                answer = await platform.post(body, signed(platform.secret, body, message_id=f"msg_{number}"))
                assert (answer.status_code, code_of(answer)) == (400, "core.not-json"), number
        rows = await inbox_of(company)
        assert [(row.state, row.reason, row.deliveries) for row in rows] == [("dead", "channels.not-json", 3)] * len(bodies)

    async def test_json_under_the_id_of_what_was_not_json_is_not_lost(self, platform: Platform, company: Company, settle: Settle) -> None:
        """A sender that mends its body sends it again under the same id: its 202 must mean a committed lead."""
        assert (await platform.post(b"{", signed(platform.secret, b"{", message_id="msg_1"))).status_code == 400
        assert (await platform.send(lead(), message_id="msg_1")).status_code == 202
        await settle()
        assert len(await customers_of(company)) == 1

    async def test_json_but_no_object(self, platform: Platform, company: Company, settle: Settle) -> None:
        bodies = ([], 5, "text", None, [lead()])
        for body in bodies:
            assert (await platform.send(body)).status_code == 202
        await settle()
        wanted = ("dead", "channels.not-a-lead", "每条线索应为 JSON 对象")
        assert [(row.state, row.reason, row.reason_text) for row in await inbox_of(company)] == [wanted] * len(bodies)

    async def test_five_hundred_leads_and_one_more(self, platform: Platform, company: Company) -> None:
        answer = await platform.send({"leads": [lead() for _ in range(501)]})
        assert (answer.status_code, code_of(answer)) == (422, "channels.too-many-leads")
        assert await inbox_of(company) == []
        answer = await platform.send({"leads": [lead() for _ in range(500)]})
        assert (answer.status_code, answer.json()) == (202, {"received": 500})
        assert len(await inbox_of(company)) == 500

    async def test_no_leads(self, platform: Platform, company: Company) -> None:
        answer = await platform.send({"leads": []})
        assert (answer.status_code, answer.json()) == (202, {"received": 0})
        assert await inbox_of(company) == []

    async def test_nested_beyond_what_can_be_written_again(self, platform: Platform, company: Company) -> None:
        deep = b'{"leads":[' + b'{"extra":' * 400 + b"1" + b"}" * 400 + b"]}"
        answer = await platform.post(deep, signed(platform.secret, deep))
        assert (answer.status_code, code_of(answer)) == (400, "core.not-json")
        assert [row.state for row in await inbox_of(company)] == ["dead"]


class TestDeadLetters:
    async def test_a_malformed_phone_is_corrected_and_replayed(
        self, platform: Platform, company: Company, sign_in: SignIn, settle: Settle
    ) -> None:
        boss = await sign_in("boss", role="boss")
        await company.employee("sales1")
        assert (await platform.send({"name": "郭襄", "phone": "1390000"})).status_code == 202
        await settle()
        (entry,) = (await boss.ok("GET", "/inbox-entries"))["items"]
        assert (entry["state"], entry["reason"]["code"]) == ("dead", "phone.too-short")
        assert entry["reason"]["message"] == "手机号应为 11 位数字，现在只有 7 位"
        detail = await boss.ok("GET", f"/inbox-entries/{entry['id']}")
        fields = {field["name"]: field for field in detail["fields"]}
        assert fields["phone"] == {"name": "phone", "value": "139****", "error": entry["reason"]}
        assert fields["name"] == {"name": "name", "value": "郭*", "error": None}
        phone = fresh_phone()
        replayed = await boss.ok("POST", f"/inbox-entries/{entry['id']}/replay", json={"corrections": {"phone": phone}})
        assert (replayed["state"], replayed["reason"]) == ("pending", None)
        await settle()
        (customer,) = await customers_of(company)
        assert customer.phone_masked == f"{phone[:3]}****{phone[-4:]}"
        detail = await boss.ok("GET", f"/inbox-entries/{entry['id']}")
        assert (detail["state"], detail["customerId"]) == ("done", str(customer.id))
        again = await boss("POST", f"/inbox-entries/{entry['id']}/replay", json={})
        assert (again.status_code, code_of(again)) == (409, "channels.entry-not-dead")

    async def test_a_lead_that_cannot_be_worked(self, platform: Platform, company: Company, settle: Settle) -> None:
        for number, (sent, _, _) in enumerate(UNWORKABLE):
            assert (await platform.send(sent, message_id=str(number))).status_code == 202
        await settle()
        rows = {int(row.delivery_key): row for row in await inbox_of(company)}
        for number, (sent, code, field) in enumerate(UNWORKABLE):
            row = rows[number]
            assert (row.state, row.reason, row.reason_field) == ("dead", code, field), sent
            assert any("\u4e00" <= character <= "\u9fff" for character in row.reason_text or "")
        assert await customers_of(company) == []


UNWORKABLE: list[tuple[dict[str, object], str, str | None]] = [
    ({"phone": "没有电话"}, "phone.unreadable", "phone"),
    ({"phone": "+1 415 555 0100"}, "phone.foreign", "phone"),
    ({"phone": {"number": 1}}, "phone.type", "phone"),
    ({"phone": "13900000000", "phones": "13900000001"}, "phone.list", "phones"),
    ({"phone": "13900000000", "phones": [["x"]]}, "phone.type", "phones"),
    ({"name": "周芷若"}, "phone.missing", "phone"),
    ({"phone": "13900000000", "name": {"first": "x"}}, "name.type", "name"),
    ({"phone": "13900000000", "name": "赵\x01敏"}, "name.control-character", "name"),
    ({"phone": "13900000000", "wantedAmount": "很多"}, "amount.unreadable", "wantedAmount"),
    ({"phone": "13900000000", "wantedAmount": -5}, "amount.negative", "wantedAmount"),
    ({"phone": "13900000000", "wantedAmount": True}, "amount.type", "wantedAmount"),
    ({"phone": "13900000000", "wantedAmount": 1e300}, "amount.too-large", "wantedAmount"),
    ({"phone": "13900000000", "idNumber": "110101199003070000"}, "id.checksum", "idNumber"),
    ({"phone": "13900000000", "submittedAt": "昨天"}, "channels.time", "submittedAt"),
    ({"phone": "13900000000", "consent": "yes"}, "channels.consent", "consent"),
    ({"phone": "13900000000", "campaign": ["x"]}, "channels.text", "campaign"),
    ({"phone": "13900000000", "telefon": "x"}, "channels.unknown-field", None),
]


class TestOutage:
    async def test_a_database_that_is_gone(
        self, settings: Settings, servers: EmbeddedServers, roles: dict[str, str], clock: TestClock, company: Company
    ) -> None:
        port = int(servers.admin_dsn.rsplit("port=", 1)[1])
        channel, secret = await company.channel()
        async with Relay(port) as relay:
            address = servers.tcp_dsn(APPLICATION, roles[APPLICATION], "loanbroker").replace(f":{port}/", f":{relay.port}/")
            app = create_app(settings.model_copy(update={"database_url": SecretStr(address)}), clock)
            async with LifespanManager(app, startup_timeout=30, shutdown_timeout=30):
                platform = Platform(app, channel.key, secret)
                assert (await platform.send(lead(), message_id="before")).status_code == 202
                await relay.cut()
                for message_id in ("during", "during", "another"):
                    answer = await platform.send(lead(), message_id=message_id)
                    assert (answer.status_code, code_of(answer)) == (503, "core.unavailable")
                    assert int(answer.headers["retry-after"]) >= 1
                stranger = await Platform(app, new_channel_key(company.id), secret).send(lead())
                assert (stranger.status_code, code_of(stranger)) == (503, "core.unavailable"), "unknown is not told while it is not known"
                assert [row.delivery_key for row in await inbox_of(company)] == ["before"]
                await relay.mend()
                await until(lambda: _sent(platform, "during"))
        assert [row.delivery_key for row in await inbox_of(company)] == ["before", "during"]

    async def test_a_full_queue(self, settings: Settings, servers: EmbeddedServers, clock: TestClock, company: Company) -> None:
        channel, secret = await company.channel()
        app = create_app(settings.model_copy(update={"webhook_queue": 3}), clock)
        async with LifespanManager(app, startup_timeout=30, shutdown_timeout=30):
            platform = Platform(app, channel.key, secret)
            assert (await platform.send(lead())).status_code == 202
            blocker = await asyncpg.connect(admin_dsn(servers))
            try:
                async with blocker.transaction():
                    await blocker.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
                    waiting = [asyncio.create_task(platform.send(lead())) for _ in range(3)]
                    await until(lambda: next(iter(WEBHOOK_QUEUE.collect())).samples[0].value == 3)
                    answer = await platform.send(lead())
                    assert (answer.status_code, code_of(answer)) == (429, "core.too-many-requests")
                    assert int(answer.headers["retry-after"]) >= 1
                    assert not any(task.done() for task in waiting), "nothing is acknowledged before its commit"
            finally:
                await blocker.close()
            assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [202] * 3
            assert (await platform.send(lead())).status_code == 202
        assert sum((await states_of(company)).values()) == 5


async def _sent(platform: Platform, message_id: str) -> bool:
    return (await platform.send(lead(), message_id=message_id)).status_code == 202


class TestCache:
    async def test_however_many_wait_the_channel_is_read_once(self, app: FastAPI, platform: Platform, company: Company) -> None:
        read: list[str] = []

        def keep(_connection: object, _cursor: object, statement: str, _values: object, _context: object, _many: object) -> None:
            if "FROM channel" in statement:
                read.append(statement)

        engine = app.state.runtime.database.app.sync_engine
        event.listen(engine, "before_cursor_execute", keep)
        try:
            answers = await asyncio.gather(*(platform.send(lead()) for _ in range(50)))
        finally:
            event.remove(engine, "before_cursor_execute", keep)
        assert [answer.status_code for answer in answers] == [202] * 50
        assert len(read) == 1
        assert sum((await states_of(company)).values()) == 50


class TestRotation:
    async def test_the_old_secret_lasts_a_day_and_the_new_one_starts_at_once(
        self, app: FastAPI, company: Company, clock: TestClock
    ) -> None:
        channel, old = await company.channel()
        before = Platform(app, channel.key, old)
        assert (await before.send(lead())).status_code == 202
        async with company.runtime.uow(company.id) as uow:
            _, new = await rotate_secret(uow, company.system, channel.id)
        after = Platform(app, channel.key, new)
        assert (await after.send(lead())).status_code == 202, "though this process had the old one cached"
        assert (await before.send(lead())).status_code == 202
        clock.move(timedelta(hours=23, minutes=59))
        assert (await before.send(lead(), at=clock.now())).status_code == 202
        clock.move(timedelta(minutes=2))
        answer = await before.send(lead(), at=clock.now())
        assert (answer.status_code, code_of(answer)) == (401, "channels.signature-wrong"), "though the cache still had it"
        assert (await after.send(lead(), at=clock.now())).status_code == 202

    async def test_several_signatures_of_which_one_fits(self, app: FastAPI, company: Company) -> None:
        """As the standard rotates: the sender signs with both."""
        channel, secret = await company.channel()
        body = json.dumps(lead()).encode()
        headers = signed(secret, body)
        strange = "v1,bm9uc2Vuc2U= v1a,xyz v1," + secrets.token_hex(4)
        headers["webhook-signature"] = f"{strange} {headers['webhook-signature']}"
        assert (await Platform(app, channel.key, secret).post(body, headers)).status_code == 202
