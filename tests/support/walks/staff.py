"""Every operation of employees, org units and roles, for the walk that calls each one."""

from typing import Any, Protocol

from support.client import Api
from support.company import Company, fresh_phone


class Calls(Protocol):
    async def __call__(self, method: str, template: str, *, api: Api | None = None, status: int | None = None, **options: Any) -> Any: ...


def _match(row: dict[str, Any]) -> dict[str, Any]:
    return {"headers": {"If-Match": str(row["version"])}}


async def walk_staff(walk: Calls, company: Company, admin: Api, chief: Api) -> None:
    """Roles and units come and go, an employee is hired, moved, reset, closed and opened; `chief` looks with a narrower scope."""
    grants = [{"permission": "customers.view", "scope": "custom"}, {"permission": "products.view", "scope": "company"}]
    shown = [{"field": "customer.note", "visibility": "full"}]
    body = {"name": "走一遍", "permissions": grants, "fields": shown, "units": [str(company.team)]}
    await walk("GET", "/permissions", api=admin)
    role = await walk("POST", "/roles", api=admin, json=body)
    role = await walk("PUT", "/roles/{role_id}", api=admin, role_id=role["id"], json={**body, "note": "改过"}, **_match(role))
    copied = await walk("POST", "/roles/{role_id}/copy", api=admin, role_id=role["id"], json={"name": "走两遍"})
    await walk("DELETE", "/roles/{role_id}", api=admin, role_id=copied["id"], **_match(copied))
    await walk("GET", "/roles", api=admin)
    await walk("GET", "/roles/{role_id}", api=admin, role_id=role["id"])
    await walk("GET", "/roles/{role_id}/preview", api=admin, role_id=role["id"])
    unit = await walk("POST", "/org-units", api=admin, json={"name": "新队", "kind": "team", "parentId": str(company.department)})
    moved = {"parentId": str(company.root), "name": "新队一"}
    unit = await walk("PATCH", "/org-units/{unit_id}", api=admin, unit_id=unit["id"], json=moved, **_match(unit))
    hired = {"username": "walker", "displayName": "新人", "employeeNo": "W1", "unitId": unit["id"], "roleIds": [role["id"]]}
    made = await walk("POST", "/employees", api=admin, json={**hired, "phone": fresh_phone()})
    one: dict[str, Any] = {"api": admin, "employee_id": made["employee"]["id"]}
    await walk("DELETE", "/org-units/{unit_id}", api=admin, unit_id=unit["id"], status=409, **_match(unit))
    changed = {"unitId": str(company.team), "roleIds": [], "phone": None}
    row = await walk("PATCH", "/employees/{employee_id}", **one, json=changed, **_match(made["employee"]))
    await walk("DELETE", "/org-units/{unit_id}", api=admin, unit_id=unit["id"], **_match(unit))
    await walk("POST", "/employees/{employee_id}/reset-factors", **one)
    await walk("POST", "/employees/{employee_id}/reset-password", **one)
    for api in (admin, chief):
        row = await walk("GET", "/employees/{employee_id}", **{**one, "api": api})
        for state in ("active", "suspended", "left", "locked"):
            await walk("GET", "/employees", api=api, params={"state": state, "roleId": role["id"]})
    row = await walk("POST", "/employees/{employee_id}/deactivate", **one, json={"reason": "left"}, **_match(row))
    await walk("POST", "/employees/{employee_id}/activate", **one, **_match(row))
    answer = await chief.graphql("{ employees { edges { node { username phone { value } } } } orgUnits { name } }")
    assert "errors" not in answer, answer
