"""Clients of the whole application, middleware included."""

from types import TracebackType
from typing import Any, Self

import httpx
from fastapi import FastAPI

from support.company import PASSWORD, Company

BASE = "http://testserver"


class Api:
    """One signed-in employee over REST and GraphQL."""

    def __init__(self, app: FastAPI, company: Company, username: str, client: str = "ios") -> None:
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url=BASE)
        self._company, self._username, self._client = company, username, client
        self.token = ""
        self.refresh_token: str | None = None
        self.device_token: str | None = None

    async def login(self) -> Self:
        body = {"tenant": self._company.code, "username": self._username, "password": PASSWORD, "client": self._client}
        answer = await self._http.post("/api/v1/auth/login", json=body)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["accessToken"]
        self.refresh_token = answer.json()["refreshToken"]
        self.device_token = answer.json()["device"]["token"]
        self._http.headers["authorization"] = f"Bearer {self.token}"
        return self

    async def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        """`await api("GET", "/customers")`: a request under /api/v1."""
        return await self._http.request(method, f"/api/v1{path}", **options)

    async def ok(self, method: str, path: str, **options: Any) -> Any:
        """The same, which must succeed; its JSON."""
        answer = await self(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer of one operation."""
        answer = await self._http.post("/graphql", json={"query": query, "variables": variables})
        return answer.json()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._http.aclose()


def code_of(answer: httpx.Response) -> str:
    """The problem's code; asserts that it is a whole Problem with a Chinese message."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == f"/problems/{body['code']}"
    assert any("\u4e00" <= character <= "\u9fff" for character in body["message"]), body
    assert body["requestId"]
    return body["code"]
