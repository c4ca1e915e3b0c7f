"""The built-in roles as data. A tenant gets its own copies and may change them; tests hold every code to the registry."""

from dataclasses import dataclass, field

from loanbroker_api.core.actor import Scope, Visibility


@dataclass(frozen=True)
class BuiltinRole:
    code: str
    name: str
    permissions: dict[str, Scope] = field(default_factory=dict[str, Scope])
    fields: dict[str, Visibility] = field(default_factory=dict[str, Visibility])


def _customers(scope: Scope, *extra: str) -> dict[str, Scope]:
    return {f"customers.{verb}": scope for verb in ("view", "follow_up", "reveal", "edit", *extra)}


_ALL_CHANNELS = dict.fromkeys(("channels.view", "channels.manage", "channels.inbox.view", "channels.inbox.replay"), Scope.COMPANY)

# Free text is work, not identity: who works customers reads it plain. Names, phones and ID numbers stay masked for everyone.
_TEXTS = {"customer.note": Visibility.FULL, "customer.followUpNote": Visibility.FULL}

BUILTIN_ROLES = (
    BuiltinRole(
        "admin",
        "超级管理员",
        {
            **_customers(Scope.COMPANY, "create", "assign"),
            **_ALL_CHANNELS,
            "access.employees.view": Scope.COMPANY,
            "access.audit.view": Scope.COMPANY,
            "access.docs.view": Scope.COMPANY,
            "workspace.tasks.manage": Scope.COMPANY,
        },
        _TEXTS,
    ),
    BuiltinRole(
        "boss",
        "老板",
        {
            **_customers(Scope.COMPANY, "create", "assign"),
            **_ALL_CHANNELS,
            "access.employees.view": Scope.COMPANY,
            "workspace.tasks.manage": Scope.COMPANY,
        },
        _TEXTS,
    ),
    BuiltinRole(
        "manager",
        "部门经理",
        {
            **_customers(Scope.DEPARTMENT, "create", "assign"),
            "channels.view": Scope.COMPANY,
            "channels.inbox.view": Scope.COMPANY,
            "channels.inbox.replay": Scope.COMPANY,
            "access.employees.view": Scope.DEPARTMENT,
        },
        _TEXTS,
    ),
    BuiltinRole(
        "leader",
        "团队长",
        {
            **_customers(Scope.TEAM_BELOW, "create", "assign"),
            "channels.view": Scope.COMPANY,
            "channels.inbox.view": Scope.COMPANY,
            "access.employees.view": Scope.TEAM_BELOW,
        },
        _TEXTS,
    ),
    BuiltinRole("sales", "业务员", _customers(Scope.SELF, "create"), _TEXTS),
    BuiltinRole("submission", "进件专员"),
    BuiltinRole("collateral", "权证专员"),
    BuiltinRole("finance", "财务"),
    BuiltinRole("hr", "人事", {"access.employees.view": Scope.COMPANY}),
    BuiltinRole("audit", "审计", {"access.audit.view": Scope.COMPANY, "access.employees.view": Scope.COMPANY}),
)
