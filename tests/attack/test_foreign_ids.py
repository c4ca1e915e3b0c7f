"""Ids of another company and of another team, put into every operation that takes one, as every built-in role: nothing comes out, and no answer
tells whether the id exists. What is compared is the whole answer, beside that to an id that nobody has.
"""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import pytest
from fastapi import FastAPI

from loanbroker_api.access import service
from loanbroker_api.access.builtin_roles import BUILTIN_ROLES
from loanbroker_api.core.actor import Scope
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from support.aims import PERSONAL, SCOPED, Aim, graph_aims, rest_aims
from support.client import Api
from support.company import Company, new_company
from support.victims import Victim, make_victim

AIMS = [*rest_aims(), *graph_aims()]
ROLES = [role.code for role in BUILTIN_ROLES]
HELD = {role.code: role.permissions for role in BUILTIN_ROLES}
# Whoever may see a thing anywhere in the company may be told that it is there, by the operations of that area.
SEES = {
    "access": ("access.employees.view", "access.employees.manage", "access.sessions.manage"),
    "audit": ("access.audit.view",),
    "customers": ("customers.view",),
    "products": ("customers.view",),
    "pipeline": ("pipeline.view",),
    "finance": ("finance.view", "pipeline.view"),
    "analytics": ("analytics.view",),
}


@dataclass
class World:
    own: Company
    victims: dict[str, Victim]
    """foreign: of another company; other: of another department; mine: of the attacker's team."""


@pytest.fixture
async def world(runtime: Runtime, company: Company) -> World:
    foreign = await new_company(runtime)
    async with runtime.uow(company.id) as uow:
        department = await service.add_unit(uow, company.system, name="另一部", kind="department", parent_id=company.root)
        team = await service.add_unit(uow, company.system, name="另一队", kind="team", parent_id=department.id)
    return World(
        company,
        {
            "foreign": await make_victim(foreign, "stranger", foreign.team, "甲"),
            "other": await make_victim(company, "colleague", team.id, "乙"),
            "mine": await make_victim(company, "neighbour", company.team, "丙"),
        },
    )


@pytest.fixture
async def attackers(app: FastAPI, company: Company) -> AsyncGenerator[Callable[[str], Awaitable[Api]]]:
    async with AsyncExitStack() as stack:

        async def enter(role: str) -> Api:
            await company.employee(f"x{role}", role=role, unit=company.root if role in {"admin", "boss"} else company.team)
            return await (await stack.enter_async_context(Api(app, company, f"x{role}"))).login()

        yield enter


_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[.\d]*Z?")


async def ask(api: Api, aim: Aim, ids: dict[str, UUID | str]) -> str:
    """The answer as text, with the ids that were sent taken out."""
    given = aim.request(ids)
    if aim.document:
        text = orjson.dumps(await api.graphql(given["query"], **given["variables"])).decode()
        status = 200
    else:
        answer = await api(given.pop("method"), given.pop("path"), **given)
        text, status = answer.text, answer.status_code
    for value in {str(value) for value in ids.values()}:
        text = text.replace(value, "<id>")
    return f"{status} {text}"


def plain(answer: str) -> str:
    """An answer without what differs from one request to the next: ids of its own, times."""
    return _TIME.sub("<time>", _ID.sub("<id>", answer))


def reaches(role: str, aim: Aim, slots: tuple[Any, ...]) -> bool:
    """Whether the role may touch another department's things of these kinds, by data scope or because nothing keeps them apart."""
    nouns = {slot.noun for slot in slots}
    if nouns & PERSONAL:
        return "task" in nouns and "workspace.tasks.manage" in HELD[role]
    if not nouns & SCOPED:
        return True
    return any(HELD[role].get(permission) is Scope.COMPANY for permission in SEES.get(aim.area, ()))


def shots(aim: Aim, whose: str) -> list[tuple[Any, ...]]:
    """Which slots are aimed at: all together, and each alone where there are several. Of a colleague only what data scopes keep apart."""
    slots = (
        aim.slots if whose == "foreign" else tuple(slot for slot in aim.slots if slot.noun in SCOPED | PERSONAL and slot.name not in OPEN)
    )
    if not slots:
        return []
    return [slots] if len(slots) == 1 else [slots, *[(slot,) for slot in slots]]


OPEN = {"participants.employeeId", "data.participants.employeeId"}
"""Anybody of the company may take part in a case; a colleague's name is no secret within it (docs/decisions/staff-names.md)."""


@pytest.mark.parametrize("role", ROLES)
async def test_nothing_of_others_comes_out(role: str, world: World, attackers: Callable[[str], Awaitable[Api]]) -> None:
    api = await attackers(role)
    leaks: list[str] = []
    asked = 0
    for aim in AIMS:
        for whose in ("foreign", "other"):
            for slots in shots(aim, whose):
                if whose == "other" and reaches(role, aim, slots):
                    continue
                victim, mine = world.victims[whose], world.victims["mine"]
                base: dict[str, UUID | str] = {slot.name: mine.ids[slot.noun] for slot in aim.slots}
                aimed = {**base, **{slot.name: victim.ids[slot.noun] for slot in slots}}
                nobody = {**base, **{slot.name: new_id() for slot in slots}}
                told, silent = await ask(api, aim, aimed), await ask(api, aim, nobody)
                asked += 2
                names = [slot.name for slot in slots]
                if plain(told) != plain(silent):
                    leaks.append(f"{role}, {aim.name}, {names} of {whose}:\n  {told[:300]}\n  {silent[:300]}")
                shown = [text for text in (*victim.texts, *map(str, victim.ids.values())) if text in told and text not in silent]
                if shown:
                    leaks.append(f"{role}, {aim.name}, {names} of {whose}: {shown}")
                if told.startswith("5"):
                    leaks.append(f"{role}, {aim.name}: {told[:200]}")
    assert asked > 200
    assert leaks == [], f"{len(leaks)} leaks in {asked} requests\n" + "\n".join(leaks[:12])


def test_every_operation_with_an_id_is_aimed_at() -> None:
    """The ids are found by what the documents say; this finds them by the text of the paths."""
    paths = {aim.path for aim in AIMS}
    document = {aim.name for aim in AIMS}
    from support.aims import export  # the same document, read without the aims

    for path, methods in orjson.loads(export.documents()["openapi.json"])["paths"].items():
        if re.search(r"\{\w+_id\}", path):
            assert path in paths, path
            for operation in methods.values():
                assert operation["operationId"] in document


def test_a_slot_that_nobody_has_named_fails() -> None:
    from support.aims import noun_of

    with pytest.raises(LookupError, match="secret_thing_id"):
        noun_of("secret_thing_id", "/things/{secret_thing_id}")
