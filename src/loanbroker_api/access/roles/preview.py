"""Seeing the product as a role: never more than one sees oneself, and nothing can be written."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from loanbroker_api.access.roles.holdings import Holding, merge
from loanbroker_api.core.actor import Actor, Scope, Visibility


def preview_actor(actor: Actor, held: Collection[Holding]) -> Actor:
    """The actor as if he held these roles (units with everything below, as role_held gives them), cut down to what he holds himself.

    He stays in his own unit. Of two scopes the narrower; where lists of units are in it, the units that both reach. Of two visibilities
    the smaller.
    """
    wanted_scopes, wanted_fields, wanted_units = merge(held)
    seen = replace(actor, scopes=wanted_scopes, fields=wanted_fields, listed=wanted_units, all_permissions=False)
    scopes: dict[str, Scope] = {}
    listed: dict[str, frozenset[UUID]] = {}
    for permission in wanted_scopes:
        if not actor.may(permission):
            continue
        own, wanted = actor.units_of(permission), seen.units_of(permission)
        if own is None or wanted is None:
            narrower = actor if wanted is None else seen
            scopes[permission] = narrower.scope(permission)
            listed[permission] = narrower.listed.get(permission, frozenset())
        elif permission in actor.listed or permission in seen.listed:
            scopes[permission], listed[permission] = Scope.CUSTOM, own & wanted
        else:
            scopes[permission] = min(actor.scope(permission), seen.scope(permission))
    fields = {
        name: min(actor.fields.get(name, Visibility.MASKED), wanted_fields.get(name, Visibility.MASKED))
        for name in {*actor.fields, *wanted_fields}
    }
    return replace(seen, scopes=scopes, fields=fields, listed={code: units for code, units in listed.items() if units}, read_only=True)
