"""The same question through either door: REST and GraphQL answer alike and refuse with the same code."""

from typing import Any, Literal

import httpx

from support.client import Api, code_of

DoorName = Literal["rest", "graphql"]
DOORS: tuple[DoorName, ...] = ("rest", "graphql")
ROW = "id version stage intent stars contactState unreachableCount completenessBps name { value masked } phone { value masked } owner { id } team { id }"

KNOWN = "version completenessBps state fields { field value source at by { id displayName } } askNext"


class Refused(Exception):  # noqa: N818 - says what happened
    """A refusal with its whole problem."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["code"])
        self.problem = problem
        self.code: str = problem["code"]
        self.fields: list[str] = [error["code"] for error in problem["errors"]]
        self.pointers: list[tuple[str, str]] = [(error["pointer"], error["code"]) for error in problem["errors"]]


def rest_of(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json()
    code_of(answer)
    raise Refused(answer.json())


async def graph_of(api: Api, query: str, **variables: Any) -> dict[str, Any]:
    answer = await api.graphql(query, **variables)
    if answer.get("errors"):
        problem = answer["errors"][0]["extensions"]["problem"]
        assert answer["errors"][0]["message"] == problem["message"]
        raise Refused(problem)
    return answer["data"]


class Door:
    """Customers as one employee sees them through one door. What is refused raises Refused."""

    def __init__(self, api: Api, name: DoorName) -> None:
        self.api, self.name = api, name

    @property
    def rest(self) -> bool:
        return self.name == "rest"

    async def page(self, *, limit: int = 100, cursor: str | None = None, sort: str = "-activeAt", **wanted: Any) -> tuple[list[Any], Any]:
        """Rows and the cursor of the next page."""
        if self.rest:
            given = {name: value for name, value in wanted.items() if value is not None} | ({"cursor": cursor} if cursor else {})
            page = rest_of(await self.api("GET", "/customers", params={"limit": limit, "sort": sort, **given}))
            return page["items"], page["nextCursor"]
        query = (
            "query($first: Int!, $after: String, $filter: CustomerFilter, $sort: String!) "
            "{ customers(first: $first, after: $after, filter: $filter, sort: $sort) "
            f"{{ edges {{ node {{ {ROW} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
        found = (await graph_of(self.api, query, first=limit, after=cursor, filter=wanted or None, sort=sort))["customers"]
        info = found["pageInfo"]
        return [edge["node"] for edge in found["edges"]], info["endCursor"] if info["hasNextPage"] else None

    async def ids(self, *, limit: int = 100, sort: str = "-activeAt", **wanted: Any) -> list[str]:
        """Every page's ids, in order."""
        found: list[str] = []
        cursor: str | None = None
        while True:
            rows, cursor = await self.page(limit=limit, cursor=cursor, sort=sort, **wanted)
            found += [row["id"] for row in rows]
            if cursor is None:
                return found

    async def search(self, text: str, *, limit: int = 50, cursor: str | None = None, **wanted: Any) -> tuple[list[str], str | None]:
        if self.rest:
            body = {"search": text, "limit": limit, "cursor": cursor, "filter": wanted or None}
            page = rest_of(await self.api("POST", "/customers/search", json=body))
            return [row["id"] for row in page["items"]], page["nextCursor"]
        query = (
            "query($search: String!, $first: Int!, $after: String, $filter: CustomerFilter) "
            "{ searchCustomers(search: $search, first: $first, after: $after, filter: $filter) "
            "{ edges { node { id } } pageInfo { hasNextPage endCursor } } }"
        )
        found = (await graph_of(self.api, query, search=text, first=limit, after=cursor, filter=wanted or None))["searchCustomers"]
        info = found["pageInfo"]
        return [edge["node"]["id"] for edge in found["edges"]], info["endCursor"] if info["hasNextPage"] else None

    async def get(self, customer_id: Any) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("GET", f"/customers/{customer_id}"))
        return (await graph_of(self.api, f"query($id: UUID!) {{ customer(id: $id) {{ {ROW} }} }}", id=str(customer_id)))["customer"]

    async def timeline(self, customer_id: Any) -> list[str]:
        """Kinds, newest first."""
        if self.rest:
            return [row["kind"] for row in rest_of(await self.api("GET", f"/customers/{customer_id}/timeline"))["items"]]
        query = "query($id: UUID!) { customer(id: $id) { timeline(first: 50) { kind } } }"
        return [row["kind"] for row in (await graph_of(self.api, query, id=str(customer_id)))["customer"]["timeline"]]

    async def follow_ups(self, customer_id: Any) -> list[Any]:
        """Notes' values, newest first."""
        if self.rest:
            rows = rest_of(await self.api("GET", f"/customers/{customer_id}/follow-ups"))["items"]
        else:
            query = "query($id: UUID!) { customer(id: $id) { followUps { note { value } } } }"
            rows = (await graph_of(self.api, query, id=str(customer_id)))["customer"]["followUps"]
        return [row["note"] and row["note"]["value"] for row in rows]

    async def create(self, **data: Any) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("POST", "/customers", json=data))
        return (await graph_of(self.api, f"mutation($data: CustomerInput!) {{ createCustomer(data: $data) {{ {ROW} }} }}", data=data))[
            "createCustomer"
        ]

    async def update(self, customer_id: Any, version: int, **data: Any) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("PATCH", f"/customers/{customer_id}", json=data, headers={"If-Match": f'"{version}"'}))
        query = (
            "mutation($id: UUID!, $version: Int!, $data: CustomerPatch!) "
            f"{{ updateCustomer(id: $id, version: $version, data: $data) {{ {ROW} }} }}"
        )
        return (await graph_of(self.api, query, id=str(customer_id), version=version, data=data))["updateCustomer"]

    async def follow_up(self, customer_id: Any, **data: Any) -> dict[str, Any]:
        if self.rest:
            return rest_of(await self.api("POST", f"/customers/{customer_id}/follow-ups", json=data))
        query = (
            "mutation($id: UUID!, $data: FollowUpInput!) { recordFollowUp(customerId: $id, data: $data) "
            "{ id outcome intent nextActionAt nextActionKind note { value masked } } }"
        )
        return (await graph_of(self.api, query, id=str(customer_id), data=data))["recordFollowUp"]

    async def known(self, customer_id: Any) -> dict[str, Any]:
        """What is known of a customer, with each value's source."""
        if self.rest:
            return rest_of(await self.api("GET", f"/customers/{customer_id}/qualification"))
        query = f"query($id: UUID!) {{ customer(id: $id) {{ qualification {{ {KNOWN} }} }} }}"
        return (await graph_of(self.api, query, id=str(customer_id)))["customer"]["qualification"]

    async def record(self, customer_id: Any, version: int, values: Any, source: str = "stated") -> dict[str, Any]:
        """Record qualification values; what is known then."""
        if self.rest:
            headers = {"If-Match": f'"{version}"'}
            body = {"values": values, "source": source}
            return rest_of(await self.api("PATCH", f"/customers/{customer_id}/qualification", json=body, headers=headers))
        query = (
            "mutation($id: UUID!, $version: Int!, $values: JSON!, $source: String!) { "
            "recordQualification(customerId: $id, version: $version, values: $values, source: $source) "
            f"{{ qualification {{ {KNOWN} }} }} }}"
        )
        given = {"id": str(customer_id), "version": version, "values": values, "source": source}
        return (await graph_of(self.api, query, **given))["recordQualification"]["qualification"]

    async def stars(self, customer_id: Any, version: int, stars: Any) -> dict[str, Any]:
        if self.rest:
            headers = {"If-Match": f'"{version}"'}
            return rest_of(await self.api("PUT", f"/customers/{customer_id}/stars", json={"stars": stars}, headers=headers))
        query = (
            "mutation($id: UUID!, $version: Int!, $stars: Int) "
            "{ setStars(customerId: $id, version: $version, stars: $stars) { version stars contactState } }"
        )
        return (await graph_of(self.api, query, id=str(customer_id), version=version, stars=stars))["setStars"]

    async def states(self, customer_id: Any) -> list[tuple[Any, ...]]:
        """(what, was, now, cause), newest first."""
        if self.rest:
            rows = rest_of(await self.api("GET", f"/customers/{customer_id}/state-changes"))["items"]
        else:
            query = "query($id: UUID!) { customer(id: $id) { stateChanges(first: 50) { what was now at cause by { id } } } }"
            rows = (await graph_of(self.api, query, id=str(customer_id)))["customer"]["stateChanges"]
        return [(row["what"], row["was"], row["now"], row["cause"]) for row in rows]

    async def assign(self, customer_id: Any, owner_id: Any, version: int, comment: str | None = None) -> dict[str, Any]:
        if self.rest:
            headers = {"If-Match": f'"{version}"'}
            body = {"ownerId": str(owner_id), "comment": comment}
            return rest_of(await self.api("POST", f"/customers/{customer_id}/assign", json=body, headers=headers))
        query = (
            "mutation($id: UUID!, $owner: UUID!, $version: Int!, $comment: String) "
            f"{{ assignCustomer(id: $id, ownerId: $owner, version: $version, comment: $comment) {{ {ROW} }} }}"
        )
        given = {"id": str(customer_id), "owner": str(owner_id), "version": version, "comment": comment}
        return (await graph_of(self.api, query, **given))["assignCustomer"]

    async def reveal(self, customer_id: Any, field: str = "phone", code: str = "call", text: str | None = None, **more: Any) -> Any:
        if self.rest:
            body = {"field": field, "reason": {"code": code, "text": text}, **more}
            return rest_of(await self.api("POST", f"/customers/{customer_id}/reveal", json=body))
        query = (
            "mutation($id: UUID!, $data: RevealInput!) { revealField(customerId: $id, data: $data) "
            "{ value expiresAt remainingHour remainingDay } }"
        )
        data = {"field": field, "reason": code, "text": text, **more}
        return (await graph_of(self.api, query, id=str(customer_id), data=data))["revealField"]


async def refusal(asking: Any) -> str | None:
    """The code with which something is refused, None when it is done."""
    try:
        await asking
    except Refused as refused:
        return refused.code
    return None
