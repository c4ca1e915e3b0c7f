"""What customers does that the audit trail keeps, and how the fields that it changes are called."""

from loanbroker_api.core.audit_actions import act, changed_fields

act("customers.created", "新建客户", "Created a customer", subject="customer")
act("customers.touched", "客户再次留资", "Came in again as a lead", subject="customer")
act("customers.edited", "编辑客户", "Edited a customer", subject="customer")
act("customers.owner_changed", "变更归属", "Changed the owner", subject="customer")
act("customers.followed_up", "记录跟进", "Recorded a follow-up", subject="customer")
act("customers.qualification_changed", "修改资质", "Changed the qualification", subject="customer")
act("customers.revealed", "查看完整信息", "Revealed a field", subject="customer")
MANY_REVEALED = act("customers.many_revealed", "频繁查看完整信息", "Revealed many fields within an hour", subject="employee")

changed_fields(
    "customer",
    name=("姓名", "Name"),
    city=("城市", "City"),
    intent=("意向", "Intent"),
    wantedAmount=("期望金额", "Wanted amount"),
    note=("备注", "Note"),
    idNumber=("证件号", "ID number"),
    stars=("星级", "Stars"),
    stage=("阶段", "Stage"),
    owner=("归属人", "Owner"),
)
