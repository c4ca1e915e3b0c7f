"""What the document promises holds for the running product: no 5xx, and every answer is one that the document knows."""

import asyncio
import itertools
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import CHECKS, load_all_checks

from loanbroker_api import registry
from loanbroker_api.core.runtime import open_runtime
from support.company import PASSWORD, new_company
from support.installation import Installation

# Ends the session that the test itself uses, or never ends.
LEFT_OUT = {"/api/v1/auth/logout", "/api/v1/events"}


def test_answers_conform(installation: Installation) -> None:
    address, token = asyncio.run(_started(installation))
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    load_all_checks()
    checks = CHECKS.get_by_names(
        [
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
        ]
    )
    tried: set[str] = set()
    failures: list[str] = []
    bounded = hypothesis_settings(
        max_examples=4, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    for found, mode in itertools.product(list(schema.get_all_operations()), schemathesis.GenerationMode):
        operation = found.ok()
        if operation.path in LEFT_OUT or (mode is schemathesis.GenerationMode.NEGATIVE and not _takes_anything(operation)):
            continue
        tried.add(operation.label)

        @bounded
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case) -> None:
            response = case.call(headers={"authorization": f"Bearer {token}"}, timeout=30)
            case.validate_response(response, checks=checks)

        try:
            ask()
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - all operations are tried before the test fails
            failures.append(f"{operation.label}, {mode.value}: {error} {getattr(error, 'exceptions', ())}")
    assert len(tried) > 40, tried
    assert not failures, "\n\n".join(failures)


async def _started(installation: Installation) -> tuple[str, str]:
    """The address, and the token of an administrator of a company with something in it."""
    registry.load()
    async with open_runtime(installation.settings()) as runtime:
        company = await new_company(runtime)
        await company.employee("admin", role="admin", unit=company.root)
        await company.channel()
        await company.customer()
    address = await installation.serve()
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as http:
        login = {"tenant": company.code, "username": "admin", "password": PASSWORD, "client": "api"}
        return address, (await http.post("/api/v1/auth/login", json=login)).json()["accessToken"]


def _takes_anything(operation: Any) -> bool:
    """Whether there is something to send wrongly."""
    return bool(operation.body) or any(True for _ in operation.iter_parameters())
