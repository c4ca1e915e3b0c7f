"""PostgreSQL and Valkey from their wheels, kept running as child processes. Development and tests only; production brings its own."""

from loanbroker_api.embedded.roles import APPLICATION, MIGRATOR, bootstrap_roles
from loanbroker_api.embedded.servers import DataDirInUseError, EmbeddedServers
from loanbroker_api.embedded.supervise import ChildFailedError

__all__ = ["APPLICATION", "MIGRATOR", "ChildFailedError", "DataDirInUseError", "EmbeddedServers", "bootstrap_roles"]
