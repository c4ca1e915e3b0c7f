"""What access does that the audit trail keeps, and how the fields that it changes are called."""

from loanbroker_api.core.audit_actions import act, changed_fields

TENANT_CREATED = act("access.tenant_created", "开通机构", "Created the company", subject="tenant")
act("access.demo_passwords_set", "设置演示密码", "Set the demonstration passwords", subject="tenant")
act("access.unit_created", "新建组织", "Created an org unit", subject="unit")
act("access.unit_updated", "编辑组织", "Changed an org unit", subject="unit")
act("access.unit_deleted", "删除组织", "Deleted an org unit", subject="unit")
act("access.employee_created", "新建员工", "Created an employee", subject="employee")
act("access.employee_updated", "编辑员工", "Changed an employee", subject="employee")
act("access.employee_deactivated", "停用员工", "Deactivated an employee", subject="employee")
act("access.employee_activated", "启用员工", "Activated an employee", subject="employee")
act("access.password_reset", "重置密码", "Reset a password", subject="employee")
act("access.factors_reset", "重置第二因素", "Reset second factors", subject="employee")
act("access.role_created", "新建角色", "Created a role", subject="role")
act("access.role_updated", "编辑角色", "Changed a role", subject="role")
act("access.role_deleted", "删除角色", "Deleted a role", subject="role")
act("access.duty_changed", "切换在岗", "Went on or off duty", subject="employee")
act("access.logged_in", "登录", "Signed in", subject="employee")
act("access.login_refused", "登录被拒", "Was refused at login", subject="employee")
act("access.session_ended", "会话结束", "Ended a session", subject="session")

AUDIT_VERIFIED = act("access.audit_verified", "校验审计链", "Verified the audit chain", subject="tenant")
act("access.audit_head_exported", "导出链尾", "Exported the chain's head", subject="tenant")
act("access.audit_exported", "导出审计", "Asked for an export of the audit trail", subject="task")
act("access.audit_export_finished", "审计导出完成", "Finished an export of the audit trail", subject="task")
act("access.bulk_viewed", "大量查看", "Listed many records within an hour", subject="employee")

changed_fields(
    "employee",
    displayName=("姓名", "Display name"),
    employeeNo=("工号", "Staff number"),
    unitId=("所属组织", "Org unit"),
    roleIds=("角色", "Roles"),
    roles=("角色", "Roles"),
    phone=("手机号", "Phone"),
    active=("在职", "Active"),
    onDuty=("在岗", "On duty"),
    on_duty=("在岗", "On duty"),
)
changed_fields("unit", name=("名称", "Name"), parentId=("上级", "Parent"), position=("次序", "Position"), kind=("类型", "Kind"))
changed_fields(
    "role",
    name=("名称", "Name"),
    note=("说明", "Note"),
    permissions=("权限", "Permissions"),
    fields=("字段可见性", "Visible fields"),
    units=("自定义范围", "Units of its own"),
)
changed_fields("policy", parts=("登录策略", "Login policy"), overrides=("个人覆盖", "Overrides"))

act("access.api_key_created", "新建接口密钥", "Created an API key", subject="api_key")
act("access.api_key_revoked", "吊销接口密钥", "Revoked an API key", subject="api_key")
act("access.wechat_bound", "绑定微信", "Bound a WeChat", subject="employee")
act("access.wechat_unbound", "解绑微信", "Unbound the WeChat", subject="employee")
