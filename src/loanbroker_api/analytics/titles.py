"""Chinese names of what figures are split by."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import Employee
from loanbroker_api.analytics.schemas import SplitCode
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.normalize.cities import city_by_code
from loanbroker_api.customers.models import Source
from loanbroker_api.pipeline.models import LostReason
from loanbroker_api.products.models import ProductKind

KINDS = {
    ProductKind.CREDIT: "信用贷",
    ProductKind.MORTGAGE: "抵押贷",
    ProductKind.CAR: "车贷",
    ProductKind.POLICY: "保单贷",
    ProductKind.FUND: "公积金贷",
    ProductKind.TAX: "税贷",
    ProductKind.BUSINESS: "经营贷",
    ProductKind.CONSUMPTION: "消费贷",
    ProductKind.BRIDGE: "过桥",
}
LOST_REASONS = {
    LostReason.NO_QUALIFICATION: "资质不符",
    LostReason.RATE_TOO_HIGH: "利率高",
    LostReason.CHOSE_ANOTHER: "选择同行",
    LostReason.UNREACHABLE: "联系不上",
    LostReason.WITHDREW: "客户放弃",
    LostReason.DECLINED: "资方拒绝",
    LostReason.DUPLICATE: "重复",
    LostReason.OTHER: "其他",
}
NONE: dict[SplitCode, str] = {
    "none": "合计",
    "channel": "无渠道",
    "team": "无团队",
    "employee": "无归属人",
    "kind": "未定产品",
    "city": "城市未知",
}


async def sources(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of channels."""
    return {row.id: row.name for row in await session.scalars(select(Source).where(Source.id.in_(ids)))}


async def employees(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, Employee]:
    return await access_queries.employees_by_id(session, ids)


async def teams(session: ReadSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of org units."""
    return {row.id: row.name for row in (await access_queries.units_by_id(session, ids)).values()}


async def of_keys(session: ReadSession, split: SplitCode, keys: Collection[str]) -> dict[str, str]:
    """A name for every key of a split; what has been deleted keeps its key as name."""
    found = dict.fromkeys(keys, "")
    if split == "kind":
        named = {kind.value: title for kind, title in KINDS.items()}
    elif split == "city":
        named = {key: city.name for key in keys if key and (city := city_by_code(int(key))) is not None}
    else:
        ids = [UUID(key) for key in keys if key]
        if split == "employee":
            named = {str(row.id): row.display_name for row in (await employees(session, ids)).values()}
        else:
            named = {str(one): name for one, name in (await (sources if split == "channel" else teams)(session, ids)).items()}
    return {key: named.get(key, key) if key else NONE[split] for key in found}
