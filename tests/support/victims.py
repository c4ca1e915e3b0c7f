"""One of everything that an id can name, belonging to one employee of a company: what an attacker's requests are aimed at."""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access.models import ApiKey, Device, LoginApproval, LoginPolicy, LoginSession, Role, SecondFactor
from loanbroker_api.channels.models import Inbox
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import AuditEntry
from loanbroker_api.core.clock import business_day
from loanbroker_api.core.db import Small
from loanbroker_api.core.ids import new_id
from loanbroker_api.customers.events import NEXT_ACTION
from loanbroker_api.customers.models import CustomerPhone
from loanbroker_api.customers.tasks import NEW_CUSTOMER
from loanbroker_api.finance import service as finance
from loanbroker_api.finance.schemas import ReceiptIn
from loanbroker_api.notifications.models import Notification
from loanbroker_api.notifications.service import notify
from loanbroker_api.pipeline.models import Case, Disbursement, Submission
from loanbroker_api.workspace import service as workspace
from support.cases import Maker
from support.company import Company


@dataclass
class Victim:
    """`ids` by noun; `texts` are words that only this victim's rows hold."""

    ids: dict[str, UUID] = field(default_factory=dict[str, UUID])
    texts: list[str] = field(default_factory=list[str])


async def make_victim(company: Company, owner: str, unit: UUID, mark: str) -> Victim:
    """`mark` is a character that stands in the names of everything."""
    employee = await company.employee(owner, unit=unit)
    maker = Maker(company)
    customer = await company.customer(name=f"{mark}某人", team=unit)
    case = await maker.case_at("disbursed", owner=owner, customer=customer.id)
    offer = await maker.offer()
    channel, _ = await company.channel(f"渠道{mark}")
    found = Victim(
        {"customer": customer.id, "case": case.id, "employee": employee.id, "unit": unit, "channel": channel.id}, [f"渠道{mark}"]
    )
    ids = found.ids
    actor = Actor(company.id, employee.id, "employee", employee.display_name)
    async with company.runtime.uow(company.id) as uow:
        session = uow.session
        row = await session.get_one(Case, (company.id, case.id))
        row.owner_id, row.team_id = employee.id, unit
        receipt = await finance.record_receipt(
            uow, company.system, case.id, ReceiptIn(amount_fen=100, method="transfer", received_on=business_day(uow.now))
        )
        task = await workspace.start_task(uow, actor, "attack.unknown", {})
        todo = await workspace.put_todo(uow, employee.id, NEXT_ACTION, ("customer", customer.id), uow.now + timedelta(hours=1))
        await notify(uow, employee.id, NEW_CUSTOMER, subject=("customer", customer.id))
        device = Device(
            id=new_id(), employee_id=employee.id, client="ios", name=f"手机{mark}", state="bound", secret_digest=sha256(b"x").digest(),
            first_ip="", last_ip="", last_place="", last_used_at=uow.now,
        )  # fmt: skip
        login = LoginSession(
            id=new_id(), employee_id=employee.id, client="ios", ip="", created_at=uow.now, last_used_at=uow.now,
            expires_at=uow.now + timedelta(days=1), device_id=device.id,
        )  # fmt: skip
        role = Role(id=new_id(), code=f"r_{new_id().hex[-8:]}", name=f"角色{mark}")
        factor = SecondFactor(id=new_id(), employee_id=employee.id, kind="totp", name=f"验证器{mark}", confirmed_at=uow.now)
        session.add_all([device, role, factor])
        await session.flush()
        key = ApiKey(
            id=new_id(), employee_id=employee.id, name=f"密钥{mark}", hint="abcd", digest=b"x", permissions=[], networks=[],
            expires_at=uow.now + timedelta(days=9), last_ip="",
        )  # fmt: skip
        approval = LoginApproval(
            id=new_id(), employee_id=employee.id, kind="device", client="ios", device_id=device.id, ip="", place="", signals=[],
            state=Small(0), expires_at=uow.now + timedelta(minutes=9),
        )  # fmt: skip
        policy = LoginPolicy(id=new_id(), role_id=role.id, client="terminal", parts={}, overrides=[])
        entry = Inbox(
            id=new_id(),
            channel_id=channel.id,
            delivery_key=f"id:{new_id()}",
            received_at=uow.now,
            state="dead",
            is_test=False,
            next_at=uow.now,
        )
        session.add_all([login, key, approval, policy, entry])
        uow.audit(company.system, "access.unlocked", employee.id)
    async with company.runtime.read(company.id) as session:
        ids |= {
            "receipt": receipt.id, "task": task.id, "todo": todo.id, "device": device.id, "session": login.id, "role": role.id,
            "factor": factor.id, "api_key": key.id, "approval": approval.id, "policy": policy.id, "inbox": entry.id,
            "lender": offer.lender, "product": offer.product, "version": offer.version, "pipeline": case.pipeline_id, "stage": case.stage_id,
            "submission": (await session.scalars(select(Submission.id).where(Submission.case_id == case.id))).one(),
            "disbursement": (await session.scalars(select(Disbursement.id).where(Disbursement.case_id == case.id))).one(),
            "notification": (await session.scalars(select(Notification.id).where(Notification.employee_id == employee.id).limit(1))).one(),
            "phone": (await session.scalars(select(CustomerPhone.id).where(CustomerPhone.customer_id == customer.id))).one(),
            "audit": (await session.scalars(select(AuditEntry.id).where(AuditEntry.subject_id == employee.id).limit(1))).one(),
            "event": new_id(),
        }  # fmt: skip
    found.texts += [f"手机{mark}", f"角色{mark}", f"验证器{mark}", f"密钥{mark}", f"员工{owner}"]
    return found
