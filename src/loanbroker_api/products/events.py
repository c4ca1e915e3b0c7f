"""What products announce."""

from uuid import UUID

from loanbroker_api.core.outbox import Event


class ProductVersionApproved(Event):
    """A version was approved; it is effective from its time on."""

    type = "products.version_approved"
    product_id: UUID
    version_id: UUID
