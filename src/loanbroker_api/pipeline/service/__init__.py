"""The rules of cases; the only writer of their tables."""

from loanbroker_api.pipeline.access import get_case
from loanbroker_api.pipeline.service.cases import create_case, delete_document, put_document, put_participants, update_case
from loanbroker_api.pipeline.service.lending import add_disbursement, add_submission, decide_submission, void_disbursement
from loanbroker_api.pipeline.service.moves import lock_case, move_case, tell_case
from loanbroker_api.pipeline.service.pipelines import create_pipeline, ensure_pipelines, list_pipelines, put_pipeline
from loanbroker_api.pipeline.targets import targets

__all__ = [
    "add_disbursement",
    "add_submission",
    "create_case",
    "create_pipeline",
    "decide_submission",
    "delete_document",
    "ensure_pipelines",
    "get_case",
    "list_pipelines",
    "lock_case",
    "move_case",
    "put_document",
    "put_participants",
    "put_pipeline",
    "targets",
    "tell_case",
    "update_case",
    "void_disbursement",
]
