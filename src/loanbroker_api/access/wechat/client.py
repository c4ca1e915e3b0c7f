"""The three calls to WeChat's server, as developers.weixin.qq.com documents them (platforms.md, section 14).

code2Session carries the app's secret in its address: nothing here logs an address, and core.logging keeps the HTTP client from doing so.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal, cast

import httpx
import orjson

from loanbroker_api.access.wechat.problems import (
    WechatBusy,
    WechatCode,
    WechatLimit,
    WechatOff,
    WechatPhoneUnknown,
    WechatRefused,
)
from loanbroker_api.core.errors import Problem
from loanbroker_api.core.logging import get_logger
from loanbroker_api.core.metrics import WECHAT_CALLS
from loanbroker_api.core.normalize.errors import BadValue
from loanbroker_api.core.normalize.phones import PhoneKind, normalize_phone
from loanbroker_api.core.runtime import Runtime

log = get_logger("wechat")
Call = Literal["code2session", "stable_token", "phone"]
BUSY: Final = -1
TOKEN_REFUSED: Final = frozenset({40001, 42001})
MISCONFIGURED: Final = frozenset({40013, 40125, 41002})
CODE_LIFE: Final = timedelta(minutes=5)
"""How long WeChat's codes live: a phone number that was confirmed longer ago is not the one just asked for."""
_PROBLEMS: Final[dict[int, type[WechatCode | WechatLimit | WechatRefused]]] = {
    40029: WechatCode,
    40163: WechatCode,
    45011: WechatLimit,
    40226: WechatRefused,
}


@dataclass(frozen=True)
class Identity:
    """Who is at the phone, as WeChat says. The session key is not kept: nothing of ours needs it."""

    appid: str
    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)


class WechatClient:
    """One for each use; connections are not kept, since a login is a rare thing. `pause` waits between two tries."""

    def __init__(self, runtime: Runtime, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Raises WechatOff where the installation has no mini-program."""
        settings = runtime.settings
        if settings.wechat_appid is None or settings.wechat_secret is None:
            raise WechatOff
        self.appid = settings.wechat_appid
        self._secret = settings.wechat_secret
        self._base = settings.wechat_base_url.rstrip("/")
        self._clock = runtime.clock
        self._pause = pause

    async def code2session(self, code: str) -> Identity:
        """Exchange a login code. Raises WechatCode, WechatBusy, WechatLimit, WechatRefused, WechatOff."""
        given = {"appid": self.appid, "secret": self._secret.get_secret_value(), "js_code": code, "grant_type": "authorization_code"}
        answer = await self._ask("code2session", "GET", "/sns/jscode2session", params=given)
        self._judge("code2session", answer)
        openid, unionid = answer.get("openid"), answer.get("unionid")
        if not isinstance(openid, str) or not openid:
            raise self._unreadable("code2session")
        return Identity(self.appid, openid, unionid if isinstance(unionid, str) and unionid else None)

    async def stable_token(self, *, force: bool) -> tuple[str, timedelta]:
        """The app's access token and how long it lives. `force` makes a new one: 20 a day, 30 s apart. Raises WechatBusy, WechatLimit, WechatOff."""
        given = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self._secret.get_secret_value(),
            "force_refresh": force,
        }
        answer = await self._ask("stable_token", "POST", "/cgi-bin/stable_token", json=given)
        self._judge("stable_token", answer)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not 0 < len(token) <= 4_096 or not isinstance(seconds, int):
            raise self._unreadable("stable_token")
        return token, timedelta(seconds=seconds)

    async def phone_number(self, token: str, code: str, openid: str) -> str | None:
        """The number (eleven digits) behind a phone code of this identity, None where the token was refused.

        Raises WechatCode, WechatBusy, WechatLimit, WechatRefused, WechatOff, WechatPhoneUnknown (no mainland mobile number).
        """
        given = {"code": code, "openid": openid}
        answer = await self._ask("phone", "POST", "/wxa/business/getuserphonenumber", params={"access_token": token}, json=given)
        if answer.get("errcode") in TOKEN_REFUSED:
            WECHAT_CALLS.labels("phone", "token_refused").inc()
            return None
        self._judge("phone", answer)
        info = answer.get("phone_info")
        if not isinstance(info, dict):
            raise self._unreadable("phone")
        told = cast("dict[str, Any]", info)
        self._check_watermark(told.get("watermark"))
        return _mainland(told)

    def _check_watermark(self, watermark: Any) -> None:
        """Raises WechatOff for another app's, WechatCode for one that is not of now."""
        if not isinstance(watermark, dict):
            raise self._unreadable("phone")
        mark = cast("dict[str, Any]", watermark)
        if mark.get("appid") != self.appid:
            self._alarm("phone", "watermark")
            raise WechatOff
        at = mark.get("timestamp")
        if not isinstance(at, int) or abs(self._clock.now().timestamp() - at) > CODE_LIFE.total_seconds():
            raise WechatCode

    async def _ask(self, call: Call, method: str, path: str, **options: Any) -> dict[str, Any]:
        """WeChat's answer as it is, but for "busy" (-1), which is asked once more. Raises WechatBusy."""
        for last in (False, True):
            try:
                async with httpx.AsyncClient(base_url=self._base, timeout=5, trust_env=False) as http:
                    found = await http.request(method, path, **options)
                answer: Any = orjson.loads(found.content) if found.status_code == 200 else None
            except httpx.ConnectError:
                if last:
                    raise self._unreadable(call) from None
                await self._pause(random.uniform(0.2, 0.5))  # noqa: S311 - spreads tries, keeps no secret
                continue
            except (httpx.HTTPError, ValueError):
                # Not asked again: the code may be used up. Without a cause, whose text could hold the address.
                raise self._unreadable(call) from None
            if not isinstance(answer, dict):
                raise self._unreadable(call)
            told = cast("dict[str, Any]", answer)
            if told.get("errcode") != BUSY or last:
                return told
            await self._pause(random.uniform(0.2, 0.5))  # noqa: S311
        raise WechatBusy

    def _judge(self, call: Call, answer: dict[str, Any]) -> None:
        """Raises the Problem that an error number stands for; 0 and none are good."""
        number = answer.get("errcode", 0)
        if number == 0:
            WECHAT_CALLS.labels(call, "ok").inc()
            return
        if number in MISCONFIGURED:
            self._alarm(call, number)
            raise WechatOff
        kind = _PROBLEMS.get(number)
        if kind is not None:
            WECHAT_CALLS.labels(call, kind.code.removeprefix("access.wechat-")).inc()
            raise kind
        WECHAT_CALLS.labels(call, "busy").inc()
        if number != BUSY:
            log.warning("wechat_unknown_error", call=call, errcode=number if isinstance(number, int) else None)
        raise WechatBusy

    def _alarm(self, call: Call, what: object) -> None:
        WECHAT_CALLS.labels(call, "misconfigured").inc()
        log.error("wechat_misconfigured", call=call, errcode=what)

    def _unreadable(self, call: Call) -> Problem:
        WECHAT_CALLS.labels(call, "busy").inc()
        log.warning("wechat_unreachable", call=call)
        return WechatBusy()


def _mainland(info: dict[str, Any]) -> str:
    """Raises WechatPhoneUnknown for numbers of elsewhere: they are nobody's here."""
    number, country = info.get("purePhoneNumber"), info.get("countryCode")
    if str(country) != "86" or not isinstance(number, str):
        raise WechatPhoneUnknown
    try:
        phone = normalize_phone(number)
    except BadValue:
        raise WechatPhoneUnknown from None
    if phone.kind is not PhoneKind.PLAIN:
        raise WechatPhoneUnknown
    return phone.value
