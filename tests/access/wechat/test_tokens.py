"""One token for all, renewed by one."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from loanbroker_api.access.models import ProviderToken
from loanbroker_api.access.wechat import tokens
from loanbroker_api.access.wechat.client import WechatClient
from loanbroker_api.access.wechat.problems import WechatBusy, WechatOff
from loanbroker_api.access.wechat.tokens import access_token
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.settings import Settings
from support.clock import TestClock
from support.fake_wechat import FakeWechat


@pytest.fixture
def client(runtime: Runtime) -> WechatClient:
    return WechatClient(runtime)


async def test_it_is_kept(runtime: Runtime, client: WechatClient, wechat: FakeWechat, clock: TestClock) -> None:
    first = await access_token(runtime, client)
    clock.move(timedelta(minutes=114))
    assert await access_token(runtime, client) == first
    assert wechat.calls["stable_token"] == 1
    clock.move(timedelta(minutes=1))
    second = await access_token(runtime, client)
    assert second != first
    assert wechat.calls["stable_token"] == 2
    assert [asked["force_refresh"] for asked in wechat.asked] == [False, False]


async def test_it_is_stored_wrapped(runtime: Runtime, client: WechatClient, wechat: FakeWechat) -> None:
    token = await access_token(runtime, client)
    async with runtime.database.app.connect() as connection:
        row = (await connection.execute(select(ProviderToken).where(ProviderToken.account == wechat.appid))).one()
    assert token.encode() not in row.wrapped
    assert runtime.keyring.unwrap(f"provider|wechat|{wechat.appid}".encode(), row.wrapped) == token.encode()


async def test_processes_at_once_fetch_once(
    settings: Settings, clock: TestClock, wechat: FakeWechat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several processes: each with its own engine, so that the row's lock alone makes them take turns."""
    from contextlib import AsyncExitStack, nullcontext

    monkeypatch.setattr(tokens, "_turns", nullcontext())
    async with AsyncExitStack() as stack:
        runtimes = [await stack.enter_async_context(open_runtime(settings, clock)) for _ in range(4)]
        found = await asyncio.gather(*(access_token(one, WechatClient(one)) for one in runtimes for _ in range(3)))
    assert len(set(found)) == 1
    assert wechat.calls["stable_token"] == 1


async def test_one_that_somebody_renewed(runtime: Runtime, client: WechatClient, wechat: FakeWechat) -> None:
    old = await access_token(runtime, client)
    wechat.revoke_tokens()
    new = await access_token(runtime, client, refused=old)
    assert new != old
    assert await access_token(runtime, client) == new
    assert await access_token(runtime, client, refused=old) == new
    assert wechat.calls["stable_token"] == 2
    assert not any(asked["force_refresh"] for asked in wechat.asked)


async def test_one_that_is_valid_and_refused_is_forced_out_of_use(
    runtime: Runtime, client: WechatClient, wechat: FakeWechat, clock: TestClock
) -> None:
    old = await access_token(runtime, client)
    wechat.ban_current()
    new = await access_token(runtime, client, refused=old)
    assert new != old
    assert [asked["force_refresh"] for asked in wechat.asked] == [False, False, True]
    wechat.ban_current()
    with pytest.raises(WechatBusy):  # forced renewals are thirty seconds apart
        await access_token(runtime, client, refused=new)
    assert [asked["force_refresh"] for asked in wechat.asked][3:] == [False]
    clock.move(timedelta(seconds=30))
    assert await access_token(runtime, client, refused=new) not in {old, new}


async def test_what_goes_wrong_is_not_kept(runtime: Runtime, client: WechatClient, wechat: FakeWechat) -> None:
    wechat.errors["stable_token"] = [40125]
    with pytest.raises(WechatOff):
        await access_token(runtime, client)
    wechat.errors["stable_token"] = [-1, -1]
    with pytest.raises(WechatBusy):
        await access_token(runtime, client)
    assert await access_token(runtime, client)


async def test_another_master_key_fetches_anew(runtime: Runtime, client: WechatClient, wechat: FakeWechat) -> None:
    from dataclasses import replace

    from loanbroker_api.core.crypto import Keyring

    await access_token(runtime, client)
    other = replace(runtime, keyring=Keyring(b"y" * 32))
    assert await access_token(other, client)
    assert wechat.calls["stable_token"] == 2
