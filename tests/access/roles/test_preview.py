"""A preview of a role shows what both the role and oneself reach, and writes nothing."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.access.roles.holdings import Holding, holdings
from loanbroker_api.access.roles.preview import preview_actor
from loanbroker_api.access.roles.trees import Tree, all_below
from loanbroker_api.core.actor import Actor, Scope, Visibility
from loanbroker_api.core.ids import new_id
from support.client import Api, code_of
from support.company import Company
from support.doors import DOORS, DoorName, Refused
from support.staff_doors import StaffDoor

ROOT, SALES, ONE, TWO = (new_id() for _ in range(4))
UNITS = [ROOT, SALES, ONE, TWO]
TREE = Tree({ROOT: None, SALES: ROOT, ONE: SALES, TWO: SALES}, {ROOT: "company", SALES: "department", ONE: "team", TWO: "team"})
VIEW, EDIT, PHONE = "customers.view", "customers.edit", "customer.phone"
SignIn = Callable[..., Awaitable[Api]]

roles = st.builds(
    Holding,
    st.dictionaries(st.sampled_from([VIEW, EDIT]), st.sampled_from(list(Scope))),
    st.dictionaries(st.just(PHONE), st.sampled_from(list(Visibility))),
    st.frozensets(st.sampled_from(UNITS)),
)


def actor_with(held: list[Holding], unit: UUID) -> Actor:
    reach = holdings(held, TREE, unit)
    return Actor(
        new_id(),
        new_id(),
        "employee",
        "某人",
        unit_id=unit,
        scopes=reach.scopes,
        fields=reach.fields,
        units=reach.units,
        listed=reach.listed,
    )


def reached(actor: Actor, permission: str) -> frozenset[UUID | None]:
    """Units whose rows one reaches; None stands for rows without a unit."""
    if not actor.may(permission):
        return frozenset()
    units = actor.units_of(permission)
    return frozenset({*UNITS, None}) if units is None else units


@given(st.lists(roles, max_size=3), roles, st.sampled_from(UNITS))
def test_it_reaches_exactly_what_both_reach(own: list[Holding], role: Holding, unit: UUID) -> None:
    actor = actor_with(own, unit)
    expanded = Holding(role.permissions, role.fields, all_below(TREE.parents, role.units))
    seen, alone = preview_actor(actor, [expanded]), actor_with([role], unit)
    assert seen.read_only
    assert (seen.id, seen.tenant_id) == (actor.id, actor.tenant_id)
    for permission in (VIEW, EDIT):
        assert seen.may(permission) is (actor.may(permission) and alone.may(permission))
        assert reached(seen, permission) == reached(actor, permission) & reached(alone, permission)
    shown = [one.fields.get(PHONE, Visibility.MASKED) for one in (actor, alone)]
    assert seen.fields.get(PHONE, Visibility.MASKED) is min(shown)


def test_the_system_seen_as_a_role_is_no_more_than_the_role() -> None:
    seen = preview_actor(Actor.system(new_id(), "test"), [Holding({VIEW: Scope.COMPANY})])
    assert (seen.may(VIEW), seen.may(EDIT)) == (True, False)


@pytest.mark.parametrize("door", DOORS)
class TestTheSidePanel:
    async def test_what_a_role_sees(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        boss = StaffDoor(await sign_in("boss", role="boss", unit=company.root), door)
        by_code = {role["code"]: role for role in await boss.roles()}
        seen = await boss.preview(by_code["sales"]["id"])
        assert [menu["key"] for menu in seen["menus"]][:2] == ["today", "customers"]
        assert {"permission": "customers.view", "scope": "self"} in seen["permissions"]
        assert {"field": "customer.phone", "visibility": "masked"} in seen["fields"]
        assert not any(row["permission"].startswith("access.") for row in seen["permissions"])

    async def test_it_is_for_who_manages_roles(self, door: DoorName, company: Company, sign_in: SignIn) -> None:
        boss = StaffDoor(await sign_in("boss", role="boss", unit=company.root), door)
        role = (await boss.roles())[0]["id"]
        with pytest.raises(Refused, match=r"core\.forbidden"):
            await StaffDoor(await sign_in("hr1", role="hr", unit=company.root), door).preview(role)
        with pytest.raises(Refused, match=r"access\.role-not-found"):
            await boss.preview(new_id())


async def test_the_whole_client_as_a_role(company: Company, sign_in: SignIn) -> None:
    boss = await sign_in("boss", role="boss", unit=company.root)
    sales = next(role["id"] for role in (await boss.ok("GET", "/roles"))["items"] if role["code"] == "sales")
    headers = {"X-Preview-Role": sales}
    me = await boss.ok("GET", "/me", headers=headers)
    assert {row["permission"]: row["scope"] for row in me["permissions"]}["customers.view"] == "self"
    assert code_of(await boss("GET", "/employees", headers=headers)) == "core.forbidden"
    assert code_of(await boss("PUT", "/me/duty", json={"onDuty": True}, headers=headers)) == "core.preview-read-only"
