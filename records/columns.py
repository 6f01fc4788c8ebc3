"""Which columns of a list are shown: `?without=owner&without=review_on` in the address leaves two out."""

from __future__ import annotations

from typing import Any

PARAMETER = "without"


def leave_out(table: Any, names: list[str]) -> list[dict[str, Any]]:
    """Hides the columns of these names, and tells which may be hidden and are; the one that names the row always stays.

    A name that no column has is passed over. Exports have every column in any case.
    """
    offered = [column for column in table.columns if column.name != table.row_header]
    for column in offered:
        if column.name in names:
            table.columns.hide(column.name)
    return [{"name": one.name, "label": one.header, "off": one.name in names} for one in offered]
