"""What happens to somebody's account is told to him, and to his leaders where it is theirs to look at."""

from loanbroker_api.access.events import (
    ApiKeyCreated,
    DeviceAdded,
    FactorsChanged,
    LoginApprovalDecided,
    LoginApprovalWanted,
    LoginUnusual,
    PasswordChanged,
    WechatBound,
)
from loanbroker_api.access.trail.queries import leaders_above
from loanbroker_api.core.outbox import consumer
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.notifications.registry import NotificationKind, notification_kind
from loanbroker_api.notifications.service import notify

APPROVAL_WANTED = notification_kind(
    NotificationKind(
        "access.login_approval_wanted",
        "system",
        "{label} 的登录等你批准",
        "在“登录审批”里核实后批准或拒绝，15 分钟内有效",
        "{label} waits for you to approve a login",
        "Check it with them and decide under login approvals within 15 minutes",
    )
)
APPROVAL_DECIDED = notification_kind(
    NotificationKind(
        "access.login_approval_decided",
        "system",
        "你的登录申请已处理",
        "批准后登录会自动继续；没有批准时与上级核实",
        "Your login request was decided",
        "It goes on by itself when approved; otherwise ask your leader",
    )
)
UNUSUAL = notification_kind(
    NotificationKind(
        "access.login_unusual",
        "system",
        "账号有一次不寻常的登录",
        "不是本人时，立即在“我的”里结束全部登录并改密码",
        "An unusual login to your account",
        "If it was not you, end all sessions and change your password now",
    )
)
TEAM_UNUSUAL = notification_kind(
    NotificationKind(
        "access.team_login_unusual",
        "system",
        "{label} 有一次不寻常的登录",
        "与本人核实；不是本人时结束其登录",
        "{label} signed in in an unusual way",
        "Ask them; if it was not them, end their sessions",
    )
)
DEVICE_ADDED = notification_kind(
    NotificationKind(
        "access.device_added",
        "system",
        "账号在新设备上登录",
        "不是本人时，立即在“我的”里解绑这台设备并改密码",
        "A new device signed in to your account",
        "If it was not you, unbind it and change your password now",
    )
)
FACTORS_CHANGED = notification_kind(
    NotificationKind(
        "access.factors_changed",
        "system",
        "你的第二因素有变动",
        "不是本人操作时，立即联系管理员",
        "Your second factors changed",
        "If it was not you, tell your administrator now",
    )
)
PASSWORD_CHANGED = notification_kind(
    NotificationKind(
        "access.password_changed",
        "system",
        "你的密码已修改",
        "不是本人操作时，立即联系管理员",
        "Your password was changed",
        "If it was not you, tell your administrator now",
    )
)
KEY_CREATED = notification_kind(
    NotificationKind(
        "access.api_key_created",
        "system",
        "有一个接口密钥以你的身份调用",
        "不认识时，请管理员在“接口密钥”里吊销",
        "An API key acts as you",
        "If you do not know it, have it revoked under API keys",
    )
)
WECHAT_BOUND = notification_kind(
    NotificationKind(
        "access.wechat_bound",
        "system",
        "微信已绑定到你的账号",
        "不是本人时，立即在“我的”里解绑并联系管理员",
        "A WeChat account was bound to yours",
        "If it was not you, unbind it and tell your administrator",
    )
)


@consumer(LoginApprovalWanted, "notifications.tell_of_approval")
async def tell_of_approval(uow: UnitOfWork, event: LoginApprovalWanted) -> None:
    for leader in event.leaders:
        await notify(uow, leader, APPROVAL_WANTED, subject=("employee", event.employee_id))


@consumer(LoginApprovalDecided, "notifications.tell_of_decision")
async def tell_of_decision(uow: UnitOfWork, event: LoginApprovalDecided) -> None:
    await notify(uow, event.employee_id, APPROVAL_DECIDED, facts={"approved": event.approved})


@consumer(LoginUnusual, "notifications.tell_of_unusual")
async def tell_of_unusual(uow: UnitOfWork, event: LoginUnusual) -> None:
    await notify(uow, event.employee_id, UNUSUAL, facts={"signals": event.signals})
    for leader in await leaders_above(uow.session, uow.tenant_id, event.employee_id):
        await notify(uow, leader, TEAM_UNUSUAL, subject=("employee", event.employee_id), facts={"signals": event.signals})


@consumer(DeviceAdded, "notifications.tell_of_device")
async def tell_of_device(uow: UnitOfWork, event: DeviceAdded) -> None:
    await notify(uow, event.employee_id, DEVICE_ADDED, facts={"client": event.client})


@consumer(FactorsChanged, "notifications.tell_of_factors")
async def tell_of_factors(uow: UnitOfWork, event: FactorsChanged) -> None:
    await notify(uow, event.employee_id, FACTORS_CHANGED, facts={"what": event.what})


@consumer(PasswordChanged, "notifications.tell_of_password")
async def tell_of_password(uow: UnitOfWork, event: PasswordChanged) -> None:
    await notify(uow, event.employee_id, PASSWORD_CHANGED)


@consumer(ApiKeyCreated, "notifications.tell_of_key")
async def tell_of_key(uow: UnitOfWork, event: ApiKeyCreated) -> None:
    if event.created_by != event.employee_id:
        await notify(uow, event.employee_id, KEY_CREATED)


@consumer(WechatBound, "notifications.tell_of_wechat")
async def tell_of_wechat(uow: UnitOfWork, event: WechatBound) -> None:
    await notify(uow, event.employee_id, WECHAT_BOUND)
