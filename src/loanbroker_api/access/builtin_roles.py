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

_PRODUCTS = dict.fromkeys(("products.view", "products.match"), Scope.COMPANY)
_ALL_PRODUCTS = {**_PRODUCTS, **dict.fromkeys(("products.manage", "products.approve", "products.lenders.manage"), Scope.COMPANY)}


def _cases(scope: Scope, *verbs: str) -> dict[str, Scope]:
    return {f"pipeline.{verb}": scope for verb in ("view", *verbs)}


_ALL_CASES = ("create", "edit", "move", "submit", "disburse")


def _money(scope: Scope, *verbs: str) -> dict[str, Scope]:
    return {f"finance.{verb}": scope for verb in ("view", *verbs)}


_ALL_ACCESS = (
    "employees.view",
    "employees.manage",
    "units.manage",
    "roles.manage",
    "policies.manage",
    "sessions.manage",
    "keys.manage",
    "audit.view",
    "audit.export",
)


def _access(scope: Scope, *verbs: str) -> dict[str, Scope]:
    return {f"access.{verb}": scope for verb in verbs}


# Free text is work, not identity: who works customers reads it plain. Names, phones and ID numbers stay masked for everyone.
_CASE_TEXTS: dict[str, Visibility] = dict.fromkeys(
    ("case.comment", "case.declinedReason", "case.voidReason", "receipt.note"), Visibility.FULL
)
_TEXTS = {"customer.note": Visibility.FULL, "customer.followUpNote": Visibility.FULL, **_CASE_TEXTS}
# Whoever keeps the roster of lenders calls them.
_ROSTER = {**_TEXTS, "lender.contacts": Visibility.FULL}
_STAFF = {**_ROSTER, "employee.phone": Visibility.FULL}

BUILTIN_ROLES = (
    BuiltinRole(
        "admin",
        "超级管理员",
        {
            **_customers(Scope.COMPANY, "create", "assign"),
            **_ALL_CHANNELS,
            **_ALL_PRODUCTS,
            **_cases(Scope.COMPANY, *_ALL_CASES, "manage"),
            **_money(Scope.COMPANY, "record", "reverse"),
            "analytics.view": Scope.COMPANY,
            **_access(Scope.COMPANY, *_ALL_ACCESS, "docs.view"),
            "workspace.tasks.manage": Scope.COMPANY,
        },
        _STAFF,
    ),
    BuiltinRole(
        "boss",
        "老板",
        {
            **_customers(Scope.COMPANY, "create", "assign"),
            **_ALL_CHANNELS,
            **_ALL_PRODUCTS,
            **_cases(Scope.COMPANY, *_ALL_CASES, "manage"),
            **_money(Scope.COMPANY, "record", "reverse"),
            "analytics.view": Scope.COMPANY,
            **_access(Scope.COMPANY, *_ALL_ACCESS),
            "workspace.tasks.manage": Scope.COMPANY,
        },
        _STAFF,
    ),
    BuiltinRole(
        "manager",
        "部门经理",
        {
            **_customers(Scope.DEPARTMENT, "create", "assign"),
            **_PRODUCTS,
            "products.manage": Scope.COMPANY,
            "products.lenders.manage": Scope.COMPANY,
            **_cases(Scope.DEPARTMENT, *_ALL_CASES),
            **_money(Scope.DEPARTMENT),
            "analytics.view": Scope.DEPARTMENT,
            "channels.view": Scope.COMPANY,
            "channels.inbox.view": Scope.COMPANY,
            "channels.inbox.replay": Scope.COMPANY,
            **_access(Scope.DEPARTMENT, "employees.view", "sessions.manage"),
        },
        _ROSTER,
    ),
    BuiltinRole(
        "leader",
        "团队长",
        {
            **_customers(Scope.TEAM_BELOW, "create", "assign"),
            **_PRODUCTS,
            **_cases(Scope.TEAM_BELOW, "create", "edit", "move", "submit"),
            **_money(Scope.TEAM_BELOW),
            "analytics.view": Scope.TEAM_BELOW,
            "channels.view": Scope.COMPANY,
            "channels.inbox.view": Scope.COMPANY,
            **_access(Scope.TEAM_BELOW, "employees.view", "sessions.manage"),
        },
        _TEXTS,
    ),
    BuiltinRole(
        "sales",
        "业务员",
        {
            **_customers(Scope.SELF, "create"),
            **_PRODUCTS,
            **_cases(Scope.SELF, "create", "edit", "move", "submit"),
            **_money(Scope.SELF),
        },
        _TEXTS,
    ),
    # Submission, collateral and finance know customers through their cases only.
    BuiltinRole("submission", "进件专员", {**_PRODUCTS, **_cases(Scope.COMPANY, "edit", "move", "submit", "disburse")}, _TEXTS),
    BuiltinRole("collateral", "权证专员", _cases(Scope.COMPANY, "edit", "move"), _TEXTS),
    BuiltinRole(
        "finance",
        "财务",
        {**_cases(Scope.COMPANY, "move", "disburse"), **_money(Scope.COMPANY, "record", "reverse"), "analytics.view": Scope.COMPANY},
        _CASE_TEXTS,
    ),
    # Nobody grants what he does not hold: personnel keep the staff, an administrator gives the roles.
    BuiltinRole(
        "hr", "人事", _access(Scope.COMPANY, "employees.view", "employees.manage", "units.manage"), {"employee.phone": Visibility.FULL}
    ),
    BuiltinRole("audit", "审计", _access(Scope.COMPANY, "audit.view", "audit.export", "employees.view")),
)
