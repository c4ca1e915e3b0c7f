"""Permissions and menus of channels."""

from loanbroker_api.core.permissions import menu, permission

VIEW = permission("channels.view", "查看渠道", "View channels")
MANAGE = permission("channels.manage", "管理渠道", "Manage channels")
INBOX_VIEW = permission("channels.inbox.view", "查看收件箱", "View the inbox")
INBOX_REPLAY = permission("channels.inbox.replay", "重放线索", "Replay leads")

menu("channels", "/channels", permission=VIEW, order=30, group="channels")
menu("inbox", "/inbox", permission=INBOX_VIEW, order=31, group="channels")
