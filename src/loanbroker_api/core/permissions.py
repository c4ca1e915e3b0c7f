"""The one list of permissions and menus. Each area declares its own once; services, GraphQL, REST documents and menus read it here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Permission:
    """`scoped` permissions reach rows by data scope; others are held or not."""

    code: str
    title: str
    english: str
    scoped: bool


@dataclass(frozen=True)
class Menu:
    """A page of the client, drawn for whoever holds `permission` (None: everyone)."""

    key: str
    path: str
    permission: str | None
    order: int
    group: str


PERMISSIONS: dict[str, Permission] = {}
MENUS: dict[str, Menu] = {}


def permission(code: str, title: str, english: str, *, scoped: bool = False) -> str:
    """Declare a permission; answers its code. Raises ValueError when declared twice."""
    if code in PERMISSIONS:
        raise ValueError(f"permission {code} is declared twice")
    PERMISSIONS[code] = Permission(code, title, english, scoped)
    return code


def menu(key: str, path: str, *, permission: str | None, order: int, group: str) -> None:
    """Declare a page of the client, in a group of the menu."""
    MENUS[key] = Menu(key, path, permission, order, group)


def title_of(code: str) -> str:
    declared = PERMISSIONS.get(code)
    return declared.title if declared else code
