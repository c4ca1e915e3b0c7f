"""Permissions and menus of cases."""

from loanbroker_api.core.permissions import menu, permission

VIEW = permission("pipeline.view", "查看业务单", "View cases", scoped=True)
CREATE = permission("pipeline.create", "新建业务单", "Create cases", scoped=True)
EDIT = permission("pipeline.edit", "编辑业务单", "Edit cases", scoped=True)
MOVE = permission("pipeline.move", "推进业务单", "Move cases", scoped=True)
SUBMIT = permission("pipeline.submit", "进件与批复", "Submit and record decisions", scoped=True)
DISBURSE = permission("pipeline.disburse", "登记放款", "Record disbursements", scoped=True)
MANAGE = permission("pipeline.manage", "配置流程", "Configure pipelines")

menu("board", "/cases/board", permission=VIEW, order=50, group="cases")
menu("cases", "/cases", permission=VIEW, order=51, group="cases")
menu("pipelines", "/settings/pipelines", permission=MANAGE, order=90, group="settings")
