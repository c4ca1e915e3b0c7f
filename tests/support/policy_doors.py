"""Login policies, the calendar and places as an administrator asks for them, through either door. What is refused raises Refused."""

from typing import Any

from support.client import Api
from support.doors import DoorName, graph_of, rest_of

POLICY = "id version subject { kind id name } client parts overrides sentences updatedAt"
TRIAL = "allowed code message rule then place explanation"
IMPACT = (
    "since logins refused people peopleRefused items { employeeId displayName logins refused reasons lastRefusedAt } "
    "liveSessions ending { employeeId displayName sessionId client place code message }"
)
DAY = "day working title source makeup"


class PolicyDoor:
    def __init__(self, api: Api, name: DoorName) -> None:
        self.api, self.rest = api, name == "rest"

    async def list(self, **wanted: Any) -> list[dict[str, Any]]:
        given = {name: str(value) for name, value in wanted.items()}
        if self.rest:
            return rest_of(await self.api("GET", "/login-policies", params=given))["items"]
        query = (
            "query($roleId: UUID, $employeeId: UUID, $client: String) "
            f"{{ loginPolicies(roleId: $roleId, employeeId: $employeeId, client: $client) {{ {POLICY} }} }}"
        )
        return (await graph_of(self.api, query, **given))["loginPolicies"]

    async def create(self, **data: Any) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("POST", "/login-policies", json=data))
        query = f"mutation($data: LoginPolicyInput!) {{ createLoginPolicy(data: $data) {{ {POLICY} }} }}"
        return (await graph_of(self.api, query, data=data))["createLoginPolicy"]

    async def update(self, policy_id: str, version: int, parts: Any, overrides: Any = ()) -> dict[str, Any]:
        data = {"parts": parts, "overrides": list(overrides)}
        if self.rest:
            headers = {"If-Match": f'"{version}"'}
            return rest_of(await self.api("PUT", f"/login-policies/{policy_id}", json=data, headers=headers))
        query = (
            "mutation($id: UUID!, $version: Int!, $parts: JSON!, $overrides: [String!]) "
            f"{{ updateLoginPolicy(id: $id, version: $version, parts: $parts, overrides: $overrides) {{ {POLICY} }} }}"
        )
        return (await graph_of(self.api, query, id=policy_id, version=version, **data))["updateLoginPolicy"]

    async def delete(self, policy_id: str, version: int) -> None:
        if self.rest:
            answer = await self.api("DELETE", f"/login-policies/{policy_id}", headers={"If-Match": f'"{version}"'})
            if not answer.is_success:
                rest_of(answer)
            return
        query = "mutation($id: UUID!, $version: Int!) { deleteLoginPolicy(id: $id, version: $version) }"
        await graph_of(self.api, query, id=policy_id, version=version)

    async def attempt(self, **data: Any) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("POST", "/login-policies/try", json=data))
        query = (
            "query($employeeId: UUID!, $client: String!, $ip: String!, $at: DateTime, $device: String!, $draft: LoginPolicyInput) "
            "{ tryLoginPolicies(employeeId: $employeeId, client: $client, ip: $ip, at: $at, device: $device, draft: $draft) "
            f"{{ {TRIAL} }} }}"
        )
        return (await graph_of(self.api, query, **{"device": "known", **data}))["tryLoginPolicies"]

    async def impact(self, draft: Any, days: int = 30) -> dict[str, Any]:
        """People as {employee: {id, displayName}}, as REST has them."""
        if self.rest:
            return rest_of(await self.api("POST", "/login-policies/impact", json={"draft": draft, "days": days}))
        query = f"query($draft: LoginPolicyInput!, $days: Int!) {{ loginPolicyImpact(draft: $draft, days: $days) {{ {IMPACT} }} }}"
        found = (await graph_of(self.api, query, draft=draft, days=days))["loginPolicyImpact"]
        for row in (*found["items"], *found["ending"]):
            row["employee"] = {"id": row.pop("employeeId"), "displayName": row.pop("displayName")}
        return found

    async def calendar(self, year: int) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("GET", f"/calendar/{year}"))
        query = f"query($year: Int!) {{ workCalendar(year: $year) {{ year covered days {{ {DAY} }} }} }}"
        return (await graph_of(self.api, query, year=year))["workCalendar"]

    async def put_day(self, day: str, *, working: bool, title: str) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("PUT", f"/calendar-days/{day}", json={"working": working, "title": title}))
        query = (
            "mutation($day: Date!, $working: Boolean!, $title: String!) "
            f"{{ setCalendarDay(day: $day, working: $working, title: $title) {{ {DAY} }} }}"
        )
        return (await graph_of(self.api, query, day=day, working=working, title=title))["setCalendarDay"]

    async def remove_day(self, day: str) -> None:
        if self.rest:
            answer = await self.api("DELETE", f"/calendar-days/{day}")
            if not answer.is_success:
                rest_of(answer)
            return
        await graph_of(self.api, "mutation($day: Date!) { removeCalendarDay(day: $day) }", day=day)

    async def places(self) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("GET", "/places"))
        return (await graph_of(self.api, "{ places { items { code name parent } dataOf ownFile } }"))["places"]

    async def find(self, ip: str) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("GET", "/places/find", params={"ip": ip}))
        return (await graph_of(self.api, "query($ip: String!) { placeOfIp(ip: $ip) { code name known } }", ip=ip))["placeOfIp"]
