"""Idempotency-Key: a write that is sent twice is done once and answered twice the same."""

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from loanbroker_api.core.db import TenantLink
from loanbroker_api.core.errors import IdempotencyKeyInvalid, IdempotencyMismatch
from loanbroker_api.core.uow import UnitOfWork

KEPT_FOR = timedelta(hours=24)
NEVER_KEPT = ("secret", "accessToken", "refreshToken", "password")


class IdempotentAnswer(TenantLink):
    """An answer kept for 24 h under actor, operation and key; encrypted, without secrets."""

    __tablename__ = "idempotent_answer"
    actor_id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    body_hash: Mapped[bytes]
    status: Mapped[int | None]
    answer_enc: Mapped[bytes | None]
    created_at: Mapped[datetime]


class Replay(Exception):  # noqa: N818 - control flow, not a failure
    """The write was done before; here is its answer."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__("replay")
        self.status = status
        self.body = body


def check_key(key: str) -> str:
    """Raises IdempotencyKeyInvalid."""
    if not 1 <= len(key) <= 100 or not key.isascii() or not key.isprintable():
        raise IdempotencyKeyInvalid
    return key


async def claim(uow: UnitOfWork, actor_id: UUID, operation: str, key: str, body: bytes, row_id: UUID) -> None:
    """Claim a key in this transaction; a second sender waits for the first to commit. Raises Replay, IdempotencyMismatch."""
    digest = sha256(body).digest()
    mine = IdempotentAnswer.actor_id == actor_id, IdempotentAnswer.operation == operation, IdempotentAnswer.key == key
    await uow.session.execute(delete(IdempotentAnswer).where(*mine, IdempotentAnswer.created_at < uow.now - KEPT_FOR))
    values = {"actor_id": actor_id, "operation": operation, "key": key, "id": row_id, "body_hash": digest, "created_at": uow.now}
    claimed = await uow.session.scalar(insert(IdempotentAnswer).values(values).on_conflict_do_nothing().returning(IdempotentAnswer.id))
    if claimed is not None:
        return
    kept = await uow.session.scalar(select(IdempotentAnswer).where(*mine))
    if kept is None or kept.body_hash != digest or kept.answer_enc is None or kept.status is None:
        raise IdempotencyMismatch
    raise Replay(kept.status, uow.keys.decrypt("idempotent_answer", "answer", kept.id, kept.answer_enc))


async def keep(uow: UnitOfWork, row_id: UUID, status: int, body: bytes, once: Collection[str] = ()) -> None:
    """Keep the answer of a claimed key in the same transaction, without secrets and without the fields that are told only `once`."""
    sealed = uow.keys.encrypt("idempotent_answer", "answer", row_id, _without(body, {*NEVER_KEPT, *once}))
    await uow.session.execute(update(IdempotentAnswer).where(IdempotentAnswer.id == row_id).values(status=status, answer_enc=sealed))


def _without(body: bytes, names: Collection[str]) -> bytes:
    if not body:
        return body
    answer: Any = orjson.loads(body)
    if isinstance(answer, dict):
        for name in names:
            if name in answer:
                answer[name] = None
    return orjson.dumps(answer)
