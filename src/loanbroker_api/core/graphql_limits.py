"""Bounds on GraphQL documents: depth, aliases, rows asked for. Each fragment is measured once, however often it is spread."""

import re
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    VariableNode,
)
from graphql.language import DocumentNode

from loanbroker_api.core.errors import Problem

DEFAULT_PAGE: Final = 50
LISTS: Final = {
    "followUps": 20,
    "channels": 50,
    "customers": DEFAULT_PAGE,
    "searchCustomers": DEFAULT_PAGE,
    "timeline": 20,
    "lenders": DEFAULT_PAGE,
    "products": DEFAULT_PAGE,
    "match": DEFAULT_PAGE,
    "ruleCustomers": DEFAULT_PAGE,
}
"""Rows of a list that is asked for without `first`."""
MOST: Final = 10**9
"""Where counting stops: fragments within fragments multiply beyond any limit."""


@dataclass(frozen=True)
class Weight:
    """What a selection asks for. Introspection counts for its aliases only; graphql-core bounds its depth by a rule of its own."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0


class Measure:
    """Weighs the operations of a document; circular and unknown fragments weigh nothing, since validation refuses them."""

    def __init__(self, document: DocumentNode, variables: dict[str, Any] | None = None) -> None:
        self._fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        self._operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        self._given = variables or {}
        self._variables: dict[str, Any] = {}
        self._known: dict[str, Weight] = {}

    def operations(self) -> Weight:
        """The heaviest of each kind over all operations; aliases of all of them together."""
        found: list[Weight] = []
        for operation in self._operations:
            defaults = {
                definition.variable.name.value: int(definition.default_value.value)
                for definition in operation.variable_definitions or ()
                if isinstance(definition.default_value, IntValueNode)
            }
            self._variables = {**defaults, **self._given}
            self._known = {}
            found.append(self._selections(operation.selection_set, frozenset()))
        return Weight(
            max((weight.depth for weight in found), default=0),
            sum(weight.aliases for weight in found),
            max((weight.cost for weight in found), default=0),
        )

    def _selections(self, selections: SelectionSetNode | None, inside: frozenset[str]) -> Weight:
        depth = aliases = cost = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                weight = self._field(node, inside)
            elif isinstance(node, InlineFragmentNode):
                weight = self._selections(node.selection_set, inside)
            elif isinstance(node, FragmentSpreadNode):
                weight = self._fragment(node.name.value, inside)
            else:
                continue
            depth = max(depth, weight.depth)
            aliases, cost = min(MOST, aliases + weight.aliases), min(MOST, cost + weight.cost)
        return Weight(depth, aliases, cost)

    def _fragment(self, name: str, inside: frozenset[str]) -> Weight:
        if name in inside or name not in self._fragments:
            return Weight()
        if name not in self._known:
            self._known[name] = self._selections(self._fragments[name].selection_set, inside | {name})
        return self._known[name]

    def _field(self, node: FieldNode, inside: frozenset[str]) -> Weight:
        below = self._selections(node.selection_set, inside)
        aliases = below.aliases + (node.alias is not None)
        if node.name.value.startswith("__"):
            return Weight(0, aliases, 0)
        cost = min(MOST, self._rows(node) * (1 + below.cost)) if node.selection_set else 0
        return Weight(1 + below.depth, aliases, cost)

    def _rows(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value == "first":
                if isinstance(argument.value, IntValueNode):
                    return max(1, int(argument.value.value))
                given = self._variables.get(argument.value.name.value) if isinstance(argument.value, VariableNode) else None
                return max(1, given) if isinstance(given, int) else DEFAULT_PAGE
        return LISTS.get(node.name.value, 1)


class TooCostly(Problem):
    code, status = "core.graphql-too-costly", 400
    message, english = "查询太大：估计 {cost} 行，上限 {limit}；减小 first 或少套几层", "The query is too large; ask for fewer rows"
    remedy = "减小 first，或分几次查询。"


def refuse(refusal: Problem) -> type[ValidationRule]:
    """A validation rule that refuses every document for a reason of its own."""

    class Refuse(ValidationRule):
        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            context.report_error(GraphQLError(refusal.code, original_error=refusal))

    return Refuse


def limits(variables: dict[str, Any] | None, *, depth: int, aliases: int, cost: int) -> type[ValidationRule]:
    """A validation rule that refuses what is deeper, has more aliases or asks for more rows; a list inside a list multiplies."""

    class Limits(ValidationRule):
        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            weight = Measure(context.document, variables).operations()
            for what, found, most in (("levels", weight.depth, depth), ("aliases", weight.aliases, aliases)):
                if found > most:
                    context.report_error(GraphQLError(f"{found} {what}, at most {most} are allowed"))
            if weight.cost > cost:
                refusal = TooCostly(cost=weight.cost, limit=cost)
                context.report_error(GraphQLError(refusal.code, original_error=refusal))

    return Limits


_VALUES = (
    # Messages of graphql-core that repeat what was sent, cut before it.
    re.compile(r'^(Variable "\$\w+" got invalid value)'),
    re.compile(r"^(Variable '\$\w+' got invalid value|Variable \"\$\w+\" has invalid default value)"),
    re.compile(r"^([\w\[\]!]+ cannot represent)"),
    re.compile(r'^(Enum "?\w+"? cannot represent)'),
    re.compile(r"^(Expected value of type ['\"][\w\[\]!]+['\"])"),
    re.compile(r"^(Argument ['\"]\w+['\"] (?:of type ['\"][\w\[\]!]+['\"] )?(?:has|got) (?:an )?invalid value)"),
    re.compile(r"^(Syntax Error)"),
)


def without_values(error: GraphQLError) -> str:
    """What a document's error says, without what was sent: names of types, fields and variables may stay, values may not."""
    place = f" (line {error.locations[0].line}, column {error.locations[0].column})" if error.locations else ""
    if error.message.startswith("Value "):
        return "A value does not exist in its enum" + place
    for pattern in _VALUES:
        found = pattern.match(error.message)
        if found is not None:
            return found.group(1) + place
    return error.message.split(": ", 1)[0] + place
