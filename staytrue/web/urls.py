"""The screens and their addresses."""

from __future__ import annotations

from django.urls import path, register_converter

from staytrue.kit import paths
from staytrue.web import (
    account,
    audited,
    completeness,
    connecting,
    connections,
    fields,
    guests,
    live,
    pacing,
    review,
    search,
    stays,
    team,
    today,
)


class Name:
    """A connection's name in an address: any, made on the command line or by an earlier version."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The name."""
        return paths.name_in(value)

    def to_url(self, value: str) -> str:
        """What stands for it."""
        return paths.segment(value)


register_converter(Name, "name")

urlpatterns = [
    path("", account.home, name="home"),
    path("today/", today.today, name="today"),
    path("today/<str:code>/", today.today, name="today_of"),
    path("stays/", stays.stays, name="stays"),
    path("stays/<int:pk>/", stays.stay, name="stay"),
    path("guests/", guests.guests, name="guests"),
    path("guests/completeness/", completeness.completeness, name="completeness"),
    path("guests/review/", review.review, name="review"),
    path("guests/review/undo/", review.undo, name="review_undo"),
    path("guests/<int:pk>/", guests.guest, name="guest"),
    path("search/", search.search, name="search"),
    path("connections/", connections.connections, name="connections"),
    path("connections/new/", connecting.connect, name="connect"),
    path("connections/<name:name>/", connections.connection, name="connection"),
    path("connections/<name:name>/settings/", connecting.settings, name="connection_settings"),
    path("connections/<name:name>/pace/", pacing.pace, name="connection_pace"),
    path("connections/<name:name>/address/", connecting.new_address, name="new_address"),
    path("connections/<name:name>/progress/", connecting.progress, name="connection_progress"),
    path("connections/<name:name>/fields/", fields.fields, name="fields"),
    path("connections/<name:name>/fidelity/", fields.fidelity, name="fidelity"),
    path("connections/<name:name>/resume/", connections.resume, name="resume"),
    path("connections/<name:name>/parked/", connections.settle_parts, name="settle_parts"),
    path("deliveries/<int:pk>/release/", connections.release_delivery, name="release_delivery"),
    path("parked/<int:pk>/", connections.raw_part, name="raw_part"),
    path("members/", team.members, name="members"),
    path("members/<int:pk>/", team.member, name="member"),
    path("members/<int:pk>/end/", team.end, name="end_membership"),
    path("roles/", team.roles, name="roles"),
    path("roles/<slug:key>/", team.role, name="role"),
    path("audit/", audited.audit, name="audit"),
    path("version", live.version, name="version"),
    path("language/", account.language, name="language"),
    path("me/", account.me, name="me"),
    path("me/keys/", account.single_keys, name="single_keys"),
    path("more/", account.more, name="more"),
    path("help/", account.help_page, name="help"),
]
