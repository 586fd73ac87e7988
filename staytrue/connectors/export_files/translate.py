"""Lines of an export become canonical records: the pure step between the file and the mirror."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from staytrue.connectors.base import Finding, Line, Settings, Translated
from staytrue.connectors.export_files.compile import Compiler, Notes, Row
from staytrue.connectors.export_files.grid import SUPERSEDED
from staytrue.connectors.export_files.mapping import Mapping, ProfileMap
from staytrue.connectors.export_files.profiles import ProfileReader
from staytrue.connectors.export_files.stays import StayReader
from staytrue.hotel.codes import GuestRole
from staytrue.hotel.records import GuestOnBooking, Parked, Profile, Reservation
from staytrue.kit.errors import Misconfigured, Unreadable


def translator(mapping: Mapping, settings: Settings) -> StayTranslator | ProfileTranslator:
    """The translator of a mapping for one house."""
    if mapping.object == "profile":
        return ProfileTranslator(mapping, settings)
    return StayTranslator(mapping, settings)


class ProfileTranslator:
    """One line, one profile."""

    def __init__(self, mapping: Mapping, settings: Settings) -> None:
        if mapping.profile is None:
            raise Misconfigured(f"Mapping {mapping.name} has no [profile].", "mapping")
        self.reader = ProfileReader(mapping.profile, Compiler(mapping, settings), settings)

    def translate(self, lines: Iterable[Line]) -> Iterator[Translated]:
        """Profiles of the lines; what cannot be read is parked with its reason."""
        read = self.reader.read
        for line in lines:
            answer = Translated(line.number, line.hash)
            values = line.values
            if isinstance(values, Unreadable):
                answer.parked = [_parked(line, values, None)]
            elif values is SUPERSEDED:
                answer.skipped = SUPERSEDED
            else:
                notes: Notes = []
                try:
                    answer.profiles = [read(values, notes)]
                except Unreadable as problem:
                    source_id = self.reader.source_id
                    answer.parked = [_parked(line, problem, source_id and source_id(values))]
                if notes:
                    answer.findings = _findings(line, notes)
            yield answer


class StayTranslator:
    """One line, one reservation, and the guests that stand beside it."""

    def __init__(self, mapping: Mapping, settings: Settings) -> None:
        self.reader = StayReader(mapping, settings)
        compiler = self.reader.compiler
        self.guests = [_GuestReader(part, compiler, settings) for part in mapping.guests]
        # Where the file has no more of any guest than his id, the roster is read in one go: a call
        # for each of three roles cost a booking a microsecond.
        self.ids = [(guest.role, guest.ids) for guest in self.guests if guest.ids]
        self.has_ids_only = all(guest.reader.is_id_only for guest in self.guests)

    def translate(self, lines: Iterable[Line]) -> Iterator[Translated]:
        """Reservations of the lines; what cannot be read is parked with its reason."""
        reader, ids_of_roles = self.reader, self.ids
        guests = [] if self.has_ids_only else self.guests
        for line in lines:
            answer = Translated(line.number, line.hash)
            values = line.values
            if isinstance(values, Unreadable):
                answer.parked = [_parked(line, values, None)]
            elif values is SUPERSEDED:
                answer.skipped = SUPERSEDED
            elif reader.skip and (reason := reader.skipped(values)):
                answer.skipped = reason
            else:
                notes: Notes = []
                try:
                    reservation = reader.read(values, notes)
                    if self.has_ids_only:
                        reservation.guests = [
                            GuestOnBooking(role, one)
                            for role, ids in ids_of_roles
                            for one in ids(values) or ()
                        ]
                    for guest in guests:
                        guest.add(values, reservation, answer.profiles, notes)
                    answer.reservations = [reservation]
                except Unreadable as problem:
                    number, leg = reader.key(values)
                    answer.profiles = []
                    answer.parked = [_parked(line, problem, number and f"{number}/{leg}")]
                if notes:
                    answer.findings = _findings(line, notes)
            yield answer


class _GuestReader:
    """One role of the roster: an id of the guests' file, or a whole guest in the row."""

    def __init__(self, part: ProfileMap, compiler: Compiler, settings: Settings) -> None:
        self.part = part
        self.role = part.role or GuestRole.PRIMARY
        self.reader = ProfileReader(part, compiler, settings)
        source = part.cells.get("source_id")
        self.ids = compiler.ids(source) if source else None
        name = part.cells.get("full_name")
        self.name_split = (
            (name.split, compiler.text(name, lines=True)) if name and name.split else None
        )
        self.sharer = (name.sharer, compiler.text(name)) if name and name.sharer else None

    def add(
        self, row: Row, reservation: Reservation, profiles: list[Profile], notes: Notes
    ) -> None:
        """Puts the guests of this role on the reservation."""
        if self.reader.is_id_only:
            for one in (self.ids(row) if self.ids else None) or ():
                reservation.guests.append(GuestOnBooking(self.role, one))
            return
        reader = self.reader
        source_id = reader.source_id(row) if reader.source_id else None
        if self.sharer and (self.sharer[1](row) or "").startswith(self.sharer[0]):
            reservation.custom["is_sharer"] = True
        key = f"{reservation.number}/{reservation.leg}/{self.role}"
        names: list[str | None] = [None]
        if self.name_split:
            split, read_names = self.name_split
            names = [name for name in (read_names(row) or "").split(split) if name.strip()]
        for index, name in enumerate(names):
            suffix = f"/{index + 1}" if index else ""
            profile = reader.named(source_id or key + suffix, row, notes, name)
            if source_id is None and not _says_anything(profile):
                continue
            profiles.append(profile)
            reservation.guests = [
                *reservation.guests, GuestOnBooking(self.role, profile.source_id)
            ]  # fmt: skip


def _says_anything(profile: Profile) -> bool:
    return bool(profile.first_name or profile.last_name or profile.emails or profile.phones)


def _parked(line: Line, problem: Unreadable, key: str | None) -> Parked:
    return Parked(
        line=line.number,
        reason=problem.sentence,
        code=problem.code,
        facts=problem.facts,
        key=key,
        raw=line.raw,
    )


def _findings(line: Line, notes: Notes) -> list[Finding]:
    return [Finding(code, line.number, facts) for code, facts in notes]
