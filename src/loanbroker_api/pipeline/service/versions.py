"""Which product version a case or submission may name."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.core.errors import FieldError, Invalid
from loanbroker_api.core.uow import UnitOfWork
from loanbroker_api.products.models import Lender, Product, ProductState, ProductVersion, VersionState


@dataclass(frozen=True)
class Chosen:
    version: ProductVersion
    product: Product
    lender: Lender


async def choose_version(uow: UnitOfWork, version_id: UUID, *, own: UUID | None = None) -> Chosen:
    """A version that is effective now, or the case's `own`, whatever became of it. Raises Invalid at /productVersionId."""
    version = await uow.session.scalar(select(ProductVersion).where(ProductVersion.id == version_id))
    if version is None:
        raise Invalid(FieldError("/productVersionId", "pipeline.version-unknown", "没有这个产品版本", "There is no such version"))
    product = (await uow.session.scalars(select(Product).where(Product.id == version.product_id))).one()
    lender = (await uow.session.scalars(select(Lender).where(Lender.id == product.lender_id))).one()
    begun = version.effective_from is not None and version.effective_from <= uow.now
    ended = version.effective_to is not None and version.effective_to <= uow.now
    effective = version.state == VersionState.APPROVED and begun and not ended and product.state == ProductState.ACTIVE
    if version_id != own and not effective:
        raise Invalid(
            FieldError("/productVersionId", "pipeline.version-not-effective", "这个产品版本没有在售", "The version is not effective")
        )
    return Chosen(version, product, lender)
