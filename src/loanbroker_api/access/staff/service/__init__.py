"""The rules of staff. The only writer of org_unit, employee and employee_role, with access.service, which founds a company."""

from loanbroker_api.access.staff.service.accounts import activate, deactivate, reset_factors, reset_password
from loanbroker_api.access.staff.service.people import edit, hire
from loanbroker_api.access.staff.service.reach import actions, get_employee
from loanbroker_api.access.staff.service.units import change_unit, found_unit, remove_unit

__all__ = [
    "actions",
    "activate",
    "change_unit",
    "deactivate",
    "edit",
    "found_unit",
    "get_employee",
    "hire",
    "remove_unit",
    "reset_factors",
    "reset_password",
]
