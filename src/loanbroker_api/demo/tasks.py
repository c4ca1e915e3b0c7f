"""The background task that fills a demo tenant; known to the worker, so that a killed seeding is finished by it."""

from loanbroker_api.workspace.registry import task_kind
from loanbroker_api.workspace.runner import TaskRun


@task_kind("demo.seed", "生成演示数据", "Making demo data")
async def run_seed(task: TaskRun) -> dict[str, object]:
    """Writes what its checkpoint does not yet have."""
    from loanbroker_api.demo.seed import fill  # the story's tables are read by who tells it alone

    return await fill(task)
