"""Row-level security only holds for a role that it binds: this looks who we are before production starts."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class UnsafeDatabaseRoleError(RuntimeError):
    """The database role can pass by the policies; the message says how."""


_WHO = text(
    """
    SELECT r.rolname,
           r.rolsuper,
           r.rolbypassrls,
           ARRAY(SELECT DISTINCT pg_get_userbyid(c.relowner)::text
                   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
                    AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owners
      FROM pg_roles r WHERE r.rolname IN (current_user, session_user)
    """
)


async def check_database_role(connection: AsyncConnection) -> None:
    """Raises UnsafeDatabaseRoleError when the current or the login role is superuser, has BYPASSRLS, owns tables, or may become their owner."""
    for name, superuser, bypasses, owners in await connection.execute(_WHO):
        if superuser:
            reason, chinese = "is a superuser", "是超级用户"
        elif bypasses:
            reason, chinese = "has BYPASSRLS", "带有 BYPASSRLS"
        elif owners:
            reason, chinese = (
                f"owns tables or may become their owner ({', '.join(owners)})",
                f"是数据表的所有者或其成员（{', '.join(owners)}）",
            )
        else:
            continue
        raise UnsafeDatabaseRoleError(
            f"数据库角色 {name} {chinese}，行级安全对它无效：LOANBROKER_DATABASE_URL 要用 lb_app。 / "
            f"The database role {name} {reason}, so row-level security does not bind it: LOANBROKER_DATABASE_URL must name lb_app."
        )
