"""`loanbroker up`: everything on one machine."""

from loanbroker_api.up.programs import Programs
from loanbroker_api.up.supervisor import run

__all__ = ["Programs", "run"]
