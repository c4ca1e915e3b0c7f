"""Every area's tables, so that one import knows the whole schema."""

from loanbroker_api.access import models as access
from loanbroker_api.analytics import models as analytics
from loanbroker_api.channels import models as channels
from loanbroker_api.core import audit, changes, crypto, idempotency, outbox
from loanbroker_api.customers import models as customers
from loanbroker_api.finance import models as finance
from loanbroker_api.notifications import models as notifications
from loanbroker_api.pipeline import models as pipeline
from loanbroker_api.products import models as products
from loanbroker_api.workspace import models as workspace

__all__ = [
    "access",
    "analytics",
    "audit",
    "changes",
    "channels",
    "crypto",
    "customers",
    "finance",
    "idempotency",
    "notifications",
    "outbox",
    "pipeline",
    "products",
    "workspace",
]
