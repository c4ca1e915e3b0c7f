"""What WeChat login refuses. WeChat's own error numbers stay in the log."""

from loanbroker_api.core.errors import Problem


class WechatOff(Problem):
    code, status = "access.wechat-off", 409
    message, english = "微信登录暂不可用，用账号和密码登录", "WeChat login is not available; sign in with your password"
    remedy = "管理员设置 LOANBROKER_WECHAT_APPID 和 LOANBROKER_WECHAT_SECRET 后可用；已设置时查看日志里的 wechat_misconfigured。"


class WechatCode(Problem):
    code, status = "access.wechat-code", 401
    message, english = "微信授权已失效，再试一次", "The WeChat authorisation has run out; try again"
    remedy = "重新调用 wx.login（绑定时重新点“获取手机号”），用新的 code 再试；每个 code 只能用一次，5 分钟内有效。"


class WechatBusy(Problem):
    code, status = "access.wechat-busy", 503
    message, english = "微信暂时没有响应，稍后再试", "WeChat does not answer at the moment; try again"
    remedy = "按 Retry-After 的秒数后重新调用 wx.login 再试。"

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "3"})


class WechatLimit(Problem):
    code, status = "access.wechat-limit", 429
    message, english = "登录太频繁，1 分钟后再试", "Too many sign-ins; try again in a minute"
    remedy = "按 Retry-After 的秒数后再试。"

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "60"})


class WechatRefused(Problem):
    code, status = "access.wechat-refused", 403
    message, english = "暂时不能用微信登录，用账号和密码登录", "You cannot sign in by WeChat at the moment; use your password"
    remedy = "用账号和密码登录，或联系管理员。"


class WechatPhoneUnknown(Problem):
    code, status = "access.wechat-phone-unknown", 403
    message, english = "这个手机号不是在职员工的，让人事登记后再试", "This phone number is not an active employee's; ask HR to record it"
    remedy = "让人事在员工资料里登记你微信绑定的手机号，然后再点“获取手机号”。"


class WechatBoundElsewhere(Problem):
    code, status = "access.wechat-bound-elsewhere", 409
    message, english = "你的账号已绑定另一个微信，先用密码登录解绑", "Your account is bound to another WeChat; sign in and unbind it first"
    remedy = "用账号和密码登录，在“我的”里解绑原来的微信。"
