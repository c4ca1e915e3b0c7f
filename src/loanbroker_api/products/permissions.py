"""Permissions and menus of products."""

from loanbroker_api.core.permissions import menu, permission

VIEW = permission("products.view", "查看产品", "View products")
MATCH = permission("products.match", "匹配产品", "Match products")
MANAGE = permission("products.manage", "编辑产品", "Edit products")
APPROVE = permission("products.approve", "审批产品版本", "Approve product versions")
LENDERS = permission("products.lenders.manage", "管理资方", "Manage lenders")

menu("match", "/match", permission=MATCH, order=40, group="products")
menu("calculator", "/calculator", permission=MATCH, order=41, group="products")
menu("products", "/products", permission=VIEW, order=42, group="products")
menu("lenders", "/lenders", permission=VIEW, order=43, group="products")
