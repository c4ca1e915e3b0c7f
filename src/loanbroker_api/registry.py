"""Imports whatever areas register by being imported: consumers, tasks, subjects, adapters, permissions."""

from loanbroker_api import models
from loanbroker_api.access import acts as access_acts
from loanbroker_api.access import permissions as access_permissions
from loanbroker_api.access.trail import subjects as access_subjects
from loanbroker_api.analytics import permissions as analytics_permissions
from loanbroker_api.analytics.rollups import consumers as analytics_consumers
from loanbroker_api.channels import acts as channel_acts
from loanbroker_api.channels import adapters
from loanbroker_api.channels import permissions as channel_permissions
from loanbroker_api.customers import acts as customer_acts
from loanbroker_api.customers import permissions as customer_permissions
from loanbroker_api.customers import tasks as customer_tasks
from loanbroker_api.demo import tasks as demo_tasks
from loanbroker_api.finance import acts as finance_acts
from loanbroker_api.finance import permissions as finance_permissions
from loanbroker_api.finance import tasks as finance_tasks
from loanbroker_api.notifications import logins as notification_logins
from loanbroker_api.notifications import tasks as notification_tasks
from loanbroker_api.pipeline import acts as pipeline_acts
from loanbroker_api.pipeline import permissions as pipeline_permissions
from loanbroker_api.pipeline import service as pipeline_service
from loanbroker_api.pipeline import tasks as pipeline_tasks
from loanbroker_api.products import acts as product_acts
from loanbroker_api.products import permissions as product_permissions
from loanbroker_api.workspace import acts as workspace_acts
from loanbroker_api.workspace import permissions as workspace_permissions
from loanbroker_api.workspace import tasks as workspace_tasks
from loanbroker_api.workspace.audit import tasks as audit_tasks

_LOADED = (
    access_acts,
    access_subjects,
    audit_tasks,
    channel_acts,
    customer_acts,
    finance_acts,
    notification_logins,
    notification_tasks,
    pipeline_acts,
    product_acts,
    workspace_acts,
    access_permissions,
    adapters,
    analytics_consumers,
    analytics_permissions,
    channel_permissions,
    customer_permissions,
    customer_tasks,
    demo_tasks,
    finance_permissions,
    finance_tasks,
    models,
    pipeline_permissions,
    pipeline_service,
    pipeline_tasks,
    product_permissions,
    workspace_permissions,
    workspace_tasks,
)


def load() -> int:
    """How many modules have registered; importing this module is what does it."""
    return len(_LOADED)
