"""What finance does that the audit trail keeps."""

from loanbroker_api.core.audit_actions import act

act("finance.receipt_recorded", "登记回款", "Recorded a receipt", subject="case")
act("finance.receipt_reversed", "冲销回款", "Reversed a receipt", subject="case")
