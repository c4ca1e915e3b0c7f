"""What workspace does that the audit trail keeps."""

from loanbroker_api.core.audit_actions import act

act("workspace.task_started", "发起后台任务", "Started a task", subject="task")
act("workspace.task_cancelled", "取消后台任务", "Cancelled a task", subject="task")
act("workspace.task_resumed", "继续后台任务", "Resumed a task", subject="task")
act("workspace.file_downloaded", "下载结果文件", "Downloaded a task's file", subject="task")
