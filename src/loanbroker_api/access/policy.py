"""Login policies as an ordered list of rules; every request, stream and login passes them, and each refusal is a documented Problem."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from loanbroker_api.core.errors import Problem, Unauthenticated
from loanbroker_api.core.explain import Explanation


class SessionExpired(Problem):
    code, status = "access.session-expired", 401
    message, english = "登录已超过有效期，重新登录", "Your session is past its time; sign in again"
    remedy = "重新登录。"


class SessionRevoked(Problem):
    code, status = "access.session-ended", 401
    message, english = "登录已结束（{reason}），重新登录", "Your session was ended ({reason}); sign in again"
    remedy = "重新登录；如不是本人操作，立即修改密码并通知管理员。"


class AccountDisabled(Problem):
    code, status = "access.account-disabled", 401
    message, english = "账号已停用，联系管理员", "This account is disabled; ask your administrator"
    remedy = "联系管理员。"


class ClientMismatch(Problem):
    code, status = "access.client-mismatch", 401
    message, english = "令牌不是这个客户端的，重新登录", "This token belongs to another kind of client; sign in again"
    remedy = "在当前客户端重新登录。"


END_REASONS = {"logout": "已退出", "refresh_reused": "刷新令牌被重复使用", "revoked": "被管理员结束", "left": "员工离职"}


@dataclass(frozen=True)
class Attempt:
    """What a decision looks at."""

    session: Row[Any]
    client: str
    ip: str
    now: datetime


Rule = Callable[[Attempt], Problem | None]


def tenant_and_account(attempt: Attempt) -> Problem | None:
    return None if attempt.session.tenant_active and attempt.session.active else AccountDisabled()


def session_alive(attempt: Attempt) -> Problem | None:
    if attempt.session.ended_at is None:
        return None
    return SessionRevoked(reason=END_REASONS.get(attempt.session.end_reason or "", "已结束"))


def session_in_time(attempt: Attempt) -> Problem | None:
    return None if attempt.now < attempt.session.expires_at else SessionExpired()


def client_fits(attempt: Attempt) -> Problem | None:
    return None if attempt.client == attempt.session.client else ClientMismatch()


RULES: list[tuple[str, Rule]] = [
    ("access.rule.account", tenant_and_account),
    ("access.rule.session", session_alive),
    ("access.rule.lifetime", session_in_time),
    ("access.rule.client", client_fits),
]


def judge(attempt: Attempt) -> tuple[Problem | None, Explanation]:
    """The first refusal in order, if any, and every rule's verdict up to it."""
    children: list[Explanation] = []
    for code, rule in RULES:
        refusal = rule(attempt)
        children.append(Explanation(code, "no" if refusal else "yes", refusal.text() if refusal else "通过"))
        if refusal:
            return refusal, Explanation("access.decision", "no", refusal.text(), children=tuple(children))
    return None, Explanation("access.decision", "yes", "允许", children=tuple(children))


__all__ = ["AccountDisabled", "Attempt", "ClientMismatch", "SessionExpired", "SessionRevoked", "Unauthenticated", "judge"]
