"""WeChat's access token of the installation: one row, wrapped by the master key, renewed by whoever holds the row's lock."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from loanbroker_api.access.models import ProviderToken
from loanbroker_api.access.wechat.client import WechatClient
from loanbroker_api.access.wechat.problems import WechatBusy
from loanbroker_api.core.crypto import CannotDecrypt
from loanbroker_api.core.runtime import Runtime

PROVIDER: Final = "wechat"
RENEWED_BEFORE: Final = timedelta(minutes=5)
"""From then on WeChat gives the next token while the old one still works."""
FORCED_APART: Final = timedelta(seconds=30)
_turns = asyncio.Lock()
"""Within a process one connection at most waits for the row."""


async def access_token(runtime: Runtime, client: WechatClient, *, refused: str | None = None) -> str:
    """The current token. `refused` is one that WeChat has just refused: another is fetched, unless somebody already has.

    Raises WechatBusy, WechatLimit, WechatOff.
    """
    async with runtime.database.app.connect() as connection:
        known = await _read(runtime, client, connection, refused)
    if known is not None:
        return known
    async with _turns, runtime.database.app.begin() as connection:
        await connection.execute(insert(ProviderToken).values(provider=PROVIDER, account=client.appid).on_conflict_do_nothing())
        known = await _read(runtime, client, connection, refused, lock=True)
        if known is not None:
            return known
        token, life = await client.stable_token(force=False)
        now = runtime.clock.now()
        if token == refused:
            # The one that does not work is the one that is valid, as WeChat sees it.
            await _may_force(client, connection, now)
            token, life = await client.stable_token(force=True)
            await connection.execute(update(ProviderToken).where(*_row(client)).values(forced_at=now))
        wrapped = runtime.keyring.wrap(_context(client), token.encode())
        await connection.execute(update(ProviderToken).where(*_row(client)).values(wrapped=wrapped, expires_at=now + life))
    return token


async def _may_force(client: WechatClient, connection: AsyncConnection, now: datetime) -> None:
    """Raises WechatBusy within half a minute of the last time: WeChat would count it and refuse."""
    last = await connection.scalar(select(ProviderToken.forced_at).where(*_row(client)))
    if last is not None and now < last + FORCED_APART:
        raise WechatBusy


async def _read(
    runtime: Runtime, client: WechatClient, connection: AsyncConnection, refused: str | None, *, lock: bool = False
) -> str | None:
    """The stored token, where it is good for a while and not the refused one."""
    statement = select(ProviderToken.wrapped, ProviderToken.expires_at).where(*_row(client))
    row = (await connection.execute(statement.with_for_update() if lock else statement)).one_or_none()
    if row is None or row.wrapped is None or row.expires_at is None or runtime.clock.now() >= row.expires_at - RENEWED_BEFORE:
        return None
    try:
        token = runtime.keyring.unwrap(_context(client), row.wrapped).decode()
    except CannotDecrypt:
        return None  # another master key: fetched anew
    return None if token == refused else token


def _row(client: WechatClient) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ProviderToken.provider == PROVIDER, ProviderToken.account == client.appid


def _context(client: WechatClient) -> bytes:
    return f"provider|{PROVIDER}|{client.appid}".encode()
