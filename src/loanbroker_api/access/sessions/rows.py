"""Rows of sessions, devices, approvals and records as both doors send them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.models import Device, LoginApproval, LoginRecord
from loanbroker_api.access.policies.places import Places
from loanbroker_api.access.sessions import queries
from loanbroker_api.access.sessions.approvals import APPROVED, REFUSED
from loanbroker_api.access.sessions.queries import SessionRow
from loanbroker_api.access.sessions.schemas import ApprovalOut, DeviceOut, RecordOut, SessionDevice, SessionOut, Signal
from loanbroker_api.access.sessions.unusual import SIGNALS
from loanbroker_api.core.db import ReadSession
from loanbroker_api.core.errors import DOCUMENTED, Language
from loanbroker_api.core.schemas import PersonRef


def session_out(row: SessionRow, places: Places, current: UUID | None) -> SessionOut:
    found, device = row.session, row.device
    return SessionOut.model_validate(
        {
            "id": found.id,
            "client": found.client,
            "current": found.id == current,
            "device": SessionDevice.model_validate({"id": device.id, "name": device.name, "state": device.state}) if device else None,
            "ip": found.last_ip or found.ip,
            "place": places.find(found.last_ip or found.ip).name,
            "created_at": found.created_at,
            "last_used_at": found.last_used_at,
            "expires_at": found.expires_at,
            "factor": found.factor,
        }
    )


def device_out(device: Device, places: Places, current: UUID | None) -> DeviceOut:
    return DeviceOut.model_validate(
        {
            "id": device.id,
            "version": device.version,
            "client": device.client,
            "name": device.name,
            "state": device.state,
            "current": device.id == current,
            "key_bound": device.public_jwk is not None,
            "last_ip": device.last_ip,
            "place": places.find(device.last_ip).name,
            "last_used_at": device.last_used_at,
            "bound_at": device.bound_at,
            "push": device.push_token_enc is not None,
        }
    )


def signals_out(codes: Sequence[str], language: Language) -> list[Signal]:
    return [Signal(code=code, text=SIGNALS[code][1 if language == "en" else 0]) for code in codes if code in SIGNALS]


async def approvals_out(
    session: ReadSession, rows: Sequence[LoginApproval], places: Places, language: Language, now: datetime
) -> list[ApprovalOut]:
    people = await access_queries.employees_by_id(
        session, {row.employee_id for row in rows} | {row.decided_by for row in rows if row.decided_by}
    )
    names = await queries.device_names(session, {row.device_id for row in rows if row.device_id})

    def state(row: LoginApproval) -> str:
        if row.state == APPROVED:
            return "approved"
        if row.state == REFUSED:
            return "refused"
        return "waiting" if row.expires_at > now else "expired"

    def person(employee_id: UUID) -> PersonRef:
        return PersonRef(id=employee_id, display_name=people[employee_id].display_name)

    return [
        ApprovalOut.model_validate(
            {
                "id": row.id,
                "version": row.version,
                "employee": person(row.employee_id),
                "kind": row.kind,
                "client": row.client,
                "device_name": names.get(row.device_id) if row.device_id else None,
                "ip": row.ip,
                "place": places.find(row.ip).name,
                "signals": signals_out(row.signals, language),
                "state": state(row),
                "created_at": row.created_at,
                "expires_at": row.expires_at,
                "decided_by": person(row.decided_by) if row.decided_by else None,
                "decided_at": row.decided_at,
            }
        )
        for row in rows
    ]


async def records_out(session: ReadSession, rows: Sequence[LoginRecord], places: Places, language: Language) -> list[RecordOut]:
    people = await access_queries.employees_by_id(session, {row.employee_id for row in rows})

    def message(row: LoginRecord) -> str:
        if row.outcome == "ok":
            return "Signed in" if language == "en" else "登录成功"
        kind = DOCUMENTED.get(row.outcome)
        return kind(ip=row.ip, place=places.find(row.ip).name).text(language) if kind else row.outcome

    return [
        RecordOut.model_validate(
            {
                "id": row.id,
                "at": row.at,
                "employee": PersonRef(id=row.employee_id, display_name=people[row.employee_id].display_name),
                "client": row.client,
                "ip": row.ip,
                "place": places.find(row.ip).name,
                "device_state": row.device_state,
                "outcome": row.outcome,
                "message": message(row),
                "signals": signals_out(row.signals, language),
            }
        )
        for row in rows
    ]
