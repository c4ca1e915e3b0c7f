"""The rules of lenders and products; the only writer of their tables."""

from loanbroker_api.products.service.bodies import checked_body
from loanbroker_api.products.service.calculator import compare_loans, loan_schedule
from loanbroker_api.products.service.comparison import compare_versions
from loanbroker_api.products.service.lenders import create_lender, get_lender, lender_actions, update_lender
from loanbroker_api.products.service.match import best_of, counts_of, keep_match, match_customer, match_facts, match_row
from loanbroker_api.products.service.problems import (
    BridgeNeedsReason,
    DraftExists,
    EffectiveInPast,
    EffectiveTaken,
    LenderNameTaken,
    LenderNotFound,
    LoanInvalid,
    NotADraft,
    NotYetApproved,
    ProductNameTaken,
    ProductNotFound,
    RuleInvalid,
    VersionFrozen,
    VersionInForce,
    VersionNotFound,
    VersionsApart,
)
from loanbroker_api.products.service.products import create_product, get_product, product_actions, update_product
from loanbroker_api.products.service.reverse import rule_customers, version_customers
from loanbroker_api.products.service.ruling import check_rules, reading_of, rule_schema
from loanbroker_api.products.service.shelf import load_shelf
from loanbroker_api.products.service.versions import (
    approve_version,
    delete_version,
    draft_version,
    get_version,
    save_version,
    two_versions,
    version_actions,
    version_at,
    withdraw_version,
)

__all__ = [
    "BridgeNeedsReason",
    "DraftExists",
    "EffectiveInPast",
    "EffectiveTaken",
    "LenderNameTaken",
    "LenderNotFound",
    "LoanInvalid",
    "NotADraft",
    "NotYetApproved",
    "ProductNameTaken",
    "ProductNotFound",
    "RuleInvalid",
    "VersionFrozen",
    "VersionInForce",
    "VersionNotFound",
    "VersionsApart",
    "approve_version",
    "best_of",
    "check_rules",
    "checked_body",
    "compare_loans",
    "compare_versions",
    "counts_of",
    "create_lender",
    "create_product",
    "delete_version",
    "draft_version",
    "get_lender",
    "get_product",
    "get_version",
    "keep_match",
    "lender_actions",
    "load_shelf",
    "loan_schedule",
    "match_customer",
    "match_facts",
    "match_row",
    "product_actions",
    "reading_of",
    "rule_customers",
    "rule_schema",
    "save_version",
    "two_versions",
    "update_lender",
    "update_product",
    "version_actions",
    "version_at",
    "version_customers",
    "withdraw_version",
]
