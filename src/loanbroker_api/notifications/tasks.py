"""What access has to tell leaders and those who watch over the audit trail."""

from loanbroker_api.access import queries as access_queries
from loanbroker_api.access.events import AuditChainBroken, BulkViewed
from loanbroker_api.access.permissions import AUDIT_VIEW
from loanbroker_api.access.trail.queries import leaders_above
from loanbroker_api.core.outbox import consumer
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.notifications.registry import NotificationKind, notification_kind
from loanbroker_api.notifications.service import notify

BULK_VIEWED = notification_kind(
    NotificationKind(
        "access.bulk_viewed",
        "system",
        "{label} 一小时内查看了 {count} 位以上客户",
        "在审计里查看他的记录，确认是否为工作需要",
        "{label} has listed {count} customers or more within an hour",
        "See the audit trail and make sure that it was for work",
    )
)
CHAIN_BROKEN = notification_kind(
    NotificationKind(
        "access.audit_chain_broken",
        "system",
        "审计链校验不通过",
        "有记录或封印被改动过，在审计页查看第一处不符，保留现场并联系管理员",
        "The audit chain is broken",
        "An entry or a seal was tampered with: see the audit page for the first fault, and keep everything as it is",
    )
)


@consumer(BulkViewed, "notifications.tell_of_views")
async def tell_of_views(uow: UnitOfWork, event: BulkViewed) -> None:
    for leader in await leaders_above(uow.session, uow.tenant_id, event.employee_id):
        await notify(uow, leader, BULK_VIEWED, subject=("employee", event.employee_id), facts={"count": event.count})


@consumer(AuditChainBroken, "notifications.tell_of_broken_chain")
async def tell_of_broken_chain(uow: UnitOfWork, event: AuditChainBroken) -> None:
    for employee_id in sorted(await access_queries.holders(uow.session, AUDIT_VIEW)):
        await notify(uow, employee_id, CHAIN_BROKEN)
