"""Nobody gives what he does not hold: not in a role, not to a person, and not by taking over the account of somebody who holds more."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from loanbroker_api.access.roles.holdings import Holding, Reach, holdings
from loanbroker_api.access.roles.problems import BeyondOwn
from loanbroker_api.access.roles.trees import Tree, all_below
from loanbroker_api.core.actor import Actor, Scope, Visibility
from loanbroker_api.core.errors import FieldError
from loanbroker_api.core.grading import GRADED
from loanbroker_api.core.permissions import PERMISSIONS, title_of


@dataclass(frozen=True)
class Excess:
    """Permissions and fields that go beyond the actor's own."""

    permissions: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.permissions or self.fields)

    def titles(self) -> str:
        """For people: at most five by name."""
        names = [title_of(code) for code in self.permissions] + [GRADED[name].title for name in self.fields]
        return "、".join(names[:5]) + (f" 等 {len(names)} 项" if len(names) > 5 else "")


def shown(fields: Mapping[str, Visibility], name: str) -> Visibility:
    return fields.get(name, Visibility.MASKED)


def _scoped(permission: str) -> bool:
    declared = PERMISSIONS.get(permission)
    return declared is None or declared.scoped


def excess_of_reach(actor: Actor, reach: Reach, before: Reach | None = None) -> Excess:
    """What somebody with this reach has that the actor has not; with `before`, only what is new in it.

    Data scopes are compared by the units that they reach, since each of the two stands in a place of his own.
    """
    if actor.all_permissions:
        return Excess()
    beyond: list[str] = []
    for permission in sorted(reach.scopes):
        wanted = units_reached(reach, permission)
        if before is not None and permission in before.scopes and _within(wanted, units_reached(before, permission)):
            continue
        if not actor.may(permission) or (_scoped(permission) and not _within(wanted, actor.units_of(permission))):
            beyond.append(permission)
    fields = [
        name
        for name in GRADED
        if shown(reach.fields, name) > shown(actor.fields, name)
        and (before is None or shown(reach.fields, name) > shown(before.fields, name))
    ]
    return Excess(tuple(beyond), tuple(fields))


def units_reached(reach: Reach, permission: str) -> frozenset[UUID] | None:
    """Units whose rows a holding reaches; None is the whole company."""
    scope = reach.scopes[permission]
    return None if scope is Scope.COMPANY else reach.units.get(scope, frozenset()) | reach.listed.get(permission, frozenset())


def _within(wanted: frozenset[UUID] | None, own: frozenset[UUID] | None) -> bool:
    return own is None or (wanted is not None and wanted <= own)


def demand_person(actor: Actor, reach: Reach, pointer: str = "") -> None:
    """Raises BeyondOwn where somebody holds more than the actor, who is about to act on his account."""
    excess = excess_of_reach(actor, reach)
    if excess:
        raise beyond([(pointer, excess)])


def beyond(found: Iterable[tuple[str, Excess]]) -> BeyondOwn:
    """The refusal with a pointer for each permission and field."""
    errors: list[FieldError] = []
    codes: dict[str, None] = {}
    fields: dict[str, None] = {}
    for pointer, excess in found:
        for code in excess.permissions:
            codes[code] = None
            text = f"你没有“{title_of(code)}”，或你的数据范围没有这么大"
            errors.append(FieldError(pointer, "access.beyond-own", text, f"You do not hold {code} in that scope"))
        for name in excess.fields:
            fields[name] = None
            text = f"你自己看不到这样的“{GRADED[name].title}”"
            errors.append(FieldError(pointer, "access.beyond-own", text, f"You may not see {name} like that"))
    return BeyondOwn(errors=errors, what=Excess(tuple(codes), tuple(fields)).titles())


def demand_role(
    actor: Actor, was: Holding, now: Holding, *, order: tuple[list[str], list[str]], tree: Tree, holder_units: Collection[UUID]
) -> None:
    """Raises BeyondOwn for each permission and field that a role gains or widens beyond the actor's own.

    `order` are the codes and fields as they stand in the body, for the pointers. A role may be given to anybody, so its scopes are compared by
    name; where people hold it already (`holder_units` are their units), also by what each of them would reach.
    """
    if actor.all_permissions:
        return
    named_was, named_now = all_below(tree.parents, was.units), all_below(tree.parents, now.units)
    reaches = [(holdings([was], tree, unit), holdings([now], tree, unit)) for unit in holder_units]
    excesses = [excess_of_reach(actor, after, before) for before, after in reaches]
    too_far = {code for excess in excesses for code in excess.permissions}
    found: list[tuple[str, Excess]] = []
    for position, code in enumerate(order[0]):
        scope, held = now.permissions[code], was.permissions.get(code)
        wider = held is None or _wider(held, scope) or (scope is Scope.CUSTOM and not named_now <= named_was)
        if code in too_far or (wider and not _covers(actor, code, scope, named_now)):
            found.append((f"/permissions/{position}/scope", Excess(permissions=(code,))))
    for name in GRADED:
        wanted = shown(now.fields, name)
        if wanted > shown(actor.fields, name) and wanted > shown(was.fields, name):
            pointer = f"/fields/{order[1].index(name)}/visibility" if name in order[1] else "/fields"
            found.append((pointer, Excess(fields=(name,))))
    if found:
        raise beyond(found)


def _wider(held: Scope, scope: Scope) -> bool:
    """A list of units and a scope that follows its holder's unit cannot be compared by name."""
    if Scope.COMPANY in {held, scope} or Scope.SELF in {held, scope}:
        return scope > held
    return scope > held if Scope.CUSTOM not in {held, scope} else scope is not held


def _covers(actor: Actor, permission: str, scope: Scope, named: frozenset[UUID]) -> bool:
    """Whether the actor may give a permission in a scope to anybody, whoever that will be."""
    if not actor.may(permission):
        return False
    own = actor.scope(permission)
    if not _scoped(permission) or own is Scope.COMPANY or scope is Scope.SELF:
        return True
    if scope is Scope.CUSTOM:
        return _within(named, actor.units_of(permission))
    return own is not Scope.CUSTOM and scope <= own
