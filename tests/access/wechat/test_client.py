"""What WeChat answers and what we make of it; nothing of it may leak."""

import logging
from contextlib import suppress
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from loanbroker_api.access.wechat.client import WechatClient
from loanbroker_api.access.wechat.problems import WechatBusy, WechatCode, WechatLimit, WechatOff, WechatPhoneUnknown, WechatRefused
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.runtime import Runtime
from support.clock import TestClock
from support.fake_wechat import FakeWechat, page

ERRORS = {
    -1: WechatBusy,
    40029: WechatCode,
    40163: WechatCode,
    45011: WechatLimit,
    40226: WechatRefused,
    40013: WechatOff,
    40125: WechatOff,
    41002: WechatOff,
    45009: WechatBusy,
    99999: WechatBusy,
}


class Pauses(list[float]):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def client(runtime: Runtime, pauses: Pauses) -> WechatClient:
    return WechatClient(runtime, pauses)


async def test_a_login_code(client: WechatClient, wechat: FakeWechat) -> None:
    identity = await client.code2session(wechat.login_code("o-1", "u-1"))
    assert (identity.appid, identity.openid, identity.unionid) == (wechat.appid, "o-1", "u-1")
    assert (await client.code2session(wechat.login_code("o-2"))).unionid is None
    assert "o-1" not in repr(identity)
    assert "u-1" not in repr(identity)


async def test_a_code_works_once_and_for_five_minutes(client: WechatClient, wechat: FakeWechat, clock: TestClock) -> None:
    code, late = wechat.login_code("o-1"), wechat.login_code("o-1")
    await client.code2session(code)
    clock.move(timedelta(minutes=5))
    for used in (code, late, "never-given"):
        before = wechat.calls["code2session"]
        with pytest.raises(WechatCode):
            await client.code2session(used)
        assert wechat.calls["code2session"] == before + 1, "the server does not try again"


@pytest.mark.parametrize("number", ERRORS)
async def test_every_error_of_a_login(client: WechatClient, wechat: FakeWechat, number: int) -> None:
    wechat.errors["code2session"] = [number, number]
    with pytest.raises(Problem) as refused:
        await client.code2session(wechat.login_code("o-1"))
    assert type(refused.value) is ERRORS[number]
    assert str(number) not in refused.value.text() + refused.value.text("en")


@pytest.mark.parametrize("number", ERRORS)
async def test_every_error_of_a_phone(client: WechatClient, wechat: FakeWechat, number: int) -> None:
    token, _ = await client.stable_token(force=False)
    wechat.errors["phone"] = [number, number]
    with pytest.raises(Problem) as refused:
        await client.phone_number(token, wechat.phone_code("o-1", "13800138000"), "o-1")
    assert type(refused.value) is ERRORS[number]


async def test_busy_is_tried_once_more(client: WechatClient, wechat: FakeWechat, pauses: Pauses) -> None:
    wechat.errors["code2session"] = [-1]
    assert (await client.code2session(wechat.login_code("o-1"))).openid == "o-1"
    (waited,) = pauses
    assert 0.2 <= waited <= 0.5
    wechat.errors["code2session"] = [-1, -1, 0]
    with pytest.raises(WechatBusy) as busy:
        await client.code2session(wechat.login_code("o-1"))
    assert busy.value.headers["Retry-After"]
    assert wechat.calls["code2session"] == 4


async def test_limits_say_how_long(client: WechatClient, wechat: FakeWechat) -> None:
    wechat.errors["code2session"] = [45011]
    with pytest.raises(WechatLimit) as limit:
        await client.code2session(wechat.login_code("o-1"))
    assert limit.value.headers["Retry-After"] == "60"


@pytest.mark.parametrize("status", [200, 301, 500, 502])
async def test_what_is_no_answer(client: WechatClient, wechat: FakeWechat, status: int) -> None:
    wechat.broken["code2session"] = [page(status)]
    with pytest.raises(WechatBusy):
        await client.code2session(wechat.login_code("o-1"))
    assert wechat.calls["code2session"] == 1


@pytest.mark.parametrize("body", ["[]", "null", "{}", '{"openid": ""}', '{"openid": 1}', '{"errcode": "x"}', '{"errcode": null}'])
async def test_an_answer_without_what_it_is_for(client: WechatClient, wechat: FakeWechat, body: str) -> None:
    from fastapi import Response

    wechat.broken["code2session"] = [Response(body, media_type="application/json")]
    with pytest.raises(WechatBusy):
        await client.code2session("x")


async def test_nobody_listens(runtime: Runtime, pauses: Pauses) -> None:
    from dataclasses import replace

    away = replace(runtime, settings=runtime.settings.model_copy(update={"wechat_base_url": "http://127.0.0.1:1"}))
    with pytest.raises(WechatBusy) as busy:
        await WechatClient(away, pauses).code2session("x")
    assert len(pauses) == 1
    assert busy.value.__cause__ is None


async def test_no_mini_program(runtime: Runtime) -> None:
    from dataclasses import replace

    for missing in ("wechat_appid", "wechat_secret"):
        without = replace(runtime, settings=runtime.settings.model_copy(update={missing: None}))
        with pytest.raises(WechatOff):
            WechatClient(without)


class TestPhone:
    async def test_the_number(self, client: WechatClient, wechat: FakeWechat) -> None:
        token, life = await client.stable_token(force=False)
        assert life == timedelta(hours=2)
        assert await client.phone_number(token, wechat.phone_code("o-1", "13800138000"), "o-1") == "13800138000"

    async def test_another_identitys_code(self, client: WechatClient, wechat: FakeWechat) -> None:
        token, _ = await client.stable_token(force=False)
        with pytest.raises(WechatCode):
            await client.phone_number(token, wechat.phone_code("o-2", "13800138000"), "o-1")

    async def test_a_login_code_is_no_phone_code(self, client: WechatClient, wechat: FakeWechat) -> None:
        token, _ = await client.stable_token(force=False)
        with pytest.raises(WechatCode):
            await client.phone_number(token, wechat.login_code("o-1"), "o-1")

    @pytest.mark.parametrize(
        ("phone", "country"), [("91234567", "852"), ("13800138000", "1"), ("02812345678", "86"), ("12345", "86"), ("", "86")]
    )
    async def test_numbers_of_elsewhere(self, client: WechatClient, wechat: FakeWechat, phone: str, country: str) -> None:
        token, _ = await client.stable_token(force=False)
        with pytest.raises(WechatPhoneUnknown):
            await client.phone_number(token, wechat.phone_code("o-1", phone, country), "o-1")

    async def test_the_watermark(self, client: WechatClient, wechat: FakeWechat) -> None:
        token, _ = await client.stable_token(force=False)
        wechat.watermark_late = timedelta(minutes=4)
        await client.phone_number(token, wechat.phone_code("o-1", "13800138000"), "o-1")
        for late in (timedelta(minutes=6), timedelta(minutes=-6)):
            wechat.watermark_late = late
            with pytest.raises(WechatCode):
                await client.phone_number(token, wechat.phone_code("o-1", "13800138000"), "o-1")
        wechat.watermark_late, wechat.watermark_appid = timedelta(0), "wxofsomebodyelse00"
        with pytest.raises(WechatOff):
            await client.phone_number(token, wechat.phone_code("o-1", "13800138000"), "o-1")

    @pytest.mark.parametrize("number", [40001, 42001])
    async def test_a_refused_token_is_told_apart(self, client: WechatClient, wechat: FakeWechat, number: int) -> None:
        wechat.errors["phone"] = [number]
        assert await client.phone_number("x", wechat.phone_code("o-1", "13800138000"), "o-1") is None


async def test_nothing_of_a_secret_is_logged(client: WechatClient, wechat: FakeWechat, caplog: pytest.LogCaptureFixture) -> None:
    """Not even where somebody turns all logging on."""
    caplog.set_level(logging.DEBUG)
    secret, token = wechat.secret, (await client.stable_token(force=False))[0]
    codes = [wechat.login_code("o-1", "u-1") for _ in range(3)]
    wechat.errors["code2session"] = [0, 40125, 40013]
    with capture_logs() as ours:
        for code in codes:
            with suppress(WechatOff):
                await client.code2session(code)
        await client.phone_number(token, wechat.phone_code("o-1", "13800138000"), "o-1")
    assert {line["event"] for line in ours} == {"wechat_misconfigured"}
    # The fake server's own log is not ours.
    theirs = [record for record in caplog.records if not record.name.startswith("uvicorn")]
    told = str(ours) + str([(record.getMessage(), record.args) for record in theirs])
    for value in (secret, token, *codes, "o-1", "u-1", "13800138000", "js_code"):
        assert value not in told
    assert secret not in repr(client.__dict__)
