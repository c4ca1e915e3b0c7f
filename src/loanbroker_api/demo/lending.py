"""What the demo's cases are made of: products on sale and stages of the company's pipelines, as rows of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.core.db import ReadSession
from loanbroker_api.customers.models import Stage
from loanbroker_api.pipeline.models import Pipeline, PipelineStage
from loanbroker_api.products.models import Lender, Product, ProductState, ProductVersion, VersionState
from loanbroker_api.products.rules.catalogue import CompiledCatalogue, compile_catalogue
from loanbroker_api.products.rules.facts import Facts
from loanbroker_api.products.rules.judge import judge


@dataclass(frozen=True)
class SoldProduct:
    id: UUID
    version_id: UUID
    lender_id: UUID
    lender_name: str
    kind: str
    min_fen: int
    max_fen: int
    terms: Sequence[int]
    rate_ppm: int
    approval_hours: int


@dataclass(frozen=True)
class DemoStage:
    id: UUID
    pipeline_id: UUID
    name: str
    kind: int
    position: int
    sla_hours: int | None
    documents: Sequence[str]


@dataclass(frozen=True)
class Lending:
    """`stages`: by product kind, the empty kind being the default pipeline; then by the stage's kind."""

    products: Sequence[SoldProduct]
    catalogue: CompiledCatalogue  # of the same products, in the same order
    pipelines: Mapping[str, Mapping[Stage, DemoStage]] = field(default_factory=dict[str, Mapping[Stage, DemoStage]])

    def stages(self, kind: str) -> Mapping[Stage, DemoStage]:
        return self.pipelines.get(kind) or self.pipelines[""]

    def choose(self, kind: str, wanted_fen: int, known: Mapping[str, int], today: date, rng: Random) -> SoldProduct:
        """A product that the person qualifies for, or could as far as is known; of the kind where there is one; lending what is wanted if any does."""
        verdicts = judge(self.catalogue, Facts.from_row(known, today)).verdicts
        fits = [
            (int(verdict) > 0, one.kind == kind, int(verdict), one.min_fen <= wanted_fen <= one.max_fen)
            for verdict, one in zip(verdicts, self.products, strict=True)
        ]
        best = max(fits)
        return rng.choice([one for fit, one in zip(fits, self.products, strict=True) if fit == best])


async def load_lending(session: ReadSession) -> Lending:
    """As it stands."""
    found = await session.execute(
        select(Product, ProductVersion, Lender)
        .join(ProductVersion, (ProductVersion.product_id == Product.id) & (ProductVersion.state == VersionState.APPROVED))
        .join(Lender, Lender.id == Product.lender_id)
        .where(Product.state == ProductState.ACTIVE)
        .order_by(Lender.name, Product.name, ProductVersion.number)
    )
    latest = {product.id: (product, version, lender) for product, version, lender in found}
    catalogue = compile_catalogue([(version.id, version.body) for _, version, _ in latest.values()])
    by_pipeline: dict[UUID, dict[Stage, DemoStage]] = {}
    for stage in await session.scalars(select(PipelineStage).where(PipelineStage.archived_at.is_(None)).order_by(PipelineStage.position)):
        by_pipeline.setdefault(stage.pipeline_id, {})[Stage(stage.kind)] = _stage(stage)
    pipelines: dict[str, Mapping[Stage, DemoStage]] = {}
    for pipeline in await session.scalars(select(Pipeline).where(Pipeline.archived_at.is_(None))):
        for kind in ["", *pipeline.product_kinds] if pipeline.is_default else pipeline.product_kinds:
            pipelines[kind] = by_pipeline[pipeline.id]
    return Lending([_product(*row) for row in latest.values()], catalogue, pipelines)


def _product(product: Product, version: ProductVersion, lender: Lender) -> SoldProduct:
    body: dict[str, Any] = version.body
    return SoldProduct(
        product.id,
        version.id,
        lender.id,
        lender.name,
        product.kind,
        body["amountMinFen"],
        body["amountMaxFen"],
        body["terms"],
        body["rate"]["minPpm"],
        body["approvalHours"],
    )


def _stage(stage: PipelineStage) -> DemoStage:
    documents = [entry["name"] for entry in stage.entry if entry["kind"] == "document"]
    return DemoStage(stage.id, stage.pipeline_id, stage.name, stage.kind, stage.position, stage.sla_hours, documents)
