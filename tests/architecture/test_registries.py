"""What areas declare fits together: permissions, graded fields, problems, kinds, tables."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel
from sqlalchemy.orm import configure_mappers
from sqlalchemy.schema import DefaultClause

import loanbroker_api
from loanbroker_api import app as application
from loanbroker_api import registry
from loanbroker_api.access.builtin_roles import BUILTIN_ROLES
from loanbroker_api.core.db import Base, TenantLink
from loanbroker_api.core.errors import DOCUMENTED, Problem
from loanbroker_api.core.grading import GRADED
from loanbroker_api.core.outbox import CONSUMERS, Event
from loanbroker_api.core.permissions import MENUS, PERMISSIONS
from loanbroker_api.core.schemas import InSchema, OutSchema
from loanbroker_api.notifications.registry import KINDS
from loanbroker_api.workspace.registry import PUSH_KINDS, SUBJECTS, TASK_KINDS, TODO_TITLES

SOURCE = Path(loanbroker_api.__file__).parent
AREAS = {router.tags[0] for router in application.ROUTERS}
CODE = re.compile(r"[a-z]+(\.[a-z][a-z0-9]*(-[a-z0-9]+)*)+")
registry.load()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def below(kind: type) -> set[type]:
    """All subclasses that are the product's own."""
    return {
        found for direct in kind.__subclasses__() for found in {direct, *below(direct)} if found.__module__.startswith("loanbroker_api")
    }


class TestPermissions:
    def test_built_in_roles_hold_what_is_declared(self) -> None:
        for role in BUILTIN_ROLES:
            assert set(role.permissions) <= set(PERMISSIONS), role.code
            assert set(role.fields) <= set(GRADED), role.code

    def test_every_permission_is_held_by_some_role(self) -> None:
        assert set(PERMISSIONS) == {code for role in BUILTIN_ROLES for code in role.permissions}

    def test_permissions_and_menus_have_texts(self) -> None:
        for permission in PERMISSIONS.values():
            assert re.fullmatch(r"[a-z]+(\.[a-z_]+)+", permission.code)
            assert permission.code.split(".")[0] in AREAS
            assert re.search(r"[\u4e00-\u9fff]", permission.title)
            assert permission.english.isascii()
        for menu in MENUS.values():
            assert menu.permission is None or menu.permission in PERMISSIONS
        assert len({menu.order for menu in MENUS.values()}) == len(MENUS)


class TestProblems:
    def test_each_code_is_one_class(self) -> None:
        kinds = {Problem, *below(Problem)}
        codes = sorted(kind.code for kind in kinds)
        assert codes == sorted(set(codes)) == sorted(DOCUMENTED)

    @pytest.mark.parametrize("kind", sorted(DOCUMENTED.values(), key=lambda kind: kind.code), ids=lambda kind: kind.code)
    def test_each_is_documented(self, kind: type[Problem]) -> None:
        assert CODE.fullmatch(kind.code)
        assert kind.code.split(".")[0] in {*AREAS, "core"}
        assert 400 <= kind.status < 600
        assert re.search(r"[\u4e00-\u9fff]", kind.message)
        assert re.search(r"[\u4e00-\u9fff]", kind.remedy)
        assert not re.search(r"[\u4e00-\u9fff]", kind.english)
        for attribute in ("message", "english", "remedy"):
            assert kind is Problem or attribute in vars(kind), f"{attribute} is inherited"

    def test_each_lives_in_its_area(self) -> None:
        for kind in below(Problem):
            assert kind.__module__.split(".")[1] in {kind.code.split(".")[0], "graph"}, kind

    def test_field_errors_have_codes_of_an_area(self) -> None:
        found = [
            ast.unparse(node.args[1])
            for path in SOURCE.rglob("*.py")
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "FieldError" and isinstance(node.args[1], ast.Constant)
        ]
        assert found
        for code in found:
            assert CODE.fullmatch(code.strip("'")), code


class TestSchemas:
    @pytest.mark.parametrize(
        "kind", sorted(below(OutSchema), key=lambda kind: f"{kind.__module__}.{kind.__qualname__}"), ids=lambda kind: kind.__name__
    )
    def test_what_goes_out_has_no_defaults(self, kind: type[BaseModel]) -> None:
        assert [name for name, field in kind.model_fields.items() if not field.is_required()] == []

    def test_what_comes_in_is_strict(self) -> None:
        for kind in below(InSchema):
            assert kind.model_config["extra"] == "forbid", kind
            assert kind.model_config["hide_input_in_errors"] is True, kind


class TestTables:
    def test_relationships_load_nothing_by_themselves(self) -> None:
        configure_mappers()
        lazy = {
            f"{mapper.class_.__name__}.{relation.key}": relation.lazy
            for mapper in Base.registry.mappers
            for relation in mapper.relationships
        }
        assert {name: how for name, how in lazy.items() if how != "raise"} == {}

    def test_a_table_with_a_tenant_is_told_so_to_each_statement(self) -> None:
        for mapper in Base.registry.mappers:
            with_tenant = "tenant_id" in mapper.local_table.c and mapper.local_table.name != "tenant_directory"
            assert issubclass(mapper.class_, TenantLink) is with_tenant, mapper.class_

    def test_a_graded_value_is_stored_as_ciphertext_with_its_mask(self) -> None:
        for field in GRADED.values():
            columns = Base.metadata.tables[field.table].c
            assert f"{field.column}_enc" in columns, field.field
            assert columns[f"{field.column}_enc"].type.python_type is bytes
            assert (f"{field.column}_masked" in columns) is (field.mask is not None), field.field
            assert field.column not in columns, field.field
            assert re.search(r"[\u4e00-\u9fff]", field.title)

    def test_ciphertext_columns_are_bytes(self) -> None:
        for table in Base.metadata.tables.values():
            for column in table.c:
                if column.name.endswith("_enc"):
                    assert column.type.python_type is bytes, f"{table.name}.{column.name}"

    def test_no_default_is_a_function_of_the_server(self) -> None:
        for table in Base.metadata.tables.values():
            for column in table.c:
                default = column.server_default
                constant = default is None or (isinstance(default, DefaultClause) and isinstance(default.arg, str))
                # What all processes compare with is the database's clock; the log is no tenant's table.
                assert constant or f"{table.name}.{column.name}" == "access_change.at", f"{table.name}.{column.name}"


class TestKinds:
    def literals(self, function: str, argument: int) -> set[str]:
        """The texts that are passed to a function, by the names under which kinds are declared."""
        return {
            ast.unparse(node.args[argument])
            for path in SOURCE.rglob("*.py")
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == function and len(node.args) > argument
        }

    @pytest.mark.parametrize(("function", "argument"), [("push", 2), ("put_todo", 2), ("notify", 2), ("start_task", 2)])
    def test_kinds_are_named_by_their_declaration(self, function: str, argument: int) -> None:
        written = [text for text in self.literals(function, argument) if text.startswith(("'", '"'))]
        declared = {*PUSH_KINDS, *TODO_TITLES, *KINDS, *TASK_KINDS}
        assert [text for text in written if text.strip("'\"") not in declared] == []

    def test_names(self) -> None:
        for kind in (*PUSH_KINDS, *TODO_TITLES, *KINDS, *TASK_KINDS):
            assert re.fullmatch(r"[a-z]+\.[a-z_]+", kind), kind
        for name in CONSUMERS:
            assert re.fullmatch(r"[a-z]+\.[a-z_]+", name), name
        assert all(re.search(r"[\u4e00-\u9fff]", meaning) for meaning in PUSH_KINDS.values())
        assert all(zh and en and en.isascii() for zh, en in TODO_TITLES.values())

    def test_notifications_can_be_worded_from_any_facts_they_name(self) -> None:
        for kind in KINDS.values():
            for text in (kind.title, kind.body, kind.english_title, kind.english_body):
                assert text
            named = {name for text in (kind.title, kind.body) for name in re.findall(r"\{(\w+)\}", text)}
            assert named == {name for text in (kind.english_title, kind.english_body) for name in re.findall(r"\{(\w+)\}", text)}

    def test_events_have_types_of_their_own(self) -> None:
        events = sorted(below(Event), key=lambda event: event.type)
        assert len({event.type for event in events}) == len(events)
        for event in events:
            assert event.type.split(".")[0] == event.__module__.split(".")[1], event

    def test_subjects_are_known(self) -> None:
        assert "customer" in SUBJECTS
