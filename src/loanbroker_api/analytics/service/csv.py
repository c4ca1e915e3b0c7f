"""The funnel as a file for spreadsheets."""

import csv
from io import StringIO

from loanbroker_api.analytics.definitions import STEP_TITLES
from loanbroker_api.analytics.models import Step
from loanbroker_api.analytics.schemas import FunnelOut, FunnelRowOut, SplitCode, SplitStepOut, StepOut
from loanbroker_api.core.spreadsheets import BYTE_ORDER_MARK, plain

_SPLITS: dict[SplitCode, str] = {"none": "", "channel": "渠道", "team": "团队", "employee": "员工", "kind": "产品类型", "city": "城市"}
_HEAD = ["步骤", "客户数", "金额(元)", "转化率", "总转化率", "上一期客户数"]
_MORE = ["中位间隔(秒)", "P90间隔(秒)"]


def funnel_csv(found: FunnelOut) -> bytes:
    """UTF-8 with byte-order mark, Chinese heads; no cell is read as a formula."""
    text = StringIO()
    writer = csv.writer(text)
    period = [f"{found.from_} 至 {found.to}", found.definition.title, f"数据截至 {found.fresh_until.isoformat()}"]
    writer.writerow(["漏斗", *period])
    if found.split == "none":
        writer.writerow([*_HEAD, *_MORE])
        for step in found.steps:
            writer.writerow([*_cells(step), step.median_seconds, step.p90_seconds])
    else:
        writer.writerow([_SPLITS[found.split], *_HEAD])
        for row in found.rows:
            writer.writerows(_row(row))
    return BYTE_ORDER_MARK + text.getvalue().encode()


def _row(row: FunnelRowOut) -> list[list[str | int | None]]:
    return [[plain(row.title), *_cells(step)] for step in row.steps]


def _cells(step: StepOut | SplitStepOut) -> list[str | int | None]:
    title = STEP_TITLES[Step[step.step.upper()]]
    return [title, step.count, _yuan(step.amount_fen), _share(step.rate_bps), _share(step.total_bps), step.previous_count]


def _yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _share(bps: int | None) -> str | None:
    return None if bps is None else f"{bps // 100}.{bps % 100:02d}%"
