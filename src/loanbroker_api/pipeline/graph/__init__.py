"""GraphQL of pipeline, thin: the same services and queries behind the other door."""

from loanbroker_api.pipeline.graph.mutations import PipelineMutation
from loanbroker_api.pipeline.graph.nodes import CaseNode, cases_of_customer
from loanbroker_api.pipeline.graph.queries import PipelineQuery

__all__ = ["CaseNode", "PipelineMutation", "PipelineQuery", "cases_of_customer"]
