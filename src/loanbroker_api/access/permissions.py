"""Permissions and menus of access. Everyone manages his own password, factors, sessions and devices without a permission."""

from loanbroker_api.core.permissions import menu, permission

EMPLOYEES_VIEW = permission("access.employees.view", "查看员工", "View employees", scoped=True)
EMPLOYEES_MANAGE = permission("access.employees.manage", "管理员工", "Manage employees", scoped=True)
UNITS_MANAGE = permission("access.units.manage", "管理组织", "Manage org units")
ROLES_MANAGE = permission("access.roles.manage", "管理角色", "Manage roles")
POLICIES_MANAGE = permission("access.policies.manage", "管理登录策略", "Manage login policies")
SESSIONS_MANAGE = permission("access.sessions.manage", "审批登录与管理设备", "Approve logins and manage devices", scoped=True)
KEYS_MANAGE = permission("access.keys.manage", "管理接口密钥", "Manage API keys")
AUDIT_VIEW = permission("access.audit.view", "查看审计", "View the audit trail")
AUDIT_EXPORT = permission("access.audit.export", "导出审计", "Export the audit trail")
DOCS_VIEW = permission("access.docs.view", "查看接口文档", "View the API documents")

menu("today", "/today", permission=None, order=10, group="home")
menu("audit", "/audit", permission=AUDIT_VIEW, order=80, group="control")
menu("org", "/settings/org", permission=EMPLOYEES_VIEW, order=81, group="settings")
menu("roles", "/settings/roles", permission=ROLES_MANAGE, order=82, group="settings")
menu("login-policies", "/settings/login-policies", permission=POLICIES_MANAGE, order=83, group="settings")
menu("login-approvals", "/settings/login-approvals", permission=SESSIONS_MANAGE, order=84, group="settings")
menu("api-keys", "/settings/api-keys", permission=KEYS_MANAGE, order=85, group="settings")
