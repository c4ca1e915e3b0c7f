"""Permissions and menus of access."""

from loanbroker_api.core.permissions import menu, permission

EMPLOYEES_VIEW = permission("access.employees.view", "查看员工", "View employees", scoped=True)
AUDIT_VIEW = permission("access.audit.view", "查看审计", "View the audit trail")
DOCS_VIEW = permission("access.docs.view", "查看接口文档", "View the API documents")

menu("today", "/today", permission=None, order=10, group="home")
