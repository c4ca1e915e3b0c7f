"""The rules of receipts; the only writer of their table."""

from loanbroker_api.finance.service.receipts import get_case_money, record_receipt, reverse_receipt

__all__ = ["get_case_money", "record_receipt", "reverse_receipt"]
