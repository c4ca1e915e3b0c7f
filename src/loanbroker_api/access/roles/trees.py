"""The org tree in memory, and what lies below a unit."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from loanbroker_api.access.models import OrgUnit
from loanbroker_api.core.actor import Scope
from loanbroker_api.core.db import ReadSession

Parents = Mapping[UUID, UUID | None]


def below(parents: Parents, top: UUID) -> frozenset[UUID]:
    """A unit and everything under it."""
    return all_below(parents, [top])


def all_below(parents: Parents, tops: Collection[UUID]) -> frozenset[UUID]:
    """Several units and everything under them."""
    found = set(tops)
    grew = bool(found)
    while grew:
        more = {unit for unit, parent in parents.items() if parent in found} - found
        found |= more
        grew = bool(more)
    return frozenset(found)


class Tree:
    """A company's units as they are at one moment."""

    def __init__(self, parents: Parents, kinds: Mapping[UUID, str]) -> None:
        self.parents, self.kinds = parents, kinds

    def reached(self, unit_id: UUID) -> dict[Scope, frozenset[UUID]]:
        """The org units that each scope reaches from `unit_id`."""
        department = unit_id
        while self.kinds.get(department) == "team" and (parent := self.parents.get(department)) is not None:
            department = parent
        return {
            Scope.TEAM: frozenset({unit_id}),
            Scope.TEAM_BELOW: below(self.parents, unit_id),
            Scope.DEPARTMENT: below(self.parents, department),
        }


async def read_tree(session: ReadSession) -> Tree:
    """The tree as this transaction sees it."""
    rows = (await session.execute(select(OrgUnit.id, OrgUnit.parent_id, OrgUnit.kind))).all()
    return Tree({row.id: row.parent_id for row in rows}, {row.id: row.kind for row in rows})


class OrgTrees:
    """Each tenant's org tree in memory, by its version; bounded."""

    def __init__(self, limit: int = 2_000) -> None:
        self._trees: dict[UUID, tuple[int, Tree]] = {}
        self._limit = limit

    async def tree(self, session: ReadSession, tenant_id: UUID, version: int) -> Tree:
        """The tenant's tree of that `org_version`."""
        known = self._trees.get(tenant_id)
        if known is None or known[0] != version:
            known = (version, await read_tree(session))
            if len(self._trees) >= self._limit:
                self._trees.pop(next(iter(self._trees)))
            self._trees[tenant_id] = known
        return known[1]
