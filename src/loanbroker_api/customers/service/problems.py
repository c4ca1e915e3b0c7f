"""The refusals of customers."""

from loanbroker_api.core.errors import Problem


class CustomerNotFound(Problem):
    code, status = "customers.not-found", 404
    message, english = "客户不存在或无权查看", "There is no such customer, or it is not yours to see"
    remedy = "核对客户；可能已被移交或放回公有池，需要时联系团队长。"


class NotYours(Problem):
    code, status = "customers.not-yours", 403
    message, english = "这位客户不在你的“{permission_title}”数据范围内", "This customer is out of your scope for {permission}"
    remedy = "联系归属人或团队长。"


class PhoneTaken(Problem):
    code, status = "customers.phone-taken", 409
    message, english = "这个手机号已有客户，不能重复建立", "This phone number belongs to an existing customer"
    remedy = "用手机号搜索该客户；看不到时联系团队长裁决撞单。"


class PhoneNotFound(Problem):
    code, status = "customers.phone-not-found", 404
    message, english = "这位客户没有这个号码", "The customer has no such phone"
    remedy = "刷新客户详情后再试。"


class NothingToReveal(Problem):
    code, status = "customers.nothing-to-reveal", 404
    message, english = "这一项没有填写", "This field is empty"
    remedy = "先补充该字段。"


class RevealLimit(Problem):
    code, status = "customers.reveal-limit", 429
    message, english = (
        "查看次数已到上限（{window}），{minutes} 分钟后可再查看",
        "You reached the limit of reveals; try again in {minutes} minutes",
    )
    remedy = "到时间后再查看；工作需要更多次数时联系团队长。"

    def __init__(self, *, window: str, seconds: int) -> None:
        super().__init__(headers={"Retry-After": str(seconds)}, window=window, minutes=max(1, -(-seconds // 60)))


class OwnerNotEligible(Problem):
    code, status = "customers.owner-not-eligible", 422
    message, english = "不能分配给这位员工：{why}", "This employee cannot own customers: {why}"
    remedy = "选择在职、在你数据范围内、能跟进客户的员工。"


class FieldHidden(Problem):
    code, status = "customers.field-hidden", 403
    message, english = "你的角色不能查看“{title}”", "Your role may not see {title}"
    remedy = "联系管理员调整角色的字段可见性。"
