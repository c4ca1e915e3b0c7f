"""Every operation of products, for the walk."""

from collections.abc import Awaitable, Callable
from typing import Any

from support.client import Api
from support.product_doors import body, hard

Walk = Callable[..., Awaitable[Any]]


async def walk_products(walk: Walk, customer_id: str, sales: Api, leader: Api) -> None:
    """`walk` calls as the owner; the customer is in sight of all three."""
    lender = await walk(
        "POST", "/lenders", json={"name": "云岫银行", "kind": "bank", "cooperation": "active", "route": "bureau", "contacts": "王"}
    )
    one = {"lender_id": lender["id"]}
    await walk("PATCH", "/lenders/{lender_id}", **one, json={"note": "新"}, headers={"If-Match": str(lender["version"])})
    await walk("GET", "/lenders/{lender_id}", **one)
    await walk("GET", "/lenders", params={"search": "云", "kind": "bank", "cooperation": "active", "limit": 1})
    product = await _product(walk, lender["id"])
    await _versions(walk, product)
    rules = body()["rules"]
    await walk("GET", "/products/rule-schema")
    await walk("POST", "/products/rules/check", json={"rules": rules})
    for api in (None, sales, leader):
        for wanted in ("yes", "possible"):
            await walk("POST", "/products/rules/customers", api=api, json={"rules": rules, "wanted": wanted, "limit": 1})
    await walk("POST", "/matches", json={"facts": {"age": 30}, "kinds": ["credit"]})
    for _ in range(2):
        await walk("POST", "/customers/{customer_id}/matches", customer_id=customer_id, json={"facts": {"age": 30}})
    await walk("GET", "/customers/{customer_id}/matches", customer_id=customer_id, params={"limit": 1})
    loan = {"principalFen": 100, "months": 2, "repayment": "bullet", "rate": {"basis": "annual", "ppm": 1}}
    await walk("POST", "/loans/schedule", json=loan)
    await walk("POST", "/loans/compare", json={"a": loan, "b": loan})
    await _graphql(sales, customer_id, rules)


async def _product(walk: Walk, lender_id: str) -> dict[str, Any]:
    made = await walk("POST", "/products", json={"lenderId": lender_id, "name": "云岫贷", "kind": "credit", "body": body()})
    one = {"product_id": made["id"]}
    await walk("PATCH", "/products/{product_id}", **one, json={"name": "云岫快贷"}, headers={"If-Match": str(made["version"])})
    params = {"search": "云", "kind": "credit", "state": "active", "lenderId": lender_id, "limit": 1}
    await walk("GET", "/products", params=params)
    await walk("GET", "/products/{product_id}/versions", **one)
    return await walk("GET", "/products/{product_id}", **one)


async def _versions(walk: Walk, product: dict[str, Any]) -> None:
    first = {"version_id": product["draft"]["id"]}
    draft = await walk("GET", "/product-versions/{version_id}", **first)
    changed = body(conditions=[hard("age", "ge", "age", 20)])
    saved = await walk(
        "PUT", "/product-versions/{version_id}", **first, json={"body": changed}, headers={"If-Match": str(draft["version"])}
    )
    await walk("POST", "/product-versions/{version_id}/approve", **first, json={}, headers={"If-Match": str(saved["version"])})
    second = await walk("POST", "/products/{product_id}/versions", product_id=product["id"], json={})
    later = {"effectiveFrom": "2099-01-01T00:00:00Z"}
    other = {"version_id": second["id"]}
    approved = await walk(
        "POST", "/product-versions/{version_id}/approve", **other, json=later, headers={"If-Match": str(second["version"])}
    )
    await walk("GET", "/product-versions/{version_id}/compare", **other, params={"with": first["version_id"]})
    await walk("POST", "/product-versions/{version_id}/withdraw", **other, headers={"If-Match": str(approved["version"])})
    third = await walk("POST", "/products/{product_id}/versions", product_id=product["id"], json={"fromVersionId": first["version_id"]})
    await walk("DELETE", "/product-versions/{version_id}", version_id=third["id"], headers={"If-Match": str(third["version"])})
    await walk("GET", "/product-versions/{version_id}/customers", **first, params={"wanted": "yes"})


async def _graphql(api: Api, customer_id: str, rules: dict[str, Any]) -> None:
    version = "id body readsAs { text }"
    for query, given in (
        ("{ lenders { edges { node { id productCount contacts { value } } } } }", {}),
        (f"{{ products {{ edges {{ node {{ id lender {{ name }} current {{ {version} }} draft {{ id }} }} }} }} }}", {}),
        ("query($id: UUID!) { customer(id: $id) { match { counts { yes } items { productName } } } }", {"id": customer_id}),
        ("query($rules: JSON!) { ruleCustomers(rules: $rules) { edges { node { id } } } }", {"rules": rules}),
    ):
        answer = await api.graphql(query, **given)
        assert "errors" not in answer, answer
