"""The shape of the views: kept with the bookmark, so that a change of the PMS is seen before anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from staytrue.connectors.sql_views.database import Column
from staytrue.kit.errors import Misconfigured

CHANGED = "views_changed"

Shape = dict[str, dict[str, str]]
"""Of each view its columns and their types."""


def of(view: str, columns: Iterable[Column]) -> Shape:
    """The shape of one view."""
    return {view: {column.name: column.type for column in columns}}


def refuse_missing(view: str, wanted: Iterable[str], found: Mapping[str, str]) -> None:
    """Refuse a view that does not exist or lacks a column of the mapping."""
    if not found:
        raise Misconfigured(
            f"The database shows no view {view} to this login. Ask the hotel's administrator to make "
            "it, or to let this login read it.",
            "view_missing",
            view=view,
        )
    for column in wanted:
        if column not in found:
            raise Misconfigured(
                f"The view {view} has no column {column}, which the mapping reads. Nothing was "
                "written; correct the view or the mapping.",
                "column_missing",
                view=view,
                column=column,
            )


def refuse_changed(before: Shape, now: Shape) -> None:
    """Refuse to go on when a view is not what it was; the sentence names the column."""
    for view, columns in now.items():
        known = before.get(view)
        if known is None or known == columns:
            continue
        gone = [name for name in known if name not in columns]
        new = [name for name in columns if name not in known]
        other = [name for name in columns if name in known and known[name] != columns[name]]
        if not columns:
            what = f"column {gone[0]} and all others are gone, or this login may not read them"
        elif gone and new:
            what = f"column {gone[0]} is gone and {new[0]} is new"
        elif gone:
            what = f"column {gone[0]} is gone"
        elif new:
            what = f"column {new[0]} is new"
        else:
            what = f"column {other[0]} was {known[other[0]]} and is {columns[other[0]]}"
        raise Misconfigured(
            f"The PMS's database has changed: in {view}, {what}. Nothing was written and the mirror "
            "stays as it was. Compare the view with the mapping, then accept the new shape.",
            CHANGED,
            view=view,
            column=(gone or new or other)[0],
            gone=gone,
            new=new,
            other=other,
        )
