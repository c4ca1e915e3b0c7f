"""What belongs to a tenant of the demo and to no customer: dead letters, logins, whose turn it is, the figures."""

from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from loanbroker_api.access.models import LoginRecord
from loanbroker_api.analytics.rollups.rebuild import rebuild
from loanbroker_api.channels.adapters import GENERIC
from loanbroker_api.channels.adapters.base import LeadRefused
from loanbroker_api.channels.models import Inbox
from loanbroker_api.core.ids import id_at
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.models import AssignmentTurn, OwnershipEvent
from loanbroker_api.demo.bulk import Rows
from loanbroker_api.demo.cast import Cast
from loanbroker_api.demo.trail import LOOKS_KEPT, Trail
from loanbroker_api.demo.working_time import SHANGHAI, is_off

# (hours ago, channel, state, body): what platforms send wrongly.
_BROKEN: tuple[tuple[float, int, str, dict[str, Any] | bytes], ...] = (
    (1.5, 0, "dead", {"name": "周立新", "phone": "138081422", "city": "成都", "wantedAmount": "20万"}),
    (4, 2, "dead", {"name": "何雪梅", "city": "绵阳", "wantedAmount": 300000, "keyword": "公积金贷款怎么办理"}),
    (7, 1, "dead", {"name": "唐强", "phone": "13908001626", "wantedAmount": "面议", "campaign": "朋友圈-上班族"}),
    (22, 3, "dead", {"name": "罗军", "tel": "13608217035", "campaign": "车主贷-短视频"}),
    (27, 4, "dead", {"name": "邓佳", "phone": "加微信详谈", "wantedAmount": "10-15万", "keyword": "装修贷款"}),
    (46, 2, "dead", {"name": "冯志华", "phone": "13980553817", "idNumber": "510107198805120013", "wantedAmount": "50万"}),
    (70, 5, "dead", b'{"name": "\xe8\x92\x8b\xe7\x87\x95", "phone": 13881'),
    (31, 0, "ignored", {"name": "测试", "phone": "12345678901", "campaign": "经营贷-个体户"}),
    (55, 6, "ignored", {"name": "张先生", "phone": "1388888"}),
    (96, 7, "ignored", {"name": "李女士", "phone": "+852 6123 4567", "city": "成都"}),
)
_EARLIEST_HOUR = 8
_RECORDED_DAYS = 30
_HOME = "125.64.17.8"
_AT_HOME, _ON_SUNDAYS, _IN_THE_EVENING = 0.06, 0.08, 0.15


async def close_story(uow: UnitOfWork, cast: Cast) -> None:
    """All of it, in the transaction of `uow`."""
    rows = Rows(uow.tenant_id)
    _dead_letters(cast, rows)
    _logins(cast, rows)
    await rows.insert(uow.session)
    await _turns(uow, cast)
    await rebuild(uow)


def _dead_letters(cast: Cast, rows: Rows) -> None:
    rng = cast.plan.rng("dead letters")
    for hours, channel, state, content in _BROKEN:
        at = _by_day(cast.plan.now - timedelta(hours=hours, seconds=rng.randrange(1800)))
        row_id = id_at(at, rng)
        lead_id = {"leadId": f"{rng.getrandbits(60):016d}"}
        body = content if isinstance(content, bytes) else orjson.dumps({**lead_id, **content})
        delivery = f"msg_{rng.getrandbits(96):024x}"
        channel_id = cast.channels[channel][0]
        values: dict[str, Any] = {"reason": "channels.not-json", "attempts": 0, "version": 1}  # the door refuses these itself
        if not isinstance(content, bytes):
            try:
                GENERIC.parse(body).to_lead(source_id=channel_id, delivery_key=delivery, received_at=at)
            except LeadRefused as refused:
                values = {
                    "reason": refused.code,
                    "reason_text": refused.message,
                    "reason_field": refused.field,
                    "attempts": 1,
                    "version": 2,
                }
            else:
                raise ValueError(f"dead letter of {hours} hours ago is a good lead")
        if state == "ignored":
            values["version"] += 1
        rows.add(
            Inbox,
            id=row_id,
            channel_id=channel_id,
            delivery_key=delivery,
            received_at=at,
            body_enc=cast.keys.encrypt("inbox", "body", row_id, body),
            state=state,
            is_test=False,
            deliveries=1,
            next_at=at,
            processed_at=at,
            **values,
        )


def _by_day(at: datetime) -> datetime:
    """Forms are filled in by day; what would fall into the night came the evening before."""
    local = at.astimezone(SHANGHAI)
    return local if local.hour >= _EARLIEST_HOUR else (local - timedelta(days=1)).replace(hour=21)


def _logins(cast: Cast, rows: Rows) -> None:
    rng = cast.plan.rng("logins")
    trail = Trail(cast, rows, partial(id_at, rng=rng))
    for back in range(LOOKS_KEPT.days + 1):
        day = cast.plan.now - timedelta(days=back)
        if is_off((day.astimezone(SHANGHAI).date() - datetime(1970, 1, 1, tzinfo=SHANGHAI).date()).days):
            continue
        for employee in cast.staff:
            doer = trail.employee(employee, day)
            if doer.session is not None and doer.session.at <= cast.plan.now:
                trail.write(doer, doer.session.at, "access.logged_in", employee.id, client="web")
    for back in range(_RECORDED_DAYS):
        _records(cast, rows, cast.plan.now - timedelta(days=back), rng)


def _records(cast: Cast, rows: Rows, day: datetime, rng: Random) -> None:
    """A day's logins as the drafts of policies are judged on: the office in the morning, a phone in the evening, some days at home."""
    weekend = is_off((day.astimezone(SHANGHAI).date() - datetime(1970, 1, 1, tzinfo=SHANGHAI).date()).days)
    for employee in cast.staff:
        morning = cast.session(employee, day)
        at_home = weekend or rng.random() < _AT_HOME
        logins = [(morning.at, "web", _HOME if at_home else morning.ip)] if not weekend or rng.random() < _ON_SUNDAYS else []
        if rng.random() < _IN_THE_EVENING:
            logins.append((morning.at.replace(hour=20, minute=rng.randrange(60)), "ios", _HOME))
        for at, client, ip in logins:
            if at <= cast.plan.now:
                rows.add(
                    LoginRecord, id=id_at(at, rng), at=at, employee_id=employee.id, client=client, ip=ip, place="510100",
                    device_state="known", outcome="ok", signals=[],
                )  # fmt: skip


async def _turns(uow: UnitOfWork, cast: Cast) -> None:
    """The round robin goes on after the one who had the last lead; where leads came in meanwhile it goes on as it is."""
    numbers = {seller.id: seller.employee_no for seller in cast.sellers}
    channels = [channel[0] for channel in cast.channels]
    for team_id in {seller.unit_id for seller in cast.sellers}:
        by_turn = OwnershipEvent.team_id == team_id, OwnershipEvent.kind == "assigned", OwnershipEvent.by_id.in_(channels)
        given = await uow.session.scalar(select(func.count()).select_from(OwnershipEvent).where(*by_turn)) or 0
        last = await uow.session.scalar(select(OwnershipEvent.owner_id).where(*by_turn).order_by(OwnershipEvent.at.desc()).limit(1))
        if last is not None:
            turn = insert(AssignmentTurn).values(team_id=team_id, last_employee_no=numbers.get(last, ""), given=given)
            await uow.session.execute(turn.on_conflict_do_nothing())
