from loanbroker_api.core.permissions import permission

TASKS_MANAGE = permission("workspace.tasks.manage", "管理后台任务", "Manage background tasks")
