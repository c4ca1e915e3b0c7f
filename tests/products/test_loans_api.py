"""The calculator behind the API; the arithmetic itself is held to its oracle in tests/loan."""

import pytest

from support.doors import DOORS, DoorName, Refused, graph_of, rest_of
from support.people import SignIn
from support.product_doors import ProductDoor

FLAT = {"principalFen": 20_000_000, "months": 36, "repayment": "flat", "rate": {"basis": "monthly_flat", "ppm": 6_000}}
FEE = {"code": "service", "title": "手续费", "kind": "percent", "ppm": 30_000, "amountFen": None, "at": "disbursement"}
ROWS = "rows { number principalFen interestFen feesFen paymentFen balanceFen }"


@pytest.mark.parametrize("name", DOORS)
async def test_a_schedule_and_its_annual_cost(sign_in: SignIn, name: DoorName) -> None:
    door = ProductDoor(await sign_in("sales1"), name)

    async def schedule(data: dict[str, object]) -> dict[str, object]:
        if door.name == "rest":
            return rest_of(await door.api("POST", "/loans/schedule", json=data))
        query = f"query($data: LoanInput!) {{ loanSchedule(data: $data) {{ instalmentFen totalInterestFen totalFeesFen totalCostFen nominal effective {ROWS} }} }}"
        return (await graph_of(door.api, query, data=data))["loanSchedule"]

    bare, charged = await schedule(FLAT), await schedule({**FLAT, "fees": [FEE]})
    costs = [f"{float(loan[name]):.4f}" for loan in (bare, charged) for name in ("nominal", "effective")]
    assert costs == ["0.1317", "0.1400", "0.1532", "0.1644"]
    assert (bare["totalInterestFen"], bare["totalFeesFen"], charged["totalFeesFen"]) == (36 * 120_000, 0, 600_000)
    assert sum(row["principalFen"] for row in bare["rows"]) == 20_000_000
    assert (len(bare["rows"]), bare["rows"][-1]["balanceFen"]) == (36, 0)
    with pytest.raises(Refused) as refused:
        await schedule({**FLAT, "rate": {"basis": "annual", "ppm": 6_000}})
    assert [(error["pointer"], refused.value.code) for error in refused.value.problem["errors"]] == [
        ("/rate/basis", "products.loan-invalid")
    ]
    with pytest.raises(Refused) as refused:
        await schedule({**FLAT, "principalFen": 2**64})
    assert refused.value.code == "core.invalid"


async def test_two_loans_side_by_side(sign_in: SignIn) -> None:
    sales = await sign_in("sales1")
    other = {"principalFen": 20_000_000, "months": 24, "repayment": "interest_first", "rate": {"basis": "annual", "ppm": 120_000}}
    found = await sales.ok("POST", "/loans/compare", json={"a": FLAT, "b": other})
    assert found["difference"]["totalCostFen"] == found["b"]["totalCostFen"] - found["a"]["totalCostFen"]
    assert [month["month"] for month in found["months"]] == list(range(37))
    assert found["months"][-1] == {
        "month": 36, "aCumulativeFen": 20_000_000 + found["a"]["totalCostFen"], "bCumulativeFen": 20_000_000 + found["b"]["totalCostFen"],
    }  # fmt: skip
    # Interest first pays less until everything comes back in its last month.
    assert found["crossing"] == 24
    answer = await sales("POST", "/loans/compare", json={"a": FLAT, "b": {**other, "principalFen": 1}})
    assert answer.json()["errors"][0]["pointer"] == "/b/principalFen"
    fee = {**FEE, "ppm": None}
    answer = await sales("POST", "/loans/schedule", json={**FLAT, "fees": [fee]})
    assert answer.json()["errors"][0]["pointer"] == "/fees/0/ppm"
    assert (await (await sign_in("hr", role="hr"))("POST", "/loans/schedule", json=FLAT)).status_code == 403
