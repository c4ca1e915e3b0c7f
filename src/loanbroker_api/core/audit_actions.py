"""The one list of acts that the audit trail knows. Each area declares its own once, in `<area>/acts.py`; titles and masks are read here.

An act names the kind of record that it is about, so that an entry needs no column for it. Before and after (`changes`) are masked by it too:
a field that is graded on that kind of record reaches the trail as its masked form, whoever forgets to mask it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loanbroker_api.core.grading import GRADED, GradedField
from loanbroker_api.core.normalize.masks import HIDDEN
from loanbroker_api.core.permissions import PERMISSIONS


@dataclass(frozen=True)
class Act:
    """`subject` is the kind of record (customer, employee, case …) whose id the entry carries, None where it carries none."""

    code: str
    title: str
    english: str
    subject: str | None

    @property
    def area(self) -> str:
        return self.code.partition(".")[0]


ACTS: dict[str, Act] = {}
_FIELDS: dict[tuple[str, str], tuple[str, ...]] = {}


def act(code: str, title: str, english: str, *, subject: str | None = None) -> str:
    """Declare an act; answers its code. Raises ValueError when declared twice."""
    if code in ACTS:
        raise ValueError(f"act {code} is declared twice")
    ACTS[code] = Act(code, title, english, subject)
    return code


def changed_fields(subject: str, **titles: tuple[str, str] | tuple[str, str, str]) -> None:
    """Declare what the fields of a kind of record are called in before and after: Chinese, English, and for ids the kind that they name."""
    _FIELDS.update({(subject, field): title for field, title in titles.items()})


def subject_kind(action: str) -> str | None:
    """The kind of record that an act is about; None also for an act of a release that is gone."""
    declared = ACTS.get(action)
    return None if declared is None else declared.subject


def act_title(action: str, *, english: bool) -> str:
    declared = ACTS.get(action)
    return action if declared is None else (declared.english if english else declared.title)


def field_title(subject: str | None, field: str, *, english: bool) -> str:
    """What a changed field is called; its own name where nobody said."""
    titles = _FIELDS.get((subject or "", field))
    if titles is not None:
        return titles[1] if english else titles[0]
    permission = PERMISSIONS.get(field)
    if permission is not None:
        return permission.english if english else permission.title
    declared = GRADED.get(field) or GRADED.get(f"{subject}.{field}")
    return field if declared is None or english else declared.title


def reference_kind(subject: str | None, field: str) -> str | None:
    """The kind of record whose ids a changed field holds, None where it holds other things."""
    titles = _FIELDS.get((subject or "", field), ())
    return titles[2] if len(titles) > 2 else None


def graded_field(subject: str | None, field: str) -> GradedField | None:
    """The grade of a changed field, written as `phone` or whole as `employee.phone`.

    On a record of another kind a whole name stands for the field itself, not for its value: a role's `customer.phone` is how it sees phones.
    """
    if subject is None or field.startswith(f"{subject}."):
        return GRADED.get(field)
    return GRADED.get(f"{subject}.{field}")


def masked(declared: GradedField, value: object) -> object:
    """The masked form of a graded value; what came masked stays as it came."""
    if value is None or value == "":
        return value
    text = str(value)
    if "*" in text or HIDDEN in text:
        return text
    return HIDDEN if declared.mask is None else declared.mask(text)


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """`changes` of an act: what differs between a record's fields before and after it."""
    return {field: [before.get(field), after.get(field)] for field in {**before, **after} if before.get(field) != after.get(field)}


def masked_changes(action: str, changes: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Before and after of an act as they may be kept: graded values masked. Raises ValueError for what is not `{field: [was, now]}`."""
    kind = subject_kind(action)
    kept: dict[str, list[Any]] = {}
    for field, pair in changes.items():
        was, now = pair
        declared = graded_field(kind, field)
        kept[field] = [was, now] if declared is None else [masked(declared, was), masked(declared, now)]
    return kept
