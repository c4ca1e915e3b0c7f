"""The refusals of roles."""

from loanbroker_api.core.errors import Problem


class RoleNotFound(Problem):
    code, status = "access.role-not-found", 404
    message, english = "角色不存在", "There is no such role"
    remedy = "刷新角色列表。"


class RoleNameTaken(Problem):
    code, status = "access.role-name-taken", 409
    message, english = "角色“{name}”已存在", "A role of this name exists"
    remedy = "换一个名称。"


class RoleInUse(Problem):
    code, status = "access.role-in-use", 409
    message, english = "还有 {count} 名员工持有这个角色，先改他们的角色", "{count} employees hold this role; change their roles first"
    remedy = "在员工页按角色筛选，给他们换一个角色，再删除。"


class RoleBuiltin(Problem):
    code, status = "access.role-builtin", 409
    message, english = "内置角色不能删除，可以改它的权限", "A built-in role cannot be deleted, but changed"
    remedy = "编辑它的权限，或不再分配给员工。"


class BeyondOwn(Problem):
    code, status = "access.beyond-own", 403
    message, english = "超出你自己的权限：{what}", "Beyond what you hold yourself: {what}"
    remedy = "由持有这些权限（且数据范围不小于此）的管理员来做。"


class LastAdministrator(Problem):
    code, status = "access.last-administrator", 409
    message, english = (
        "这样做之后就没有管理员了：至少要有一名在职员工持有全公司的“管理角色”和“管理员工”",
        "Nobody would be left to administer: one active employee must manage roles and employees company-wide",
    )
    remedy = "先让另一名在职员工成为管理员。"
