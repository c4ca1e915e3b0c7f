"""The refusals of staff and org units."""

from loanbroker_api.core.errors import Problem


class EmployeeNotYours(Problem):
    code, status = "access.employee-not-yours", 403
    message, english = "这位员工不在你的“{permission_title}”数据范围内", "This employee is out of your scope for {permission}"
    remedy = "联系能管理这位员工的人。"


class UsernameTaken(Problem):
    code, status = "access.username-taken", 409
    message, english = "账号已被使用", "This username is taken"
    remedy = "换一个账号。"


class EmployeeNoTaken(Problem):
    code, status = "access.employee-no-taken", 409
    message, english = "工号已被使用", "This staff number is taken"
    remedy = "换一个工号，或不填由系统编。"


class PhoneTaken(Problem):
    code, status = "access.phone-taken", 409
    message, english = "这个手机号已登记给另一名员工", "This phone number belongs to another employee"
    remedy = "核对手机号；离职员工的号码先从他的资料里去掉。"


class AlreadyInactive(Problem):
    code, status = "access.employee-inactive", 409
    message, english = "这位员工已停用", "This employee is not active"
    remedy = "需要时先重新启用。"


class AlreadyActive(Problem):
    code, status = "access.employee-active", 409
    message, english = "这位员工在用，不需要启用", "This employee is active"
    remedy = "刷新员工资料。"


class UnitNotFound(Problem):
    code, status = "access.unit-not-found", 404
    message, english = "组织不存在", "There is no such unit"
    remedy = "刷新组织。"


class UnitInUse(Problem):
    code, status = "access.unit-in-use", 409
    message, english = "不能删除：{why}", "It cannot be deleted: {why}"
    remedy = "先移走里面的员工、下级、客户和渠道，再删除。"


class UnitCycle(Problem):
    code, status = "access.unit-cycle", 409
    message, english = "不能移到自己或自己的下级里", "A unit cannot be moved below itself"
    remedy = "选另一个上级。"


class RootUnit(Problem):
    code, status = "access.root-unit", 409
    message, english = "公司是最上级，不能移动或删除", "The company itself cannot be moved or deleted"
    remedy = "只能改它的名称。"
