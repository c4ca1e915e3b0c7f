"""What a lead platform's adapter declares: how it signs, splits a delivery into leads, and names its fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loanbroker_api.core.errors import Problem
from loanbroker_api.customers.service import IncomingLead


class SignatureMissing(Problem):
    code, status = "channels.signature-missing", 401
    message, english = "缺少签名：需要 webhook-id、webhook-timestamp、webhook-signature 三个请求头", "The signature headers are missing"
    remedy = "按 Standard Webhooks 1.0 签名：HMAC-SHA256(密钥, id.timestamp.body)。"


class SignatureWrong(Problem):
    code, status = "channels.signature-wrong", 401
    message, english = "签名不对：检查密钥，并对收到的原始请求体签名", "The signature does not fit"
    remedy = "用渠道页上的密钥对 id.timestamp.原始请求体 做 HMAC-SHA256；轮换后旧密钥再用 24 小时。"


class TimestampStale(Problem):
    code, status = "channels.timestamp-stale", 401
    message, english = "时间戳与服务器相差超过 300 秒", "The timestamp is over 300 seconds off"
    remedy = "校准发送方的时钟；每次重试用新的时间戳。"


class TooManyLeads(Problem):
    code, status = "channels.too-many-leads", 422
    message, english = "一次最多 500 条线索", "At most 500 leads a delivery"
    remedy = "分多次发送。"


class LeadRefused(Exception):  # noqa: N818 - says what happened
    """A lead that cannot be worked as it is: it becomes a dead letter with this reason, is shown, and can be corrected and replayed."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field


@dataclass(frozen=True)
class Delivery:
    """A verified request: the platform's own name for it, and whether it is a console's test."""

    key: str
    is_test: bool


Verify = Callable[[Mapping[str, str], bytes, Sequence[bytes], datetime], Delivery]
Split = Callable[[bytes], list[bytes]]
Parse = Callable[[bytes], "ParsedLead"]


@dataclass(frozen=True)
class ParsedLead:
    """A lead's values as sent, for the inbox page, and how to turn them into the normal form."""

    values: Mapping[str, Any]
    to_lead: Callable[..., IncomingLead]


@dataclass(frozen=True)
class Adapter:
    """`verify(headers, body, secrets, now)` raises a Problem; `split` raises NotJson; `parse` and `to_lead` raise LeadRefused."""

    kind: str
    title: str
    body_limit: int
    verify: Verify
    split: Split
    parse: Parse


ADAPTERS: dict[str, Adapter] = {}


def adapter(declared: Adapter) -> Adapter:
    """Register an adapter under its kind."""
    ADAPTERS[declared.kind] = declared
    return declared
