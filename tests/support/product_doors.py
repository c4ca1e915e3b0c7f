"""Lenders, products and versions through either door, and the bodies that tests build them from."""

import copy
from typing import Any

from support.client import Api
from support.doors import DoorName, graph_of, rest_of

CHENGDU, HANGZHOU, CHONGQING = 510_100, 330_100, 500_000
LENDER = "id version name kind cooperation territories route note contacts { value masked } productCount allowedActions { action allowed }"
PRODUCT = "id version name kind state enabledReason lender { id name } current { id number } draft { id number } allowedActions { action allowed }"
VERSION = "id productId number state version note effectiveFrom effectiveTo effective body readsAs { id severity text } sentence"


def hard(condition_id: str, op: str, field: str, value: Any) -> dict[str, Any]:
    return {"id": condition_id, "severity": "hard", "when": {"op": op, "field": field, "value": value}}


def body(**given: Any) -> dict[str, Any]:
    """A body that is valid; `given` replaces its members, `conditions`, `limit` and `rateFormula` those of its rules."""
    made = copy.deepcopy(BODY)
    for name, place in (("conditions", "conditions"), ("limit", "limit"), ("rateFormula", "rate")):
        if name in given:
            made["rules"][place] = given.pop(name)
    return {**made, **given}


BODY: dict[str, Any] = {
    "amountMinFen": 1_000_000,
    "amountMaxFen": 30_000_000,
    "terms": [12, 24, 36],
    "rate": {"basis": "annual", "minPpm": 60_000, "maxPpm": 120_000},
    "repayments": ["equal_instalment"],
    "fees": [],
    "cities": [],
    "documents": ["身份证"],
    "approvalHours": 24,
    "commissionPpm": 10_000,
    "commissionNote": None,
    "makesQuery": True,
    "queryStep": "application",
    "validFrom": None,
    "validTo": None,
    "rules": {"conditions": [hard("age", "ge", "age", 22)], "limit": None, "rate": None},
}


class ProductDoor:
    """Products as one employee sees them through one door. What is refused raises Refused."""

    def __init__(self, api: Api, name: DoorName) -> None:
        self.api, self.name = api, name

    async def _rest(self, method: str, path: str, version: int | None = None, **options: Any) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return rest_of(await self.api(method, path, headers=headers, **options))

    async def create_lender(self, **data: Any) -> dict[str, Any]:
        if self.name == "rest":
            return await self._rest("POST", "/lenders", json=data)
        return (await graph_of(self.api, f"mutation($data: LenderInput!) {{ createLender(data: $data) {{ {LENDER} }} }}", data=data))[
            "createLender"
        ]

    async def update_lender(self, lender_id: str, version: int, **data: Any) -> dict[str, Any]:
        if self.name == "rest":
            return await self._rest("PATCH", f"/lenders/{lender_id}", version, json=data)
        query = (
            "mutation($id: UUID!, $version: Int!, $data: LenderPatch!) "
            f"{{ updateLender(id: $id, version: $version, data: $data) {{ {LENDER} }} }}"
        )
        return (await graph_of(self.api, query, id=lender_id, version=version, data=data))["updateLender"]

    async def lenders(self, **wanted: Any) -> list[dict[str, Any]]:
        if self.name == "rest":
            return (await self._rest("GET", "/lenders", params=wanted))["items"]
        query = f"query($search: String, $kind: String, $cooperation: String) {{ lenders(search: $search, kind: $kind, cooperation: $cooperation) {{ edges {{ node {{ {LENDER} }} }} }} }}"
        return [edge["node"] for edge in (await graph_of(self.api, query, **wanted))["lenders"]["edges"]]

    async def create_product(self, lender_id: str, name: str, kind: str = "credit", **given: Any) -> dict[str, Any]:
        return await self.create(lender_id, name, kind, body(**given))

    async def create(self, lender_id: str, name: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        if self.name == "rest":
            return await self._rest("POST", "/products", json={"lenderId": lender_id, "name": name, "kind": kind, "body": data})
        query = (
            "mutation($lender: UUID!, $name: String!, $kind: String!, $body: JSON!) "
            f"{{ createProduct(lenderId: $lender, name: $name, kind: $kind, body: $body) {{ {PRODUCT} }} }}"
        )
        return (await graph_of(self.api, query, lender=lender_id, name=name, kind=kind, body=data))["createProduct"]

    async def update_product(self, product_id: str, version: int, **data: Any) -> dict[str, Any]:
        if self.name == "rest":
            return await self._rest("PATCH", f"/products/{product_id}", version, json=data)
        query = (
            "mutation($id: UUID!, $version: Int!, $data: ProductPatch!) "
            f"{{ updateProduct(id: $id, version: $version, data: $data) {{ {PRODUCT} }} }}"
        )
        return (await graph_of(self.api, query, id=product_id, version=version, data=data))["updateProduct"]

    async def product(self, product_id: str) -> dict[str, Any]:
        if self.name == "rest":
            return await self._rest("GET", f"/products/{product_id}")
        return (await graph_of(self.api, f"query($id: UUID!) {{ product(id: $id) {{ {PRODUCT} }} }}", id=product_id))["product"]

    async def products(self, **wanted: Any) -> list[dict[str, Any]]:
        if self.name == "rest":
            return (await self._rest("GET", "/products", params=wanted))["items"]
        query = f"query($search: String, $kind: String, $state: String) {{ products(search: $search, kind: $kind, state: $state) {{ edges {{ node {{ {PRODUCT} }} }} }} }}"
        return [edge["node"] for edge in (await graph_of(self.api, query, **wanted))["products"]["edges"]]

    async def draft(self, product_id: str, data: dict[str, Any] | None = None, source: str | None = None) -> dict[str, Any]:
        if self.name == "rest":
            return await self._rest("POST", f"/products/{product_id}/versions", json={"body": data, "fromVersionId": source})
        query = (
            "mutation($id: UUID!, $source: UUID, $body: JSON) "
            f"{{ draftVersion(productId: $id, fromVersionId: $source, body: $body) {{ {VERSION} }} }}"
        )
        return (await graph_of(self.api, query, id=product_id, source=source, body=data))["draftVersion"]

    async def save(self, version_id: str, version: int, data: dict[str, Any], note: str | None = None) -> dict[str, Any]:
        if self.name == "rest":
            return await self._rest("PUT", f"/product-versions/{version_id}", version, json={"body": data, "note": note})
        query = (
            "mutation($id: UUID!, $version: Int!, $body: JSON!, $note: String) "
            f"{{ saveVersion(id: $id, version: $version, body: $body, note: $note) {{ {VERSION} }} }}"
        )
        return (await graph_of(self.api, query, id=version_id, version=version, body=data, note=note))["saveVersion"]

    async def approve(self, version_id: str, version: int, at: str | None = None) -> dict[str, Any]:
        if self.name == "rest":
            return await self._rest("POST", f"/product-versions/{version_id}/approve", version, json={"effectiveFrom": at})
        query = (
            "mutation($id: UUID!, $version: Int!, $at: DateTime) "
            f"{{ approveVersion(id: $id, version: $version, effectiveFrom: $at) {{ {VERSION} }} }}"
        )
        return (await graph_of(self.api, query, id=version_id, version=version, at=at))["approveVersion"]

    async def version(self, version_id: str) -> dict[str, Any]:
        if self.name == "rest":
            return await self._rest("GET", f"/product-versions/{version_id}")
        return (await graph_of(self.api, f"query($id: UUID!) {{ productVersion(id: $id) {{ {VERSION} }} }}", id=version_id))[
            "productVersion"
        ]

    async def lender(self, name: str = "云岫银行", cooperation: str = "active", **more: Any) -> dict[str, Any]:
        """A lender in cooperation, nationwide."""
        return await self.create_lender(**{"name": name, "kind": "bank", "cooperation": cooperation, "route": "bureau", **more})

    async def sold(self, lender_id: str, name: str, kind: str = "credit", **given: Any) -> dict[str, Any]:
        """A product whose first version is in force; its `versionId` too."""
        made = await self.create_product(lender_id, name, kind, **given)
        version = await self.version(made["draft"]["id"])
        await self.approve(version["id"], version["version"])
        return {**await self.product(made["id"]), "versionId": version["id"]}
