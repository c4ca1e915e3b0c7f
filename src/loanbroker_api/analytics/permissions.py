"""Permissions and menus of figures."""

from loanbroker_api.core.permissions import menu, permission

VIEW = permission("analytics.view", "查看数据", "View figures", scoped=True)

menu("overview", "/overview", permission=VIEW, order=70, group="figures")
menu("funnel", "/funnel", permission=VIEW, order=71, group="figures")
