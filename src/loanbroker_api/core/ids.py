"""Identifiers: UUIDv7 made by the application, so that a key's order is recency."""

from datetime import UTC, datetime
from random import Random
from uuid import UUID

from uuid_utils.compat import uuid7

__all__ = ["first_id_at", "id_at", "new_id", "time_of"]


def new_id() -> UUID:
    """A new UUIDv7, strictly rising within the process."""
    return uuid7()


def first_id_at(at: datetime) -> UUID:
    """The smallest UUIDv7 of a moment: every id made at or after `at` is greater or equal."""
    return UUID(int=(int(at.timestamp() * 1000) << 80) | (0x7 << 76) | (0x2 << 62))


def id_at(at: datetime, rng: Random) -> UUID:
    """A UUIDv7 of a moment in the past, its random bits from `rng`: what is written afterwards has its true place in the order."""
    moment = int(at.timestamp() * 1000) << 80
    return UUID(int=moment | (0x7 << 76) | (rng.getrandbits(12) << 64) | (0x2 << 62) | rng.getrandbits(62))


def time_of(identifier: UUID) -> datetime:
    """When a UUIDv7 was made, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
