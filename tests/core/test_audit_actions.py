"""The registry of acts: titles, kinds of records, and graded values that never reach an entry plain."""

import pytest

from loanbroker_api import registry
from loanbroker_api.core.actor import Actor
from loanbroker_api.core.audit import entry_of
from loanbroker_api.core.audit_actions import act, act_title, changes_between, field_title, masked_changes, reference_kind, subject_kind
from loanbroker_api.core.ids import new_id
from support.clock import TestClock

registry.load()


def test_an_act_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        act("customers.revealed", "再来一次", "Again")


def test_titles() -> None:
    assert act_title("customers.revealed", english=False) == "查看完整信息"
    assert act_title("customers.revealed", english=True) == "Revealed a field"
    assert act_title("gone.long_ago", english=False) == "gone.long_ago"
    assert (subject_kind("customers.revealed"), subject_kind("gone.long_ago")) == ("customer", None)
    assert field_title("customer", "idNumber", english=False) == "证件号"
    assert field_title("lender", "contacts", english=False) == "资方联系人"  # the grade's own title
    assert field_title("role", "customer.phone", english=False) == "电话"
    assert field_title("role", "access.audit.view", english=False) == "查看审计"
    assert (reference_kind("employee", "unitId"), reference_kind("employee", "phone")) == ("unit", None)
    assert field_title(None, "whatever", english=True) == "whatever"


def test_graded_values_are_masked_whoever_forgets_it() -> None:
    changes = {
        "name": ["张三丰", "欧阳修"],
        "idNumber": [None, "11010519491231002X"],
        "note": ["月底前要用", ""],
        "city": [510100, 110100],
        "customer.phone": ["13812345678", "138****5678"],
    }
    assert masked_changes("customers.edited", changes) == {
        "name": ["张**", "欧阳*"],
        "idNumber": [None, "110***********002X"],
        "note": ["•••", ""],
        "city": [510100, 110100],
        "customer.phone": ["138****5678", "138****5678"],
    }
    assert masked_changes("access.employee_created", {"phone": ["13812345678", None]}) == {"phone": ["138****5678", None]}
    seen = {"customer.phone": ["masked", "full"], "customers.view": ["team", "company"]}
    assert masked_changes("access.role_updated", seen) == seen  # how a role sees phones, not a phone
    assert masked_changes("gone.long_ago", {"customer.phone": ["13812345678", None]}) == {"customer.phone": ["138****5678", None]}
    assert masked_changes("pipeline.case_edited", {"phone": ["1", 2]}) == {"phone": ["1", 2]}  # not graded on a case
    with pytest.raises(ValueError, match="unpack"):
        masked_changes("customers.edited", {"name": ["one"]})


def test_an_entry_is_made_of_the_masked_forms() -> None:
    tenant, now = new_id(), TestClock().now()
    facts = {"fields": ["name"], "changes": {"name": ["张三丰", "李四"]}}
    entry = entry_of(Actor.system(tenant, "test"), now, "customers.edited", new_id(), facts)
    assert entry["facts"] == {"fields": ["name"], "changes": {"name": ["张**", "李*"]}}
    assert facts["changes"] == {"name": ["张三丰", "李四"]}


def test_changes_are_what_differs() -> None:
    assert changes_between({"a": 1, "b": 2, "c": None}, {"a": 1, "b": 3, "d": 4}) == {"b": [2, 3], "d": [None, 4]}
    assert changes_between({"a": 1}, {"a": 1}) == {}
