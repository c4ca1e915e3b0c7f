"""The generic signed JSON channel: Standard Webhooks 1.0 and the lead of docs/integrations/generic-webhook.md."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from loanbroker_api.channels.adapters.base import (
    Adapter,
    Delivery,
    LeadRefused,
    ParsedLead,
    SignatureMissing,
    SignatureWrong,
    TimestampStale,
    TooManyLeads,
    adapter,
)
from loanbroker_api.core.errors import NotJson
from loanbroker_api.core.normalize.amounts import AmountRange, parse_amount
from loanbroker_api.core.normalize.cities import find_city
from loanbroker_api.core.normalize.errors import BadValue
from loanbroker_api.core.normalize.idcards import IdNumber, parse_id_number
from loanbroker_api.core.normalize.names import normalize_name
from loanbroker_api.core.normalize.phones import Phone, normalize_phone
from loanbroker_api.customers.service import IncomingLead

TOLERANCE_SECONDS = 300
MAX_LEADS = 500
TEST_PREFIX = "lb-test-"
NAIVE_ZONE = ZoneInfo("Asia/Shanghai")
TEXTS = {"product": 60, "campaign": 120, "creative": 120, "keyword": 120, "landingPage": 500}
FIELDS = ("leadId", "name", "phone", "phones", "idNumber", "city", "wantedAmount", *TEXTS, "submittedAt", "consent", "extra")


def sign(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The webhook-signature of one secret (Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`)."""
    digest = hmac.digest(secret, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(digest).decode()


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], now: datetime) -> Delivery:
    """Raises SignatureMissing, TimestampStale, SignatureWrong. Any active secret and any listed signature may fit; compared in constant time."""
    message_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    offered = [part for part in headers.get("webhook-signature", "").split(" ") if part.startswith("v1,")]
    if not message_id or not stamp or not offered or len(message_id) > 200:
        raise SignatureMissing
    if not (stamp.isascii() and stamp.isdigit()) or len(stamp) > 12 or abs(int(stamp) - now.timestamp()) > TOLERANCE_SECONDS:
        raise TimestampStale
    timestamp = int(stamp)
    fits = False
    for secret in secrets:
        wanted = sign(secret, message_id, timestamp, body).encode()
        for signature in offered[:10]:
            fits |= hmac.compare_digest(wanted, signature.encode("utf-8", "replace"))
    if not fits:
        raise SignatureWrong
    return Delivery(message_id, message_id.startswith(TEST_PREFIX))


def split(body: bytes) -> list[bytes]:
    """The leads of a delivery, each as its own JSON bytes. Raises NotJson, TooManyLeads."""
    try:
        document: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotJson from error
    if isinstance(document, dict) and isinstance(document.get("leads"), list):  # pyright: ignore[reportUnknownMemberType]
        leads = cast("list[Any]", document["leads"])
        if len(leads) > MAX_LEADS:
            raise TooManyLeads
        try:
            return [orjson.dumps(lead) for lead in leads]
        except orjson.JSONEncodeError as error:  # nested deeper than what can be written again
            raise NotJson from error
    return [body]


def parse(body: bytes) -> ParsedLead:
    """Raises LeadRefused when it is no JSON object or names unknown fields."""
    try:
        document: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise LeadRefused("channels.not-json", "请求体不是有效的 JSON") from error
    if not isinstance(document, dict):
        raise LeadRefused("channels.not-a-lead", "每条线索应为 JSON 对象")
    values = cast("dict[str, Any]", document)
    return ParsedLead(values, partial(to_lead, values))


def to_lead(values: Mapping[str, Any], *, source_id: UUID, delivery_key: str, received_at: datetime) -> IncomingLead:
    """The normal form. Raises LeadRefused that names the field, never the value."""
    unknown = [name for name in values if name not in FIELDS]
    if unknown:
        known = "、".join(FIELDS)
        raise LeadRefused("channels.unknown-field", f"有不认识的字段；其他内容放进 extra。可用：{known}", None)
    phones = _phones(values)
    texts = {name: _text(values, name, limit) for name, limit in TEXTS.items()}
    external = _text(values, "leadId", 200)
    return IncomingLead(
        source_id=source_id,
        external_id=f"id:{external}" if external else f"delivery:{delivery_key}",
        received_at=received_at,
        name=_checked(values, "name", normalize_name),
        phones=phones,
        id_number=_checked_id(values),
        city=_city(values),
        wanted=_amount(values),
        product=texts["product"],
        campaign=texts["campaign"],
        creative=texts["creative"],
        keyword=texts["keyword"],
        landing_page=texts["landingPage"],
        submitted_at=_time(values.get("submittedAt"), "submittedAt"),
        consent=_consent(values.get("consent")),
    )


def _phones(values: Mapping[str, Any]) -> list[Phone]:
    raw = values.get("phones")
    if raw is not None and not isinstance(raw, list):
        raise LeadRefused("phone.list", "phones 应为号码列表", "phones")
    more = cast("list[Any]", raw or [])
    offered: list[tuple[str, Any]] = [("phone", values.get("phone")), *(("phones", item) for item in more[:10])]
    found: dict[str, Phone] = {}
    for field, value in offered:
        if value in {None, ""} if isinstance(value, str | None) else False:
            continue
        if not isinstance(value, str | int):
            raise LeadRefused("phone.type", "号码应为文字", field)
        try:
            phone = normalize_phone(str(value))
        except BadValue as bad:
            raise LeadRefused(bad.code, bad.message, field) from bad
        found.setdefault(phone.value, phone)
    if not found:
        raise LeadRefused("phone.missing", "缺少 phone：填 11 位手机号", "phone")
    return list(found.values())


def _checked(values: Mapping[str, Any], field: str, parse_value: Any) -> Any:
    value = values.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise LeadRefused(f"{field}.type", f"{field} 应为文字", field)
    try:
        return parse_value(value)
    except BadValue as bad:
        raise LeadRefused(bad.code, bad.message, field) from bad


def _checked_id(values: Mapping[str, Any]) -> IdNumber | None:
    return _checked(values, "idNumber", parse_id_number)


def _city(values: Mapping[str, Any]) -> int | None:
    value = values.get("city")
    if value is None or value == "":
        return None
    found = find_city(str(value)) if isinstance(value, str | int) else None
    return found.code if found else None


def _amount(values: Mapping[str, Any]) -> AmountRange | None:
    value = values.get("wantedAmount")
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise LeadRefused("amount.type", "wantedAmount 应为数字或文字（元），如 200000 或 20万", "wantedAmount")
    try:
        return parse_amount(value)
    except BadValue as bad:
        raise LeadRefused(bad.code, bad.message, "wantedAmount") from bad


def _text(values: Mapping[str, Any], field: str, limit: int) -> str | None:
    value = values.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str | int):
        raise LeadRefused("channels.text", f"{field} 应为文字", field)
    text = str(value).replace("\x00", "").strip()
    return text[:limit] or None


def _time(value: Any, field: str) -> datetime | None:
    """ISO 8601, epoch seconds or milliseconds; a naive time is Asia/Shanghai."""
    if value is None or value == "":
        return None
    try:
        text = str(value)
        if text.isdigit() and len(text) in {10, 13}:
            return datetime.fromtimestamp(int(text) / (1 if len(text) == 10 else 1000), NAIVE_ZONE)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as error:
        raise LeadRefused("channels.time", f"{field} 应为 ISO 8601 时间或 10/13 位时间戳", field) from error
    return at if at.tzinfo else at.replace(tzinfo=NAIVE_ZONE)


def _consent(value: Any) -> dict[str, Any] | None:
    """Evidence of consent: which text, when, from which network. The whole address stays in the encrypted body only."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise LeadRefused("channels.consent", "consent 应为对象：textVersion、at、ip", "consent")
    given = cast("dict[str, Any]", value)
    at = _time(given.get("at"), "consent")
    return {
        "textVersion": str(given.get("textVersion", "")).replace("\x00", "")[:60],
        "at": at.isoformat() if at else None,
        "network": _network(given.get("ip")),
    }


def _network(value: Any) -> str | None:
    """The /24 or /48 of an address; None for what is no address."""
    try:
        address = ip_address(str(value).replace("\x00", "").strip())
    except ValueError:
        return None
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


GENERIC = adapter(Adapter("generic", "通用 Webhook（签名 JSON）", 1_048_576, verify, split, parse))
