"""What customers do in the background: consumers of events, and how customers are called elsewhere."""

from loanbroker_api.access.trail.queries import leaders_above
from loanbroker_api.core.audit import register_subject
from loanbroker_api.core.outbox import consumer
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.customers.events import NEXT_ACTION, CustomerAssigned, ManyRevealed
from loanbroker_api.customers.queries import customer_labels, masked_names
from loanbroker_api.customers.service import move_next_action
from loanbroker_api.notifications.registry import NotificationKind, notification_kind
from loanbroker_api.notifications.service import notify
from loanbroker_api.workspace.events import TodoMoved
from loanbroker_api.workspace.registry import subject

subject("customer", customer_labels)
register_subject("customer", masked_names)

NEW_CUSTOMER = notification_kind(
    NotificationKind(
        "customers.new",
        "lead",
        "新客户：{label}",
        "按规则分给你，30 分钟内联系",
        "New customer: {label}",
        "Assigned to you by rule; make contact within 30 minutes",
    )
)
HANDED_CUSTOMER = notification_kind(
    NotificationKind(
        "customers.handed",
        "business",
        "客户移交给你：{label}",
        "查看跟进记录后继续联系",
        "Customer handed to you: {label}",
        "Read the follow-ups and go on",
    )
)


MANY_REVEALED = notification_kind(
    NotificationKind(
        "customers.many_revealed",
        "system",
        "{label} 一小时内查看了 {count} 次完整信息",
        "在审计里查看他的记录和填写的原因",
        "{label} has revealed {count} fields within an hour",
        "See the audit trail and the reasons given",
    )
)


@consumer(ManyRevealed, "customers.tell_leaders")
async def tell_leaders(uow: UnitOfWork, event: ManyRevealed) -> None:
    for leader in await leaders_above(uow.session, uow.tenant_id, event.employee_id):
        await notify(uow, leader, MANY_REVEALED, subject=("employee", event.employee_id), facts={"count": event.count})


@consumer(CustomerAssigned, "customers.tell_owner")
async def tell_owner(uow: UnitOfWork, event: CustomerAssigned) -> None:
    """The new owner finds it in the bell. Notice and deletion of the outbox row commit together, so it comes once."""
    if event.owner_id is not None:
        kind = NEW_CUSTOMER if event.by_rule else HANDED_CUSTOMER
        await notify(uow, event.owner_id, kind, subject=("customer", event.customer_id))


@consumer(TodoMoved, "customers.follow_todo")
async def follow_todo(uow: UnitOfWork, event: TodoMoved) -> None:
    """Lists and 今日 show the same time as the to-do."""
    if event.kind == NEXT_ACTION:
        await move_next_action(uow, event.subject_id, event.due_at)
