"""The words of the contract: what a connector may claim, and what a simulated PMS may play."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from staytrue.hotel.records import Profile, Reservation

EDITION = 1
"""Which suite a sheet was made by: one more whenever a check proves more than before."""

BASIC = {
    "manifest": "the manifest is complete and its words are known",
    "translation": "every sample gives the records that were written for it by hand",
    "purity": "the same payload gives the same records, however often and beside whatever",
    "canonical": "every record has its key, exact amounts and instants with a zone",
    "unknown_status": "a status nobody knows parks the stay instead of guessing",
    "property": "stays of another hotel are refused",
    "damage": "a payload cut anywhere is parked or refused, never half understood",
    "fields": "what the manifest says is sent is what the samples hold",
}
"""What every connector must do, claimed or not."""

PROVEN = {
    "history": "the first load equals the truth",
    "delta": "a change is found at the next look",
    "overlap": "what became visible after its own instant is found",
    "repair": "what no notification told is found again",
    "sweep": "one look at all near stays shows what was missed",
    "push": "hints of pushes, doubled and out of order, lead to what is true",
    "look_up": "one stay and one guest can be read as they are now",
    "versions": "parcels in any order end in the same mirror",
    "restart": "a restart from any bookmark loses nothing",
    "rate_limit": "a refused call is told with the seconds to wait, and nothing is lost",
    "sign_in": "a sign-in that ends in mid page is renewed",
    "folio": "the bill is told line by line",
    "late_postings": "what is posted after the check-out is found",
    "merges": "a merged guest names the one he became",
    "deletions": "a deleted or anonymised guest is told",
    "no_shows": "a no-show is told as one",
    "consents": "permissions to write are told as the guest gave them",
    "check": "the connection test names what is wrong",
}
"""What a connector may claim; each is proven on a simulated PMS by the check of the same name."""

TOLD = {
    "push_proof": "how a push proves whose it is",
    "stream": "events are also pushed over a lasting connection",
    "write_back": "corrections can be sent to the PMS",
    "databases": "the databases that are read",
    "formats": "the formats that are read",
    "packed": "the containers that are opened",
    "read": "what is read",
    "write": "what is written",
}
"""What is told of a connector and proven elsewhere, or not at all."""


class Situation(StrEnum):
    """What a simulated PMS may be asked to play, beside an ordinary day."""

    LATE_COMMITS = "late commits"
    LATE_POSTINGS = "late postings"
    MERGES = "merges"
    DELETIONS = "deletions"
    NO_SHOWS = "no-shows"
    LOST = "lost notifications"
    UNTIDY = "untidy notifications"


RECORDS: dict[str, type[msgspec.Struct]] = {"reservation": Reservation, "profile": Profile}
# What we say ourselves, or what every record has.
_OURS = {"property", "leg", "nights", "status_origin", "kind", "custom"}
FIELDS = {
    object: tuple(name for name in kind.__struct_fields__ if name not in _OURS)
    for object, kind in RECORDS.items()
}
"""The fields that a PMS may hold and send, by what they belong to."""


def filled(record: msgspec.Struct) -> set[str]:
    """The fields in which this record says something."""
    object = "reservation" if isinstance(record, Reservation) else "profile"
    usual = {"channel": "other"}
    return {
        name
        for name in FIELDS[object]
        if (value := getattr(record, name)) not in (None, [], {}, False)
        and usual.get(name) != value
    }
