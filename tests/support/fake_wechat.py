"""WeChat's server as developers.weixin.qq.com documents it, over real HTTP on loopback: three calls, codes that work once for five minutes,
the stable token, and the error numbers.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from loanbroker_api.core.clock import Clock
from support.live import serving

CODE_LIFE = timedelta(minutes=5)
TOKEN_LIFE = timedelta(hours=2)
OVERLAP = timedelta(minutes=5)


@dataclass
class Code:
    openid: str
    made_at: datetime
    unionid: str | None = None
    phone: str = ""
    country: str = "86"
    used: bool = False


@dataclass
class FakeWechat:
    """`errors[call]` are error numbers to answer with next, in order (0 lets a call through); `broken[call]` are whole answers."""

    clock: Clock
    address: str = ""
    appid: str = field(default_factory=lambda: f"wx{secrets.token_hex(8)}")
    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    watermark_appid: str | None = None
    watermark_late: timedelta = timedelta(0)
    calls: Counter[str] = field(default_factory=Counter)
    errors: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    broken: defaultdict[str, list[Response]] = field(default_factory=lambda: defaultdict(list))
    asked: list[dict[str, Any]] = field(default_factory=list)
    _logins: dict[str, Code] = field(default_factory=dict)
    _phones: dict[str, Code] = field(default_factory=dict)
    _tokens: dict[str, datetime] = field(default_factory=dict)
    _current: str = ""
    _forced_at: datetime | None = None

    # What happens on the phone.
    def login_code(self, openid: str, unionid: str | None = None) -> str:
        """wx.login()"""
        code = f"0{secrets.token_urlsafe(23)}"
        self._logins[code] = Code(openid, self.clock.now(), unionid)
        return code

    def phone_code(self, openid: str, phone: str, country: str = "86") -> str:
        """The button <button open-type="getPhoneNumber">, agreed to."""
        code = secrets.token_hex(32)
        self._phones[code] = Code(openid, self.clock.now(), phone=phone, country=country)
        return code

    # What happens at WeChat.
    def revoke_tokens(self) -> None:
        """Somebody else's forced renewal: the tokens so far end at once."""
        self._tokens.clear()
        self._current = ""

    def ban_current(self) -> None:
        """The token is the valid one as the token call sees it, and no other call takes it."""
        self._tokens.pop(self._current)

    async def code2session(self, request: Request) -> Response:
        given = request.query_params
        if (refusal := self._begin("code2session", dict(given))) is not None:
            return refusal
        if (error := self._who(given.get("appid"), given.get("secret"))) or given.get("grant_type") != "authorization_code":
            return answer(errcode=error or 40002, errmsg="invalid")
        code, error = self._take(self._logins, given.get("js_code"))
        if code is None:
            return answer(errcode=error, errmsg="invalid code")
        more = {"unionid": code.unionid} if code.unionid else {}
        return answer(openid=code.openid, session_key=secrets.token_urlsafe(16), **more)

    async def stable_token(self, request: Request) -> Response:
        given: dict[str, Any] = await request.json()
        if (refusal := self._begin("stable_token", given)) is not None:
            return refusal
        if (error := self._who(given.get("appid"), given.get("secret"))) or given.get("grant_type") != "client_credential":
            return answer(errcode=error or 40002, errmsg="invalid")
        now = self.clock.now()
        if given.get("force_refresh"):
            if self._forced_at is not None and now < self._forced_at + timedelta(seconds=30):
                return answer(errcode=45009, errmsg="reach max api daily quota limit")
            self._forced_at = now
            self.revoke_tokens()
        ends = self._tokens.get(self._current)
        if not self._current or (ends is not None and now >= ends - OVERLAP):
            self._current = f"{secrets.token_hex(4)}_{secrets.token_urlsafe(90)}"
            self._tokens[self._current] = ends = now + TOKEN_LIFE
        left = (ends - now) if ends is not None else TOKEN_LIFE
        return answer(access_token=self._current, expires_in=int(left.total_seconds()))

    async def phone(self, request: Request) -> Response:
        given: dict[str, Any] = await request.json()
        if (refusal := self._begin("phone", {**given, **request.query_params})) is not None:
            return refusal
        ends = self._tokens.get(request.query_params.get("access_token", ""))
        if ends is None:
            return answer(errcode=40001, errmsg="invalid credential, access_token is invalid or not latest")
        if self.clock.now() >= ends:
            return answer(errcode=42001, errmsg="access_token expired")
        asked_for = self._phones.get(given.get("code", ""))
        if asked_for is not None and given.get("openid", asked_for.openid) != asked_for.openid:
            return answer(errcode=40029, errmsg="invalid code")
        code, error = self._take(self._phones, given.get("code"))
        if code is None:
            return answer(errcode=error, errmsg="invalid code")
        at = int((self.clock.now() - self.watermark_late).timestamp())
        info = {
            "phoneNumber": code.phone if code.country == "86" else f"+{code.country}{code.phone}",
            "purePhoneNumber": code.phone,
            "countryCode": code.country,
            "watermark": {"timestamp": at, "appid": self.watermark_appid or self.appid},
        }
        return answer(errcode=0, errmsg="ok", phone_info=info)

    def _begin(self, call: str, given: dict[str, Any]) -> Response | None:
        self.calls[call] += 1
        self.asked.append({"call": call, **given})
        if self.broken[call]:
            return self.broken[call].pop(0)
        if self.errors[call]:
            error = self.errors[call].pop(0)
            return answer(errcode=error, errmsg="system error") if error else None
        return None

    def _who(self, appid: str | None, secret: str | None) -> int:
        if not appid:
            return 41002
        return 40013 if appid != self.appid else 40125 if secret != self.secret else 0

    def _take(self, codes: dict[str, Code], text: str | None) -> tuple[Code | None, int]:
        code = codes.get(text or "")
        if code is None or self.clock.now() >= code.made_at + CODE_LIFE:
            return None, 40029
        if code.used:
            return None, 40163
        code.used = True
        return code, 0


def answer(**body: Any) -> JSONResponse:
    return JSONResponse(body)


def page(status: int = 200) -> PlainTextResponse:
    """What a proxy in between answers."""
    return PlainTextResponse("<html>busy</html>", status)


@asynccontextmanager
async def wechat_server(clock: Clock) -> AsyncGenerator[FakeWechat]:
    """A WeChat of this test's own."""
    fake = FakeWechat(clock)
    app = FastAPI()
    app.add_api_route("/sns/jscode2session", fake.code2session, methods=["GET"])
    app.add_api_route("/cgi-bin/stable_token", fake.stable_token, methods=["POST"])
    app.add_api_route("/wxa/business/getuserphonenumber", fake.phone, methods=["POST"])
    async with serving(app) as address:
        fake.address = address
        yield fake
