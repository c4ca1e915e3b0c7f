"""Tables of access."""

from loanbroker_api.access.models.factors import RecoveryCode, SecondFactor
from loanbroker_api.access.models.keys import ApiKey, ProviderToken, SigningKey, WechatBinding
from loanbroker_api.access.models.org import (
    EMPLOYEE_PHONE,
    Employee,
    EmployeeRole,
    OrgUnit,
    Role,
    RoleField,
    RolePermission,
    Tenant,
    TenantDirectory,
)
from loanbroker_api.access.models.policies import CalendarDay, LoginPolicy
from loanbroker_api.access.models.sessions import (
    Device,
    LoginApproval,
    LoginCounter,
    LoginRecord,
    LoginSession,
    LoginTicket,
    RefreshToken,
)

__all__ = [
    "EMPLOYEE_PHONE",
    "ApiKey",
    "CalendarDay",
    "Device",
    "Employee",
    "EmployeeRole",
    "LoginApproval",
    "LoginCounter",
    "LoginPolicy",
    "LoginRecord",
    "LoginSession",
    "LoginTicket",
    "OrgUnit",
    "ProviderToken",
    "RecoveryCode",
    "RefreshToken",
    "Role",
    "RoleField",
    "RolePermission",
    "SecondFactor",
    "SigningKey",
    "Tenant",
    "TenantDirectory",
    "WechatBinding",
]
