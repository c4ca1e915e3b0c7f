"""Permissions and menus of finance."""

from loanbroker_api.core.permissions import menu, permission

VIEW = permission("finance.view", "查看收费与回款", "View fees and receipts", scoped=True)
RECORD = permission("finance.record", "登记回款", "Record receipts", scoped=True)
REVERSE = permission("finance.reverse", "冲销回款", "Reverse receipts", scoped=True)

menu("receipts", "/receipts", permission=VIEW, order=60, group="finance")
