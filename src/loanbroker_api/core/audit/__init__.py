"""The audit trail: entries are written in the act's own transaction and sealed into a chain per tenant by one sealer (decisions/audit-sealing)."""

from loanbroker_api.core.audit.chain import canonical, entry_hash, link, seal_once
from loanbroker_api.core.audit.subjects import SUBJECT_LABELS, named, register_subject, subject_labels
from loanbroker_api.core.audit.tables import CANONICAL_VERSION, GENESIS, AuditEntry, AuditHead, AuditSeal, AuditTodo, entry_of
from loanbroker_api.core.audit.verification import ChainState, Fault, KnownHead, verify_chain

__all__ = [
    "CANONICAL_VERSION",
    "GENESIS",
    "SUBJECT_LABELS",
    "AuditEntry",
    "AuditHead",
    "AuditSeal",
    "AuditTodo",
    "ChainState",
    "Fault",
    "KnownHead",
    "canonical",
    "entry_hash",
    "entry_of",
    "link",
    "named",
    "register_subject",
    "seal_once",
    "subject_labels",
    "verify_chain",
]
