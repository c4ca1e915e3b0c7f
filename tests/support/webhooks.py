"""Platforms that push leads: signed by the public `standardwebhooks` package, not by our own signer."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI
from standardwebhooks import Webhook


def signed(secret: str, body: str | bytes, *, message_id: str | None = None, at: datetime | None = None) -> dict[str, str]:
    """The headers of a delivery."""
    text = body.decode("latin-1") if isinstance(body, bytes) else body
    message_id = message_id or f"msg_{secrets.token_hex(8)}"
    moment = at or datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, text),
    }


class Platform:
    """A platform that knows one channel's address and secret."""

    def __init__(self, app: FastAPI, key: str, secret: str) -> None:
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://testserver")
        self.path = f"/webhooks/{key}"
        self.secret = secret

    async def send(self, lead: Any, *, message_id: str | None = None, at: datetime | None = None) -> httpx.Response:
        """Deliver a lead (or anything that JSON holds)."""
        body = json.dumps(lead, ensure_ascii=True)
        return await self._http.post(self.path, content=body, headers=signed(self.secret, body, message_id=message_id, at=at))

    async def post(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """Deliver raw bytes."""
        return await self._http.post(self.path, content=body, headers=headers)
