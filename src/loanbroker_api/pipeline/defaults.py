"""The pipelines that every company begins with, as data in the form of the API; a company edits its own copies.

Stages are those of the trade from appointment to settlement. Waiting times are calendar hours, win probabilities rough first guesses.
"""

from typing import Any

_ALL_OPEN = ["appointment", "visit", "signed", "submitted", "supplement", "approval", "collateral", "disbursed", "receipt", "repayment"]


def _documents(*names: str) -> list[dict[str, Any]]:
    return [{"kind": "document", "name": name} for name in names]


def _stage(
    code: str,
    name: str,
    kind: str,
    tone: str,
    *,
    sla: int | None,
    post: str | None,
    win: int,
    moves: list[str],
    entry: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "code": code, "name": name, "kind": kind, "tone": tone, "slaHours": sla, "post": post, "winBps": win, "entry": entry, "moves": moves,
    }  # fmt: skip


def _stages(*, documents: list[dict[str, Any]], fields: list[dict[str, Any]], pledged: bool) -> list[dict[str, Any]]:
    """Without a pledge the collateral work may be skipped."""
    after_approval = ["collateral"] if pledged else ["collateral", "disbursed"]
    return [
        _stage("appointment", "预约", "appointment", "violet", sla=72, post="sales", win=1_000, entry=[], moves=["visit", "signed", "lost"]),
        _stage("visit", "到访", "visit", "indigo", sla=48, post="sales", win=2_500, entry=[], moves=["appointment", "signed", "lost"]),
        _stage(
            "signed", "签约", "contract", "blue", sla=72, post="sales", win=4_500,
            entry=[{"kind": "product"}, {"kind": "fee_agreed"}], moves=["visit", "submitted", "lost"],
        ),
        _stage(
            "submitted", "进件", "submission", "navy", sla=48, post="submission", win=5_500,
            entry=[*fields, *documents], moves=["signed", "supplement", "approval", "lost"],
        ),
        _stage(
            "supplement", "补件", "supplement", "amber", sla=72, post="submission", win=5_000,
            entry=[{"kind": "submission"}], moves=["submitted", "approval", "lost"],
        ),
        _stage(
            "approval", "审批", "approval", "teal", sla=120, post="submission", win=6_500,
            entry=[{"kind": "submission"}], moves=["submitted", "supplement", *after_approval, "lost"],
        ),
        _stage(
            "collateral", "权证", "collateral", "bronze", sla=240 if pledged else 72, post="collateral", win=8_500,
            entry=[{"kind": "approved"}], moves=["approval", "disbursed", "lost"],
        ),
        _stage(
            "disbursed", "放款", "disbursement", "green", sla=72, post="finance", win=9_500,
            entry=[{"kind": "approved"}, {"kind": "disbursed"}], moves=["approval", "collateral", "receipt", "lost"],
        ),
        _stage(
            "receipt", "回款", "receipt", "emerald", sla=168, post="finance", win=9_800,
            entry=[{"kind": "disbursed"}, {"kind": "receipt"}], moves=["disbursed", "repayment", "settled", "lost"],
        ),
        _stage(
            "repayment", "还款", "repayment", "olive", sla=None, post="sales", win=9_900,
            entry=[{"kind": "disbursed"}, {"kind": "receipt"}], moves=["receipt", "settled", "lost"],
        ),
        _stage(
            "settled", "结清", "settled", "graphite", sla=None, post=None, win=10_000,
            entry=[{"kind": "disbursed"}, {"kind": "settled_fee"}], moves=["receipt", "repayment"],
        ),
        _stage("lost", "流失", "lost", "grey", sla=None, post=None, win=0, entry=[], moves=_ALL_OPEN),
    ]  # fmt: skip


DEFAULT_PIPELINES: tuple[dict[str, Any], ...] = (
    {
        "name": "标准流程",
        "productKinds": [],
        "isDefault": True,
        "stages": _stages(documents=_documents("身份证", "征信报告"), fields=[], pledged=False),
    },
    {
        "name": "抵押贷流程",
        "productKinds": ["mortgage"],
        "isDefault": False,
        "stages": _stages(
            documents=_documents("身份证", "户口本", "房产证", "征信报告"), fields=[{"kind": "field", "field": "houseValue"}], pledged=True
        ),
    },
)
