"""What a reader calls guests: their names as the profiles that he may see write them.

The name kept on a guest is composed over all hotels and is shown to nobody who sees only some.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import msgspec

from staytrue.guests import golden, identities, links
from staytrue.guests.composing import Profile, Word, composed
from staytrue.guests.models import Guest
from staytrue.staff.access import Access, hides

_NAMES = ("first_name", "last_name", "second_last_name")


def names(access: Access, guests: Collection[Guest], at: datetime | None = None) -> dict[int, str]:
    """Guest → name, or the number of a profile without one; `at` goes by whose the profiles were."""
    held = identities.held(access, guests, at)
    profiles: dict[int, list[Profile]] = defaultdict(list)
    words: dict[int, list[Word]] = defaultdict(list)
    read = golden.read(set(links.guests_of(held).values()), profiles=list(held)).values()
    hotels = {each.id: each.property_id for sources in read for each in sources.profiles}
    for sources in read:
        for each in sources.profiles:
            shown = {name: each.values[name] for name in _NAMES
                     if not hides(access, name, each.property_id)}  # fmt: skip
            profiles[held[each.id]].append(msgspec.structs.replace(each, values=shown))
        for word in sources.words:
            if word.field in _NAMES and not hides(access, word.field, hotels[word.profile_id]):
                words[held[word.profile_id]].append(word)
    trust = {id_: trust for sources in read for id_, trust in sources.trust.items()}
    return {
        guest: composed(of, words[guest], trust).name or min(each.source_id for each in of)
        for guest, of in profiles.items()
    }
