"""What figures refuse."""

from loanbroker_api.core.errors import Problem

MAX_DAYS = 400


class RangeInvalid(Problem):
    code, status = "analytics.range", 422
    message, english = "时间范围最长 {max_days} 天，且起始日不晚于截止日", "A range has at most {max_days} days and begins before it ends"
    remedy = "缩短 from 到 to 的范围，分几次查询。"

    def __init__(self) -> None:
        super().__init__(max_days=MAX_DAYS)


class OutOfScope(Problem):
    """The same for what is not there and for what is somebody else's: existence is not told."""

    code, status = "analytics.out-of-scope", 403
    message, english = "没有这个团队或员工，或不在你的数据范围内", "There is no such team or employee within your data scope"
    remedy = "去掉团队和员工的筛选，或选择你数据范围内的；需要更大范围时联系管理员调整“查看数据”的数据权限。"
