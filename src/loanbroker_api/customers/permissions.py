"""Permissions and menus of customers."""

from loanbroker_api.core.permissions import menu, permission

VIEW = permission("customers.view", "查看客户", "View customers", scoped=True)
CREATE = permission("customers.create", "新建客户", "Create customers", scoped=True)
EDIT = permission("customers.edit", "编辑客户", "Edit customers", scoped=True)
FOLLOW_UP = permission("customers.follow_up", "跟进客户", "Follow up customers", scoped=True)
ASSIGN = permission("customers.assign", "分配客户", "Assign customers", scoped=True)
REVEAL = permission("customers.reveal", "查看完整信息", "Reveal a field", scoped=True)

menu("customers", "/customers", permission=VIEW, order=20, group="customers")
