"""The rules of customers; the only writer of its tables."""

from loanbroker_api.customers.service.access import allowed_actions, get_customer, visible, visible_customers
from loanbroker_api.customers.service.activity import record_activity, tell_changed
from loanbroker_api.customers.service.cases import follow_cases
from loanbroker_api.customers.service.follow_ups import move_next_action, record_follow_up
from loanbroker_api.customers.service.leads import IncomingLead, LeadResult, known_by_phone, put_source, receive_lead
from loanbroker_api.customers.service.ownership import assign_customer, next_in_turn, set_owner
from loanbroker_api.customers.service.problems import (
    CustomerNotFound,
    FieldHidden,
    NothingToReveal,
    NotYours,
    OwnerNotEligible,
    PhoneNotFound,
    PhoneTaken,
    RevealLimit,
)
from loanbroker_api.customers.service.qualification import record_qualification
from loanbroker_api.customers.service.records import create_customer, update_customer
from loanbroker_api.customers.service.reveals import Revealed, reveal_field
from loanbroker_api.customers.service.states import move_stage, set_stars

__all__ = [
    "CustomerNotFound",
    "FieldHidden",
    "IncomingLead",
    "LeadResult",
    "NotYours",
    "NothingToReveal",
    "OwnerNotEligible",
    "PhoneNotFound",
    "PhoneTaken",
    "RevealLimit",
    "Revealed",
    "allowed_actions",
    "assign_customer",
    "create_customer",
    "follow_cases",
    "get_customer",
    "known_by_phone",
    "move_next_action",
    "move_stage",
    "next_in_turn",
    "put_source",
    "receive_lead",
    "record_activity",
    "record_follow_up",
    "record_qualification",
    "reveal_field",
    "set_owner",
    "set_stars",
    "tell_changed",
    "update_customer",
    "visible",
    "visible_customers",
]
