"""What must be true of mirror and log whatever came in: read only, for `staytrue verify mirror`."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

# Sentence, and the rows that break it.
_CHECKS = {
    "roster_differs": (
        "The roster of {n} reservations is not who they say is on them.",
        """SELECT r.id FROM reservation r
            WHERE (SELECT coalesce(jsonb_agg(DISTINCT x), '[]') FROM jsonb_array_elements(r.guests) x)
               <> (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('role', t.role,
                                                                         'profile', t.profile)), '[]')
                     FROM roster t WHERE t.reservation_id = r.id AND t.until_at IS NULL)""",
    ),
    "roster_of_nobody": (
        "{n} roster lines belong to no reservation.",
        """SELECT t.id FROM roster t LEFT JOIN reservation r ON r.id = t.reservation_id
            WHERE r.id IS NULL""",
    ),
    "nights_wrong": (
        "{n} reservations have other nights than lie between arrival and departure.",
        "SELECT id FROM reservation WHERE nights <> departure_on - arrival_on",
    ),
    "never_logged": (
        "{n} reservations have fewer entries in the change log than versions.",
        """SELECT r.id FROM reservation r LEFT JOIN (
             SELECT object_id, count(*) AS n FROM change WHERE object = 'reservation'
              GROUP BY object_id) c ON c.object_id = r.id
            WHERE coalesce(c.n, 0) < r.versions""",
    ),
    "profile_never_logged": (
        "{n} profiles have fewer entries in the change log than versions.",
        """SELECT p.id FROM profile p LEFT JOIN (
             SELECT object_id, count(*) AS n FROM change WHERE object = 'profile'
              GROUP BY object_id) c ON c.object_id = p.id
            WHERE coalesce(c.n, 0) < p.versions""",
    ),
    # The mirror refers to connections and properties without foreign keys, for speed: what the
    # server does not check at each row is checked here.
    "foreign_property": (
        "{n} reservations stand under no connection, or another property than its own.",
        """SELECT r.id FROM reservation r LEFT JOIN connection c ON c.id = r.connection_id
            WHERE c.property_id IS DISTINCT FROM r.property_id""",
    ),
    "profile_foreign_property": (
        "{n} profiles stand under no connection, or another property than its own.",
        """SELECT p.id FROM profile p LEFT JOIN connection c ON c.id = p.connection_id
            WHERE c.property_id IS DISTINCT FROM p.property_id""",
    ),
    "roster_foreign_property": (
        "{n} roster lines stand under another connection or property than their reservation.",
        """SELECT t.id FROM roster t JOIN reservation r ON r.id = t.reservation_id
            WHERE (t.connection_id, t.property_id) IS DISTINCT FROM (r.connection_id, r.property_id)""",
    ),
}


@dataclass(frozen=True)
class Violation:
    """One thing that is not as it must be, how often, and some of the rows."""

    code: str
    sentence: str
    count: int
    examples: list[int]


def violations() -> list[Violation]:
    """Everything that is wrong with the mirror; empty when it stands."""
    found = []
    for code, (sentence, statement) in _CHECKS.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), (array_agg(id))[:10] FROM ({statement}) x")
            count, examples = cursor.fetchone()
        if count:
            found.append(Violation(code, sentence.format(n=count), count, examples))
    return found
