"""What a login policy refuses, in words that say what to do."""

from loanbroker_api.core.errors import Problem


class AccountDisabled(Problem):
    code, status = "access.account-disabled", 401
    message, english = "账号已停用，联系管理员", "This account is disabled; ask your administrator"
    remedy = "联系管理员。"


class SessionExpired(Problem):
    code, status = "access.session-expired", 401
    message, english = "登录已超过有效期，重新登录", "Your session is past its time; sign in again"
    remedy = "重新登录。"


class SessionRevoked(Problem):
    code, status = "access.session-ended", 401
    message, english = "登录已结束（{reason}），重新登录", "Your session was ended ({reason}); sign in again"
    remedy = "重新登录；如不是本人操作，立即修改密码并通知管理员。"


class SessionIdle(Problem):
    code, status = "access.session-idle", 401
    message, english = "{minutes} 分钟没有操作，已锁定；重新登录后回到原来的页面", "Idle for {minutes} minutes; sign in again to go on"
    remedy = "重新登录。"


class ClientMismatch(Problem):
    code, status = "access.client-mismatch", 401
    message, english = "令牌不是这个客户端的，重新登录", "This token belongs to another kind of client; sign in again"
    remedy = "在当前客户端重新登录。"


class IpRefused(Problem):
    code, status = "access.ip-refused", 403
    message, english = (
        "当前网络（{ip}）不在允许登录的范围，换到公司网络，或联系管理员",
        "Your network ({ip}) is not one you may sign in from",
    )
    remedy = "换到允许的网络；需要例外时联系管理员在“登录策略”里放行。"


class RegionRefused(Problem):
    code, status = "access.region-refused", 403
    message, english = "当前位置（{place}）不在允许登录的地区，需要例外联系上级", "Your region ({place}) is not one you may sign in from"
    remedy = "回到允许的地区登录；出差时联系上级或管理员。"


class TimeRefused(Problem):
    code, status = "access.time-refused", 403
    message, english = "现在不在可登录时间，下次可登录：{opens}", "You may not sign in at this time; next: {opens}"
    remedy = "在可登录时间内登录；需要例外联系上级。"


class DeviceLimit(Problem):
    code, status = "access.device-limit", 403
    message, english = "最多绑定 {max} 台设备，已绑满；先在旧设备上解绑，或让上级解绑", "All {max} devices are bound; unbind one first"
    remedy = "在“我的设备”里解绑不用的设备，或联系上级。"


class DeviceUnbound(Problem):
    code, status = "access.device-unbound", 401
    message, english = "这台设备没有绑定，重新登录", "This device is not bound; sign in again"
    remedy = "重新登录以绑定设备。"


class TooManySessions(Problem):
    code, status = "access.too-many-sessions", 403
    message, english = "同时最多登录 {max} 处，先退出其他地方的登录", "At most {max} sessions at once; sign out elsewhere first"
    remedy = "在其他地方退出，或让上级结束旧的登录。"


class LoginLocked(Problem):
    code, status = "access.locked", 429
    message, english = (
        "输错密码次数太多，{minutes} 分钟后再试；用常用设备可照常登录",
        "Too many wrong passwords; try again in {minutes} minutes",
    )
    remedy = "等到锁定结束，在常用设备上登录，或联系管理员解锁。"


class ApprovalRefused(Problem):
    code, status = "access.approval-refused", 403
    message, english = "上级没有批准这次登录", "This login was not approved"
    remedy = "与上级核实后重新登录。"


class DeviceProofRequired(Problem):
    code, status = "access.device-proof-required", 401
    message, english = (
        "缺少设备凭证：刷新令牌只能由登录时的设备使用",
        "The device's proof is missing: only the device that signed in may refresh",
    )
    remedy = "带上登录时得到的 deviceToken，或用设备私钥签名的 deviceProof。"


class TicketInvalid(Problem):
    code, status = "access.ticket-invalid", 401
    message, english = "这一步已失效，重新登录", "This step is no longer valid; sign in again"
    remedy = "从账号和密码重新开始登录。"


class FactorRefused(Problem):
    code, status = "access.factor-refused", 401
    message, english = "验证没有通过，检查后再试", "That did not verify; check and try again"
    remedy = "确认手机时间准确，用最新的验证码；多次失败时重新登录。"


class PolicyNotFound(Problem):
    code, status = "access.policy-not-found", 404
    message, english = "登录策略不存在", "There is no such login policy"
    remedy = "刷新登录策略列表。"


class PolicyExists(Problem):
    code, status = "access.policy-exists", 409
    message, english = (
        "这个角色或员工在该客户端已有登录策略，直接修改它",
        "There is a policy for this role or employee on this client; change that one",
    )
    remedy = "从列表打开已有的策略修改。"


class CalendarDayNotFound(Problem):
    code, status = "access.calendar-day-not-found", 404
    message, english = "这一天没有公司自定的安排", "The company has no word of its own on this day"
    remedy = "刷新工作日历。"
