"""The published document against the running product: whatever a signed-in user sends, no 5xx, no status and no body that is not documented, and
no operation that answers without a token. Operations are chained by the links that schemathesis infers.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from loanbroker_api import export
from support.client import Api
from support.company import Company

EXAMPLES = 4
ENDS_THE_RUN = "/auth/logout|/events$|/docs"
"""Signing out ends the user that asks; a stream never ends."""

ENDS_ITSELF = (
    "access_deactivate_employee",
    "access_end_employee_session",
    "access_end_employee_sessions",
    "access_end_my_other_sessions",
    "access_end_my_session",
    "access_reset_password",
    "access_unbind_employee_device",
    "access_unbind_my_device",
)
"""The chains find the asking administrator among the employees, and everything after would be a 401."""


@pytest.fixture
async def token(app: Any, company: Company) -> str:
    await company.employee("admin", role="admin", unit=company.root)
    await company.customer()
    async with Api(app, company, "admin", "api") as api:
        await api.login()
        return api.token


async def test_the_document_is_kept(live_server: str, token: str, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_bytes(export.documents()["openapi.json"])
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        str(document),
        "--url",
        live_server,
        "--header",
        f"Authorization: Bearer {token}",
        "--max-examples",
        str(EXAMPLES),
        "--phases",
        "examples,fuzzing,stateful",
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth",
        "--exclude-path-regex",
        ENDS_THE_RUN,
        *(part for operation in ENDS_ITSELF for part in ("--exclude-operation-id", operation)),
        # Answers 502 where the product can't reach itself, as it says.
        "--exclude-operation-id",
        "channels_send_test_lead",
        "--seed",
        "1",
        "--request-timeout",
        "60",
        "--no-color",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    text = output.decode()
    assert process.returncode == 0, text[-12_000:]
    # A session that something had ended on the way would have made everything after it a 401, which is documented.
    async with httpx.AsyncClient(base_url=live_server) as client:
        answer = await client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
