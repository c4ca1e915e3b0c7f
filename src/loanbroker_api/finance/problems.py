"""The refusals of finance."""

from loanbroker_api.core.errors import Problem


class OverDue(Problem):
    code, status = "finance.over-due", 422
    message, english = "超过未收：应收 {due}，未收 {outstanding}", "Over what is outstanding: {outstanding} of {due}"
    remedy = "金额不超过未收；多收的先核对放款和服务费。"


class ReceiptNotFound(Problem):
    code, status = "finance.receipt-not-found", 404
    message, english = "回款不存在或无权查看", "There is no such receipt, or it is not yours to see"
    remedy = "刷新业务单的回款。"


class AlreadyReversed(Problem):
    code, status = "finance.already-reversed", 409
    message, english = "这笔回款已冲销", "The receipt is reversed already"
    remedy = "刷新业务单的回款。"


class NotReversible(Problem):
    code, status = "finance.not-reversible", 409
    message, english = "冲销记录不能再冲销，改为重新登记回款", "A reversal cannot be reversed; record a receipt again"
    remedy = "重新登记一笔回款。"
