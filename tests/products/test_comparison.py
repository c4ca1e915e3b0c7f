"""Two bodies side by side: whatever differs is named, and nothing else."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from loanbroker_api.products.catalogue import read_catalogue
from loanbroker_api.products.service.comparison import compare_bodies
from support.product_doors import body

CATALOGUE = [product.body.model_dump(mode="json", by_alias=True) for lender in read_catalogue() for product in lender.products]
CHANGES: dict[str, Any] = {
    "/amountMinFen": 1_500_000,
    "/amountMaxFen": 99_000_000,
    "/rate/basis": "monthly",
    "/rate/minPpm": 61_000,
    "/rate/maxPpm": 119_000,
    "/terms": [6, 12],
    "/repayments": ["bullet"],
    "/cities": [510_100],
    "/documents": ["户口本"],
    "/approvalHours": 1,
    "/commissionPpm": 5,
    "/commissionNote": "次月结",
    "/makesQuery": False,
    "/queryStep": "signing",
    "/validFrom": "2026-01-01",
    "/validTo": "2027-01-01",
    "/rules/limit": {"value": 100},
    "/rules/rate": {"value": 60_000},
}


def changed(paths: list[str]) -> dict[str, Any]:
    made = body()
    for path in paths:
        *parents, name = path.split("/")[1:]
        place: Any = made
        for parent in parents:
            place = place[parent]
        place[name] = copy.deepcopy(CHANGES[path])
    return made


@given(st.lists(st.sampled_from(sorted(CHANGES)), unique=True))
def test_every_difference_is_named_once(paths: list[str]) -> None:
    found = compare_bodies(body(), changed(paths))
    assert sorted(change.path for change in found) == sorted(paths)
    for change in found:
        assert "→" in change.text or "新增" in change.text or "去掉" in change.text
        assert change.was != change.now
    back = compare_bodies(changed(paths), body())
    assert [(one.path, one.was, one.now) for one in back] == [(one.path, one.now, one.was) for one in found]


def test_every_member_of_a_body_is_compared() -> None:
    """A member that is added to bodies one day is not forgotten here."""
    members = {path.split("/")[1] for path in CHANGES} | {"fees"}
    assert members == set(body())
    assert {path.split("/")[2] for path in CHANGES if path.startswith("/rules/")} | {"conditions"} == set(body()["rules"])


@given(st.sampled_from(CATALOGUE), st.randoms(use_true_random=False))
def test_order_says_nothing(made: dict[str, Any], random: Any) -> None:
    shuffled = copy.deepcopy(made)
    for name in ("terms", "repayments", "cities", "documents", "fees"):
        random.shuffle(shuffled[name])
    random.shuffle(shuffled["rules"]["conditions"])
    assert compare_bodies(made, shuffled) == []


@given(st.sampled_from(CATALOGUE), st.sampled_from(CATALOGUE))
def test_any_two_products_can_be_told_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = compare_bodies(one, other)
    assert bool(found) is (one != other)
    assert all(change.text for change in found)
