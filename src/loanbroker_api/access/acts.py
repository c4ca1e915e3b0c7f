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

act("access.policy_created", "新建登录策略", "Created a login policy", subject="policy")
act("access.policy_changed", "编辑登录策略", "Edited a login policy", subject="policy")
act("access.policy_deleted", "删除登录策略", "Deleted a login policy", subject="policy")
act("access.calendar_day_set", "设置日历", "Set a calendar day")
act("access.calendar_day_removed", "恢复日历", "Removed a calendar day")

act("access.login_locked", "登录锁定", "Locked the login", subject="employee")
act("access.unlocked", "解除锁定", "Unlocked the login", subject="employee")
act("access.request_refused", "会话被拒", "Was refused in a live session", subject="employee")
act("access.approval_asked", "请求登录审批", "Asked to approve a login", subject="approval")
act("access.approval_decided", "审批登录", "Decided on a login", subject="approval")
act("access.stepped_up", "再次确认身份", "Confirmed the identity again", subject="employee")
act("access.step_up_refused", "再次确认身份失败", "Failed to confirm the identity again", subject="employee")
act("access.device_bound", "绑定设备", "Bound a device", subject="device")
act("access.device_unbound", "解绑设备", "Unbound a device", subject="device")
act("access.device_renamed", "改设备名", "Renamed a device", subject="device")
act("access.push_registered", "登记推送", "Registered for push", subject="device")
act("access.push_removed", "取消推送", "Removed the push registration", subject="device")

act("access.password_changed", "修改密码", "Changed the password", subject="employee")
act("access.password_refused", "修改密码时密码错误", "Gave a wrong password for a change", subject="employee")
act("access.factor_added", "添加第二因素", "Added a second factor", subject="employee")
act("access.factor_removed", "移除第二因素", "Removed a second factor", subject="employee")
act("access.factor_refused", "第二因素错误", "Failed the second factor", subject="employee")
act("access.recovery_codes_made", "生成恢复码", "Made recovery codes", subject="employee")

act("access.api_key_created", "新建接口密钥", "Created an API key", subject="api-key")
act("access.api_key_revoked", "吊销接口密钥", "Revoked an API key", subject="api-key")
act("access.wechat_bound", "绑定微信", "Bound a WeChat", subject="employee")
act("access.wechat_unbound", "解绑微信", "Unbound the WeChat", subject="employee")

changed_fields(
    "employee",
    displayName=("姓名", "Display name"),
    employeeNo=("工号", "Staff number"),
    unitId=("所属组织", "Org unit", "unit"),
    roleIds=("角色", "Roles", "role"),
    phone=("手机号", "Phone"),
    active=("在职", "Active"),
    onDuty=("在岗", "On duty"),
)
changed_fields("unit", name=("名称", "Name"), parentId=("上级", "Parent", "unit"), position=("次序", "Position"))
changed_fields("role", name=("名称", "Name"), note=("说明", "Note"), units=("自定义范围", "Units of its own", "unit"))
changed_fields("device", name=("名称", "Name"))
changed_fields(
    "policy",
    device=("设备", "Devices"),
    ip=("IP", "IP"),
    region=("地区", "Region"),
    time=("时间", "Time"),
    attempts=("密码错误", "Wrong passwords"),
    idle=("闲置", "Idle"),
    sessions=("会话数", "Sessions"),
    unusual=("异常登录", "Unusual logins"),
    factor=("第二因素", "Second factor"),
    overrides=("个人覆盖", "Overrides"),
)
