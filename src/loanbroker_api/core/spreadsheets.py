"""Files for spreadsheets: CSV in UTF-8, whose cells are never read as formulas."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

BYTE_ORDER_MARK: Final = "\ufeff".encode()
"""In front of a file, so that spreadsheets know it for UTF-8."""


def csv_lines(rows: Iterable[Sequence[str | int | None]]) -> bytes:
    """Rows as CSV; the caller passes texts of people through plain()."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def plain(text: str) -> str:
    """A text that a spreadsheet takes for one: what could begin a formula gets an apostrophe in front."""
    return f"'{text}" if text.lstrip()[:1] in {"=", "+", "-", "@"} or text[:1] in {"\t", "\r", "\n"} else text
