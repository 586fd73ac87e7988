"""Profiles are found by an array's index although a policy holds their table."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from staytrue.hotel import scope
from staytrue.inbox.models import Connection
from staytrue.kit import database
from staytrue.mirror.models import Profile
from tests import databases, make

pytestmark = pytest.mark.django_db

LOOK = "SELECT count(*) FROM profiles_by_contact('{anna@example.org}', %s, 20)"


def known(link: Connection) -> int:
    """A profile of this hotel, who is Anna."""
    with scope.everything():
        Profile.objects.create(
            connection=link,
            property_id=link.property_id,
            source_id="G1",
            kind="person",
            contact_keys=["anna@example.org"],
            version_at=make.NOON,
            read_at=make.NOON,
            delivery_id=1,
            line=1,
            raw_hash=1,
            content_hash=1,
            first_seen_at=make.NOON,
        )
    return link.property_id


def found(*asked: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(LOOK, [list(asked)])
        return int(cursor.fetchone()[0])


def test_the_lookup_keeps_to_the_scope_and_to_what_was_asked() -> None:
    here = known(make.link(make.hotel("BIO"), "bio-files"))
    there = known(make.link(make.hotel("LEK"), "lek-files"))
    assert found(here, there) == 0
    with scope.properties([here]):
        assert found(here, there) == 1
        assert found(there) == 0
    with scope.everything():
        assert found(here, there) == 2
        assert found(there) == 1


def test_the_owner_of_the_lookup_may_use_the_index_and_the_app_may_not() -> None:
    assert "profile_contacts" in plan("owner")
    assert "profile_contacts" not in plan("app")


def test_the_lookup_reads_no_table_however_many_ways_a_number_may_be_written() -> None:
    here = known(make.link(make.hotel("BIO"), "bio-files"))
    ways = [f"{prefix}610123456" for prefix in range(1, 30)]
    with scope.everything(), connection.cursor() as cursor:
        many(cursor)
        before = scans(cursor)
        cursor.execute("SELECT * FROM profiles_by_contact(%s, %s, 200)", [ways, [here]])
        assert scans(cursor) == before


def many(cursor: CursorWrapper) -> None:
    """So many others that the planner would think it soon has enough of them."""
    cursor.execute(
        "SELECT string_agg(quote_ident(attname::text), ', ') FROM pg_attribute"
        " WHERE attrelid = 'profile'::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attname NOT IN ('id', 'source_id', 'contact_keys')"
    )
    rest = cursor.fetchone()[0]
    cursor.execute(
        f"""INSERT INTO profile (source_id, contact_keys, {rest})
            SELECT 'M' || n, ARRAY['m' || n || '@example.org'], {rest}
              FROM profile, generate_series(1, 3000) n"""
    )


def scans(cursor: CursorWrapper) -> int:
    """How often the table was read in this transaction, but for the index of contacts."""
    cursor.execute(
        """SELECT sum(pg_stat_get_xact_numscans(x.id)) FROM (
             SELECT 'profile'::regclass::oid UNION ALL
             SELECT indexrelid FROM pg_index WHERE indrelid = 'profile'::regclass
                AND indexrelid <> 'profile_contacts'::regclass) x(id)"""
    )
    return int(cursor.fetchone()[0])


def plan(role: database.Role) -> str:
    with database.address(role, name=databases.COPY).connect() as link:
        link.execute("SET enable_seqscan = off")
        lines = link.execute("EXPLAIN SELECT id FROM profile WHERE contact_keys && '{a}'")
        return "\n".join(line for (line,) in lines)
