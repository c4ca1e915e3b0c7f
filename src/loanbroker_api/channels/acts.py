"""What channels does that the audit trail keeps, and how the fields that it changes are called."""

from loanbroker_api.channels.models import Channel
from loanbroker_api.core.audit import named, register_subject
from loanbroker_api.core.audit_actions import act, changed_fields

act("channels.created", "新建渠道", "Created a channel", subject="channel")
act("channels.updated", "编辑渠道", "Edited a channel", subject="channel")
act("channels.secret_rotated", "更换渠道密钥", "Changed a channel's secret", subject="channel")
act("channels.replayed", "重放线索", "Replayed a delivery", subject="inbox-entry")
act("channels.replayed_all", "批量重放线索", "Replayed a channel's dead deliveries", subject="channel")
act("channels.ignored", "忽略线索", "Ignored a delivery", subject="inbox-entry")

changed_fields("channel", name=("名称", "Name"), teamId=("分配团队", "Team", "unit"), enabled=("启用", "Enabled"), state=("状态", "State"))

register_subject("channel", named(Channel.id, Channel.name))
