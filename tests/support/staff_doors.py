"""Roles, employees and org units through either door; answers look alike, refusals are doors.Refused."""

from typing import Any

from support.client import Api
from support.doors import DoorName, graph_of, rest_of

_ACTIONS = "allowedActions { action allowed reasonCode }"
_ROLE = f"id version code name note builtin employees permissions {{ permission scope }} fields {{ field visibility }} units {_ACTIONS}"
_STAFF = (
    "id version username displayName employeeNo orgUnit { id name } roles { id code name } onDuty active phone { value masked } "
    f"mustChangePassword leftAt totp passkeys lockedUntil lastLoginAt {_ACTIONS}"
)
_UNIT = "id version parentId kind name position"


def _alike(row: dict[str, Any]) -> dict[str, Any]:
    """A row of either door: actions by name with the code of what refuses them, factors flat."""
    if "allowedActions" in row:
        row["allowedActions"] = {
            item["action"]: None if item["allowed"] else (item.get("reasonCode") or item["reason"]["code"])
            for item in row["allowedActions"]
        }
    if "factors" in row:
        row |= row.pop("factors")
    return row


def _match(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


class StaffDoor:
    """What one employee does to roles, staff and units through one door."""

    def __init__(self, api: Api, name: DoorName) -> None:
        self.api, self.rest = api, name == "rest"

    async def _graph(self, operation: str, field: str, **variables: Any) -> Any:
        return (await graph_of(self.api, operation, **variables))[field]

    async def catalogue(self) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("GET", "/permissions"))
        query = "{ permissionCatalogue { areas { code permissions { code title scoped } } fields { field title grade } scopes menus { key permission } } }"
        return await self._graph(query, "permissionCatalogue")

    async def roles(self) -> list[dict[str, Any]]:
        if self.rest:
            return [_alike(row) for row in rest_of(await self.api("GET", "/roles"))["items"]]
        return [_alike(row) for row in await self._graph(f"{{ roles {{ {_ROLE} }} }}", "roles")]

    async def role(self, role_id: Any) -> dict[str, Any]:
        if self.rest:
            return _alike(rest_of(await self.api("GET", f"/roles/{role_id}")))
        return _alike(await self._graph(f"query($id: UUID!) {{ role(id: $id) {{ {_ROLE} }} }}", "role", id=str(role_id)))

    async def create_role(self, **data: Any) -> dict[str, Any]:
        body = {"permissions": [], "fields": [], **data}
        if self.rest:
            return _alike(rest_of(await self.api("POST", "/roles", json=body)))
        return _alike(
            await self._graph(f"mutation($data: RoleInput!) {{ createRole(data: $data) {{ {_ROLE} }} }}", "createRole", data=body)
        )

    async def update_role(self, role_id: Any, version: int, **data: Any) -> dict[str, Any]:
        body = {"permissions": [], "fields": [], **data}
        if self.rest:
            return _alike(rest_of(await self.api("PUT", f"/roles/{role_id}", json=body, headers=_match(version))))
        query = f"mutation($id: UUID!, $version: Int!, $data: RoleInput!) {{ updateRole(id: $id, version: $version, data: $data) {{ {_ROLE} }} }}"
        return _alike(await self._graph(query, "updateRole", id=str(role_id), version=version, data=body))

    async def copy_role(self, role_id: Any, name: str) -> dict[str, Any]:
        if self.rest:
            return _alike(rest_of(await self.api("POST", f"/roles/{role_id}/copy", json={"name": name})))
        query = f"mutation($id: UUID!, $name: String!) {{ copyRole(id: $id, name: $name) {{ {_ROLE} }} }}"
        return _alike(await self._graph(query, "copyRole", id=str(role_id), name=name))

    async def delete_role(self, role_id: Any, version: int) -> None:
        if self.rest:
            answer = await self.api("DELETE", f"/roles/{role_id}", headers=_match(version))
            assert answer.status_code == 204 or rest_of(answer)
        else:
            query = "mutation($id: UUID!, $version: Int!) { deleteRole(id: $id, version: $version) }"
            assert await self._graph(query, "deleteRole", id=str(role_id), version=version) is True

    async def preview(self, role_id: Any) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("GET", f"/roles/{role_id}/preview"))
        query = "query($id: UUID!) { rolePreview(id: $id) { menus { key path group } permissions { permission scope } fields { field visibility } } }"
        return await self._graph(query, "rolePreview", id=str(role_id))

    async def usernames(self, **wanted: Any) -> list[str]:
        if self.rest:
            return [row["username"] for row in rest_of(await self.api("GET", "/employees", params=wanted))["items"]]
        query = "query($filter: StaffFilter) { employees(first: 200, filter: $filter) { edges { node { username } } } }"
        found = await self._graph(query, "employees", filter=wanted or None)
        return [edge["node"]["username"] for edge in found["edges"]]

    async def employee(self, employee_id: Any) -> dict[str, Any]:
        if self.rest:
            return _alike(rest_of(await self.api("GET", f"/employees/{employee_id}")))
        return _alike(await self._graph(f"query($id: UUID!) {{ employee(id: $id) {{ {_STAFF} }} }}", "employee", id=str(employee_id)))

    async def hire(self, **data: Any) -> tuple[dict[str, Any], str | None]:
        body = {"displayName": "周晓梅", "roleIds": [], **data}
        if self.rest:
            made = rest_of(await self.api("POST", "/employees", json=body))
        else:
            query = f"mutation($data: NewEmployeeInput!) {{ createEmployee(data: $data) {{ employee {{ {_STAFF} }} password }} }}"
            made = await self._graph(query, "createEmployee", data=body)
        return _alike(made["employee"]), made["password"]

    async def edit(self, employee_id: Any, version: int, **data: Any) -> dict[str, Any]:
        if self.rest:
            return _alike(rest_of(await self.api("PATCH", f"/employees/{employee_id}", json=data, headers=_match(version))))
        query = (
            "mutation($id: UUID!, $version: Int!, $data: EmployeePatch!) "
            f"{{ updateEmployee(id: $id, version: $version, data: $data) {{ {_STAFF} }} }}"
        )
        return _alike(await self._graph(query, "updateEmployee", id=str(employee_id), version=version, data=data))

    async def deactivate(self, employee_id: Any, version: int, reason: str = "left", note: str | None = None) -> dict[str, Any]:
        if self.rest:
            body = {"reason": reason, "note": note}
            return _alike(rest_of(await self.api("POST", f"/employees/{employee_id}/deactivate", json=body, headers=_match(version))))
        query = (
            "mutation($id: UUID!, $version: Int!, $reason: String!, $note: String) "
            f"{{ deactivateEmployee(id: $id, version: $version, reason: $reason, note: $note) {{ {_STAFF} }} }}"
        )
        return _alike(await self._graph(query, "deactivateEmployee", id=str(employee_id), version=version, reason=reason, note=note))

    async def activate(self, employee_id: Any, version: int) -> dict[str, Any]:
        if self.rest:
            return _alike(rest_of(await self.api("POST", f"/employees/{employee_id}/activate", headers=_match(version))))
        query = f"mutation($id: UUID!, $version: Int!) {{ activateEmployee(id: $id, version: $version) {{ {_STAFF} }} }}"
        return _alike(await self._graph(query, "activateEmployee", id=str(employee_id), version=version))

    async def reset_password(self, employee_id: Any) -> str:
        if self.rest:
            return rest_of(await self.api("POST", f"/employees/{employee_id}/reset-password"))["password"]
        return await self._graph("mutation($id: UUID!) { resetPassword(id: $id) }", "resetPassword", id=str(employee_id))

    async def reset_factors(self, employee_id: Any) -> None:
        if self.rest:
            answer = await self.api("POST", f"/employees/{employee_id}/reset-factors")
            assert answer.status_code == 204 or rest_of(answer)
        else:
            assert await self._graph("mutation($id: UUID!) { resetFactors(id: $id) }", "resetFactors", id=str(employee_id)) is True

    async def units(self) -> list[dict[str, Any]]:
        if self.rest:
            return rest_of(await self.api("GET", "/org-units"))["items"]
        return await self._graph(f"{{ orgUnits {{ {_UNIT} }} }}", "orgUnits")

    async def create_unit(self, **data: Any) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("POST", "/org-units", json=data))
        return await self._graph(
            f"mutation($data: OrgUnitInput!) {{ createOrgUnit(data: $data) {{ {_UNIT} }} }}", "createOrgUnit", data=data
        )

    async def change_unit(self, unit_id: Any, version: int, **data: Any) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("PATCH", f"/org-units/{unit_id}", json=data, headers=_match(version)))
        query = (
            "mutation($id: UUID!, $version: Int!, $data: OrgUnitPatch!) "
            f"{{ updateOrgUnit(id: $id, version: $version, data: $data) {{ {_UNIT} }} }}"
        )
        return await self._graph(query, "updateOrgUnit", id=str(unit_id), version=version, data=data)

    async def delete_unit(self, unit_id: Any, version: int) -> None:
        if self.rest:
            answer = await self.api("DELETE", f"/org-units/{unit_id}", headers=_match(version))
            assert answer.status_code == 204 or rest_of(answer)
        else:
            query = "mutation($id: UUID!, $version: Int!) { deleteOrgUnit(id: $id, version: $version) }"
            assert await self._graph(query, "deleteOrgUnit", id=str(unit_id), version=version) is True
