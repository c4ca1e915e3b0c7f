"""What one's own factors and password are refused with."""

from loanbroker_api.core.errors import FieldError, Problem


class FactorNotFound(Problem):
    code, status = "access.factor-not-found", 404
    message, english = "没有这个第二因素，或它等待确认太久", "There is no such second factor, or it waited too long for its confirmation"
    remedy = "刷新“登录安全”页；还没确认的重新添加一次。"


class FactorRequired(Problem):
    code, status = "access.factor-required", 409
    message, english = "你的登录策略要求第二因素，不能去掉最后一个", "Your login policy asks for a second factor; the last one stays"
    remedy = "先添加另一个第二因素，再去掉这一个。"


class FactorMissing(Problem):
    code, status = "access.factor-missing", 409
    message, english = "先添加第二因素，再生成恢复码", "Add a second factor first; recovery codes stand in for one"
    remedy = "在“登录安全”里添加验证器或通行密钥。"


class FactorConfirmed(Problem):
    code, status = "access.factor-confirmed", 409
    message, english = "这个第二因素已经确认过", "This second factor is confirmed already"
    remedy = "刷新“登录安全”页，它已经在用。"


class TooManyFactors(Problem):
    code, status = "access.factor-limit", 409
    message, english = "最多 {limit} 个第二因素", "At most {limit} second factors"
    remedy = "去掉一个不再用的，再添加。"


class FactorCodeWrong(Problem):
    code, status = "access.factor-code-wrong", 422
    message, english = "验证码不对或已用过，等下一个再试", "The code is wrong or was used; try the next one"
    remedy = "核对手机时间是否自动校准，输入验证器里最新的 6 位数字。"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/code", "access.factor-code-wrong", "不对或已用过", "Wrong or used")])


class PasskeyRefused(Problem):
    code, status = "access.passkey-refused", 422
    message, english = "通行密钥没有通过校验，重新添加一次", "The passkey could not be verified; start again"
    remedy = "5 分钟内在同一个网址完成，并用指纹、面容或 PIN 解锁设备。"


class PasskeyTaken(Problem):
    code, status = "access.passkey-taken", 409
    message, english = "这个通行密钥已经登记过", "This passkey is registered already"
    remedy = "换一台设备或另一个通行密钥。"


class PasswordWrong(Problem):
    code, status = "access.password-wrong", 422
    message, english = "现在的密码不对", "The current password is wrong"
    remedy = "核对现在的密码；忘记时找管理员重置。"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/current", "access.password-wrong", "现在的密码不对", "The current password is wrong")])


class PersonOnly(Problem):
    code, status = "access.person-only", 403
    message, english = "接口密钥不能管理本人的密码和第二因素", "An API key may not manage its owner's password and factors"
    remedy = "本人登录后在“登录安全”里操作。"
