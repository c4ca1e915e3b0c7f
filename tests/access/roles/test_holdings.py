"""Roles merged: the widest scope, lists of units beside it, the most visible field."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.access.models import EmployeeRole, Role, RoleField, RolePermission
from loanbroker_api.access.roles.holdings import Holding, actor_of, holdings, role_held
from loanbroker_api.access.roles.trees import OrgTrees, Tree, all_below
from loanbroker_api.core.actor import Scope, Visibility
from loanbroker_api.core.db import Small
from loanbroker_api.core.ids import new_id
from loanbroker_api.core.runtime import Runtime
from support.client import Api
from support.company import Company

ROOT, SALES, ONE, TWO, RISK, THREE = (new_id() for _ in range(6))
TREE = Tree(
    {ROOT: None, SALES: ROOT, ONE: SALES, TWO: SALES, RISK: ROOT, THREE: RISK},
    {ROOT: "company", SALES: "department", ONE: "team", TWO: "team", RISK: "department", THREE: "team"},
)
VIEW = "customers.view"


def held(scope: Scope, *units: UUID, **fields: Visibility) -> Holding:
    return Holding({VIEW: scope}, {name.replace("_", "."): shown for name, shown in fields.items()}, frozenset(units))


class TestMerging:
    def test_the_widest_scope_counts(self) -> None:
        reach = holdings([held(Scope.SELF), held(Scope.TEAM_BELOW), held(Scope.TEAM)], TREE, ONE)
        assert reach.scopes == {VIEW: Scope.TEAM_BELOW}
        assert reach.listed == {}

    def test_a_list_alone_is_custom_with_everything_below(self) -> None:
        reach = holdings([held(Scope.CUSTOM, RISK)], TREE, ONE)
        assert reach.scopes == {VIEW: Scope.CUSTOM}
        assert reach.listed == {VIEW: {RISK, THREE}}

    def test_a_list_is_added_to_what_another_role_gives(self) -> None:
        reach = holdings([held(Scope.CUSTOM, RISK), held(Scope.TEAM), held(Scope.CUSTOM, TWO)], TREE, ONE)
        assert reach.scopes == {VIEW: Scope.TEAM}
        assert reach.listed == {VIEW: {RISK, THREE, TWO}}

    def test_a_list_belongs_to_the_permissions_of_its_own_role(self) -> None:
        other = Holding({"finance.view": Scope.CUSTOM}, {}, frozenset({ONE}))
        reach = holdings([held(Scope.CUSTOM, RISK), other], TREE, ONE)
        assert reach.listed == {VIEW: {RISK, THREE}, "finance.view": {ONE}}

    def test_fields_are_as_visible_as_the_most_open_role_says(self) -> None:
        hides, shows, silent = Holding({}, {"a": Visibility.HIDDEN}), Holding({}, {"a": Visibility.FULL}), Holding()
        assert holdings([hides, shows], TREE, ONE).fields == {"a": Visibility.FULL}
        assert holdings([hides, silent], TREE, ONE).fields == {"a": Visibility.HIDDEN}

    def test_scopes_reach_from_ones_own_unit(self) -> None:
        assert holdings([], TREE, ONE).units == {
            Scope.TEAM: {ONE},
            Scope.TEAM_BELOW: {ONE},
            Scope.DEPARTMENT: {SALES, ONE, TWO},
        }
        assert holdings([], TREE, RISK).units[Scope.TEAM_BELOW] == {RISK, THREE}

    @given(st.lists(st.tuples(st.sampled_from(list(Scope)), st.sets(st.sampled_from([ROOT, SALES, ONE, TWO, RISK, THREE]))), max_size=5))
    def test_a_role_more_never_takes_anything_away(self, roles: list[tuple[Scope, set[UUID]]]) -> None:
        made = [held(scope, *units) for scope, units in roles]
        for count in range(len(made)):
            less, more = holdings(made[:count], TREE, ONE), holdings(made[: count + 1], TREE, ONE)
            assert set(less.scopes) <= set(more.scopes)
            for code in less.scopes:
                if more.scopes[code] is not Scope.COMPANY:
                    was = less.units.get(less.scopes[code], frozenset()) | less.listed.get(code, frozenset())
                    assert was <= more.units.get(more.scopes[code], frozenset()) | more.listed.get(code, frozenset())

    def test_below_several_units(self) -> None:
        assert all_below(TREE.parents, [ONE, RISK]) == {ONE, RISK, THREE}
        assert all_below(TREE.parents, []) == frozenset()


async def give(company: Company, employee_id: UUID, scope: Scope, units: list[UUID], *, field: str | None = None) -> UUID:
    """A role of its own for one employee, with `customers.view` in a scope."""
    async with company.runtime.uow(company.id) as uow:
        role = Role(id=new_id(), code=f"r_{new_id()}", name=str(new_id()), units=[str(unit) for unit in units])
        uow.session.add(role)
        await uow.session.flush()
        uow.session.add(RolePermission(role_id=role.id, permission=VIEW, scope=Small(scope)))
        if field:
            uow.session.add(RoleField(role_id=role.id, field=field, visibility=Small(Visibility.HIDDEN)))
        uow.session.add(EmployeeRole(employee_id=employee_id, role_id=role.id))
        uow.changed(employee_id=employee_id)
    return role.id


class TestReading:
    async def test_what_an_employee_holds(self, runtime: Runtime, company: Company) -> None:
        sales = await company.employee("sales1")
        role = await give(company, sales.id, Scope.CUSTOM, [company.other_team], field="customer.phone")
        async with runtime.read(company.id) as session:
            reach = await actor_of(session, OrgTrees(), company.id, sales.id)
            one = await role_held(session, OrgTrees(), company.id, role)
            nothing = await role_held(session, OrgTrees(), company.id, new_id())
        assert (reach.scopes[VIEW], reach.scopes["products.view"]) == (Scope.SELF, Scope.COMPANY)
        assert reach.listed == {VIEW: {company.other_team}}
        assert reach.fields["customer.phone"] is Visibility.HIDDEN
        assert reach.fields["customer.note"] is Visibility.FULL
        assert reach.units[Scope.DEPARTMENT] == {company.department, company.team, company.other_team}
        assert one == Holding({VIEW: Scope.CUSTOM}, {"customer.phone": Visibility.HIDDEN}, frozenset({company.other_team}))
        assert nothing is None

    async def test_a_list_opens_rows_to_a_live_session(
        self, company: Company, sign_in: Callable[..., Awaitable[Api]], settle: Callable[[], Awaitable[None]]
    ) -> None:
        await company.employee("other", unit=company.other_team)
        customer = await company.customer(team=company.other_team)
        sales = await sign_in("sales1")
        assert (await sales("GET", f"/customers/{customer.id}")).status_code == 404
        assert (await sales.ok("GET", "/customers", params={"view": "new"}))["items"] == []
        await give(company, company.employees["sales1"].id, Scope.CUSTOM, [company.department])
        await give(company, company.employees["sales1"].id, Scope.CUSTOM, [company.root])
        assert (await sales("GET", f"/customers/{customer.id}")).status_code == 200
        fresh = (await sales.ok("GET", "/customers", params={"view": "new"}))["items"]
        assert [row["id"] for row in fresh] == [str(customer.id)], "and whoever reaches more than his own looks after it"
