"""What of signing in is past its keeping."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete

from loanbroker_api.access.models import Device, LoginApproval, LoginCounter, LoginRecord, LoginSession, LoginTicket
from loanbroker_api.access.sessions.lockout import FORGOTTEN
from loanbroker_api.core.uow import UnitOfWork

RECORDS_KEPT: Final = timedelta(days=180)
SESSIONS_KEPT: Final = timedelta(days=90)
DEVICES_KEPT: Final = timedelta(days=365)


async def tidy(uow: UnitOfWork) -> None:
    """Tickets of yesterday, counts that are forgotten anyway, sessions long over, records and approvals past their keeping, unused devices."""
    now = uow.now
    for statement in (
        delete(LoginTicket).where(LoginTicket.expires_at < now - timedelta(days=1)),
        delete(LoginCounter).where(LoginCounter.last_at < now - 2 * FORGOTTEN),
        delete(LoginSession).where(LoginSession.expires_at < now - SESSIONS_KEPT),
        delete(LoginRecord).where(LoginRecord.at < now - RECORDS_KEPT),
        delete(LoginApproval).where(LoginApproval.created_at < now - RECORDS_KEPT),
        delete(Device).where(Device.last_used_at < now - DEVICES_KEPT),
    ):
        await uow.session.execute(statement)
