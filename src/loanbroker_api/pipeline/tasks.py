"""How cases are called elsewhere: in to-dos and notifications."""

from loanbroker_api.pipeline.queries import case_labels
from loanbroker_api.workspace.registry import subject

subject("case", case_labels)
