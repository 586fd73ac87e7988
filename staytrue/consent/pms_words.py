"""What the mirror's profiles say of permission, as dated acts: made to follow from their state.

A PMS adds an opt-out and never takes one back; where it no longer says that a guest agreed, its
own word is withdrawn.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from staytrue.consent import pms_asks, telling
from staytrue.consent.purposes import Channel, Purpose
from staytrue.consent.ratchet import Act

# Of one profile, purpose and channel a refusal beats a consent. What the source calls a moment is
# no moment of ours: a refusal is as new as our knowledge of it, or an old date would let an older
# "yes" of the guest's beat it.
_DIFFERENCE = """
WITH told AS (
  SELECT p.id, p.property_id, h.legal_entity_id, c->>'purpose' AS purpose,
         c->>'channel' AS channel, bool_or(c->>'state' = 'out') AS refuses,
         max((c->>'at')::timestamptz) AS at, max(p.version_at) AS version_at,
         max(p.delivery_id) AS delivery_id, max(p.connection_id) AS connection_id
    FROM profile p
    JOIN LATERAL jsonb_array_elements(p.consents) c ON c->>'state' IN ('in', 'out')
    LEFT JOIN property h ON h.id = p.property_id
   WHERE p.id = ANY(%(ids)s) AND NOT p.deleted AND NOT p.anonymised
     AND c->>'channel' = ANY(%(channels)s) AND c->>'purpose' = ANY(%(purposes)s)
   GROUP BY p.id, p.property_id, h.legal_entity_id, purpose, channel),
last AS (
  SELECT DISTINCT ON (profile_id, purpose, channel) profile_id, purpose, channel, act, property_id,
         within, scope_id
    FROM consent_act WHERE profile_id = ANY(%(ids)s) AND origin = 'pms'
   ORDER BY profile_id, purpose, channel, id DESC),
new AS (
  SELECT coalesce(t.id, l.profile_id) AS profile_id, coalesce(t.purpose, l.purpose) AS purpose,
         coalesce(t.channel, l.channel) AS channel,
         CASE WHEN t.id IS NULL THEN 'withdraw' WHEN t.refuses THEN 'opt_out' ELSE 'opt_in' END
           AS act,
         coalesce(t.property_id, l.property_id) AS property_id, l.within, l.scope_id,
         t.legal_entity_id, t.at, t.version_at, t.delivery_id, t.connection_id, l.act AS was
    FROM told t FULL JOIN last l
      ON l.profile_id = t.id AND l.purpose = t.purpose AND l.channel = t.channel)
"""
_DIFFERS = "FROM new WHERE act IS DISTINCT FROM was AND (act <> 'withdraw' OR was = 'opt_in')"
_APPEND = f"""
INSERT INTO consent_act (at, said_at, act, purpose, channel, within, scope_id, origin, actor,
       property_id, profile_id, address_hash, cause, wording, wording_version, language, words,
       lifts, proof)
SELECT %(now)s,
       CASE WHEN act = 'opt_in' THEN least(coalesce(at, nullif(version_at, 'epoch'::timestamptz), %(now)s), %(now)s)
            ELSE %(now)s END,
       act, purpose, channel,
       coalesce(within, CASE WHEN legal_entity_id IS NOT NULL THEN 'legal_entity'
                             WHEN property_id IS NOT NULL THEN 'property' ELSE 'group' END),
       CASE WHEN within IS NOT NULL THEN scope_id ELSE coalesce(legal_entity_id, property_id) END,
       'pms', 'connection:' || coalesce(connection_id::text, ''), property_id, profile_id, '', '',
       '', '', '', '', '{{}}',
       jsonb_strip_nulls(jsonb_build_object('at', at, 'delivery', delivery_id))
  {_DIFFERS}
 ORDER BY profile_id, purpose, channel
RETURNING act, profile_id
"""


def keep(profile_ids: Collection[int], now: datetime) -> set[int]:
    """Append what the state of these profiles calls for; answers those who no longer agree."""
    ids = sorted(set(profile_ids))
    asked: dict[str, Any] = {
        "ids": ids,
        "now": now,
        "channels": [channel.value for channel in Channel],
        "purposes": [purpose.value for purpose in Purpose],
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{_DIFFERENCE} SELECT EXISTS (SELECT {_DIFFERS})", asked)
        if not cursor.fetchone()[0]:
            return set()
        cursor.execute(f"{_DIFFERENCE} {_APPEND}", asked)
        rows = cursor.fetchall()
    pms_asks.close_for({profile for act, profile in rows if act == Act.OPT_OUT}, now)
    gone = {profile for act, profile in rows if act != Act.OPT_IN}
    telling.wake(gone, (), now)
    return gone
