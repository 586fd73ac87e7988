"""The reactions that guests wake themselves, by the names under which `flow.reactions` settles them."""

from __future__ import annotations

SETTLER = "settle_guests"
"""Looks again at profiles because others, or what their values are worth, changed."""

HOUSEHOLDS = "find_households"
"""Looks who lives with profiles that went to another guest."""
