"""Letters that members write by hand, inside an approved frame: handed to the gate like any message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from staytrue.kit.errors import Refused
from staytrue.messages import planning
from staytrue.messages.kinds import DEMANDS, Kind
from staytrue.messages.models import Message
from staytrue.messages.queries import READ, Line, lines_of
from staytrue.messages.wanted import Wanted
from staytrue.messages.writing import foreign, letterheads, live, reading
from staytrue.messages.writing.facts import LETTER_MAX, VALUE_MAX
from staytrue.messages.writing.language import LANGUAGES, chosen
from staytrue.messages.writing.live import Wish
from staytrue.staff.access import Access, visible_to

_LIVES = timedelta(days=2)
_STEP = "by_hand"


@dataclass(frozen=True)
class Written:
    """What a member typed; without a language the guest's own counts for the frame around it."""

    subject: str
    words: str
    language: str = ""


@dataclass(frozen=True)
class To:
    """Whom it is for; `party` and `number` name the letter for ever."""

    property_id: int
    profile_id: int
    party: str
    number: int
    reservation_id: int | None = None


def check(written: Written, property_id: int) -> None:
    """Refuse what could not leave as a letter of this hotel."""
    if not written.subject.strip() or not written.words.strip():
        raise Refused("A letter has a subject and words.", "letter_empty")
    if len(written.words) > LETTER_MAX or len(written.subject) > VALUE_MAX:
        raise Refused(f"Say it in at most {LETTER_MAX} letters.", "words_long")
    if written.language not in ("", *LANGUAGES):
        raise Refused("Write in English, French or Spanish.", "letter_language")
    own = letterheads.domains_of([property_id])
    if found := foreign.check(f"{written.subject}\n{written.words}", own, "body"):
        raise Refused(
            f"The letter links to {found[0].name}, which is not the hotel's.", "letter_link",
            link=found[0].name,
        )  # fmt: skip
    wish = Wish(property_id, Kind.LETTER)
    if wish not in live.live({wish}):
        raise Refused(
            "No approved text frames letters yet. Approve one under Texts first.",
            "letter_not_approved",
        )


def post(to: To, written: Written, now: datetime) -> UUID:
    """Hand it to the gate; its id. Handed in twice it is one letter."""
    known = reading.languages([(to.property_id, to.profile_id, to.reservation_id)])
    speaks = chosen(known[0])
    language, why = speaks.language, speaks.why
    if written.language:
        language, why = written.language, "by_hand"
    wanted = Wanted(
        Kind.LETTER, to.property_id, to.profile_id, None, DEMANDS[Kind.LETTER].purpose,
        due_at=now, not_before=now, not_after=now + _LIVES, language=language, language_why=why,
        step=_STEP, step_version=1, party=to.party, occurrence=str(to.number),
        facts={"letter": {"subject": written.subject.strip(), "words": written.words.strip()}},
    )  # fmt: skip
    planning.add([wanted], now)
    made = Message.objects.get(party=to.party, occurrence=str(to.number), kind=Kind.LETTER)
    return made.public_id


def of_party(access: Access, party: str) -> dict[str, Line]:
    """The letters of one party with where each stands, by its id, as far as he sees messages."""
    rows = visible_to(access, Message.objects.filter(party=party, kind=Kind.LETTER), READ)
    return {str(each.message.public_id): each for each in lines_of(access, list(rows))}
