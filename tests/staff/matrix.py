"""Every route × every role: what the table of rights says, to hold against what the server does."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from staytrue.staff import guard
from staytrue.staff.rights import ROLES

# Views of these packages are judged by `guard.right_of` as they come; tests of ours need not.
LIBRARIES = ("allauth.", "ninja.", "django.")


class Route(NamedTuple):
    """One address of the server and what it asks for."""

    name: str
    pattern: str
    view: Callable[..., Any]
    right: str | None


class Cell(NamedTuple):
    """One role at one route, and whether it may pass."""

    route: Route
    role: str
    may: bool


def routes(urlconf: str | None = None) -> list[Route]:
    """Every route of ours, those of included address lists too."""
    found = _walk(get_resolver(urlconf).url_patterns, "", "")
    return [route for route in found if not route.view.__module__.startswith(LIBRARIES)]


def cells(urlconf: str | None = None) -> list[Cell]:
    """The whole matrix; a route that names no right is nobody's."""
    return [
        Cell(route, role.key, route.right in {guard.OPEN, guard.SIGNED_IN, *role.rights})
        for route in routes(urlconf)
        for role in ROLES
    ]


def _walk(patterns: list[URLPattern | URLResolver], prefix: str, space: str) -> Iterator[Route]:
    for each in patterns:
        pattern = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _walk(each.url_patterns, pattern, inner)
        else:
            view = each.callback
            name = f"{space}{each.name or ''}"
            yield Route(name, pattern, view, guard.right_of(view, name))


def takes_forms_only(route: Route) -> bool:
    """Whether the route is a form's end and no page: `require_POST` stands before its view."""
    if not inspect.isfunction(route.view):
        return False
    return inspect.getclosurevars(route.view).nonlocals.get("request_method_list") == ["POST"]
