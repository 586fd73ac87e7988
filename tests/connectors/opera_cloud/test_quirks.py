"""Each oddity of OPERA's payloads, by name: what it must not do to the mirror."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from staytrue.connectors.base import Settings
from staytrue.hotel.codes import GuestRole, Payment, Status
from staytrue.hotel.records import Profile, Reservation
from tests.connectors.opera_cloud.reading_back import answers, settings

Json = dict[str, Any]


def stay(room: Json | None = None, **more: Any) -> Json:
    """One reservation of three nights; only what matters is spelled out."""
    found: Json = {
        "reservationIdList": [{"id": "7001", "type": "Reservation"}],
        "roomStay": {"arrivalDate": "2026-03-10", "departureDate": "2026-03-13", **(room or {})},
        "hotelId": "BIO",
        "reservationStatus": "Reserved",
    }
    return {**found, **more}


def read(found: Json, house: Settings | None = None, *context: Json) -> Reservation:
    """The one reservation of an answer by id."""
    body = {"reservations": {"reservation": [found]}}
    return answers(body, house, *context)[0].reservations[0]


def guest(details: Json, house: Settings | None = None, **more: Any) -> Profile:
    """The one profile of an answer by id."""
    ids = {"profileIdList": [{"id": "5101", "type": "Profile"}], "profileDetails": details}
    return answers({**ids, **more}, house)[0].profiles[0]


def named(**name: Any) -> Json:
    """A profile with one name."""
    return {"customer": {"personName": [{"nameType": "Primary", **name}]}, "profileType": "Guest"}


def test_a_cancellation_that_stayed_behind_cancels_nothing() -> None:
    found = read(stay(cancellation={"date": "2026-02-01", "code": "PLANS"}))
    assert (found.status, found.cancelled_at, found.custom) == (Status.CONFIRMED, None, {})


def test_a_cancelled_stay_keeps_day_and_reason() -> None:
    found = read(stay(reservationStatus="Cancelled", cancellation={"date": "2026-02-01"}))
    assert found.cancelled_at == date(2026, 2, 1)


def test_the_computed_status_never_replaces_the_actual_one() -> None:
    found = read(stay(reservationStatus="InHouse", computedReservationStatus="CheckedOut"))
    assert found.status is Status.IN_HOUSE


@pytest.mark.parametrize("word", ["NoShow", "NO SHOW", "no show"])
def test_a_no_show_is_one_in_every_spelling(word: str) -> None:
    assert read(stay(reservationStatus=word)).status is Status.NO_SHOW


def test_an_unknown_status_parks_the_stay_with_its_raw_text() -> None:
    found = answers({"reservations": {"reservation": [stay(reservationStatus="Teleported")]}})
    assert not found[0].reservations
    assert found[0].parked[0].code == "unknown_status"
    assert "Teleported" in found[0].parked[0].raw


def test_one_bad_reservation_does_not_stop_the_page() -> None:
    page = [stay(reservationStatus="Teleported"), stay()]
    found = answers({"reservations": {"reservationInfo": page}})
    assert [len(one.reservations) for one in found] == [0, 1]


def test_the_price_of_a_night_is_not_the_price_of_the_stay() -> None:
    found = read(stay({"rateAmount": {"amount": "100", "currencyCode": "EUR"}}))
    assert (found.amount, found.currency) == (None, "EUR")


def test_segments_of_rates_add_up() -> None:
    rates = [{"total": {"amountAfterTax": "100.10"}}, {"total": {"amountAfterTax": 50}}]
    assert str(read(stay({"roomRates": rates})).room_amount) == "150.10"


def test_a_segment_without_a_total_leaves_the_sum_unknown() -> None:
    rates = [{"total": {"amountAfterTax": "100"}}, {"total": {}}]
    assert read(stay({"roomRates": rates})).room_amount is None


def test_an_amount_before_tax_does_not_claim_to_hold_it() -> None:
    found = read(stay({"roomRates": [{"total": {"amountBeforeTax": "100"}}]}))
    assert found.tax_included is False


def test_a_placeholder_is_not_a_number() -> None:
    found = read(
        stay({"total": {"amountAfterTax": -100000000}, "guestCounts": {"adults": -100000000}})
    )
    assert (found.amount, found.adults) == (None, None)


def test_numbers_may_come_as_text() -> None:
    found = read(stay({"guestCounts": {"adults": "2", "children": "0"}}))
    assert (found.adults, found.children) == (2, 0)


def test_a_lone_object_stands_for_a_list_of_one() -> None:
    lone = stay(
        reservationGuests={"profileInfo": {"profileIdList": {"id": "5101", "type": "Profile"}}}
    )
    found = answers({"reservations": {"reservation": lone}})[0].reservations[0]
    assert [one.profile for one in found.guests] == ["5101"]


def test_a_room_for_posting_is_no_stay() -> None:
    found = answers({"reservations": {"reservation": [stay({"pseudoRoom": True})]}})
    assert (found[0].reservations, found[0].skipped) == ([], "pseudo_room")


def test_services_without_a_room_are_no_stay() -> None:
    found = answers({"reservations": {"reservation": [stay(roomStayReservation=False)]}})
    assert found[0].skipped == "no_room"


def test_another_hotels_stay_is_parked() -> None:
    found = answers({"reservations": {"reservation": [stay(hotelId="DON")]}})
    assert found[0].parked[0].code == "other_property"


def test_several_rooms_stay_one_reservation_and_say_how_many() -> None:
    found = read(stay({"numberOfRooms": "2"}))
    assert (found.number, found.custom["rooms"]) == ("7001", 2)


def test_legs_of_one_confirmation_keep_their_own_numbers() -> None:
    ids = [
        [{"id": number, "type": "Reservation"}, {"id": "C1", "type": "Confirmation"}]
        for number in ("7001", "7002")
    ]
    page = [stay(reservationIdList=one) for one in ids]
    found = answers({"reservations": {"reservation": page}})
    keys = [(one.reservations[0].number, one.reservations[0].group_number) for one in found]
    assert keys == [("7001", "C1"), ("7002", "C1")]


def test_only_one_of_two_who_share_counts_for_the_room() -> None:
    rates = {"total": {"amountAfterTax": "200"}}
    other = {"sharedGuests": [{"reservationId": {"id": "7000"}}]}
    assert read(stay({**rates, "primaryShareType": "Primary"}, **other)).amount == 200
    sharer = read(stay({**rates, "primaryShareType": "NonPrimary"}, **other))
    assert (sharer.amount, sharer.custom["is_sharer"]) == (None, True)
    assert read(stay(rates, **other)).custom["is_sharer"] is True


def test_split_shares_add_up_so_each_keeps_its_part() -> None:
    rate = {"rate": [{"shareDistributionInstruction": "Split"}]}
    rooms = [{"total": {"amountAfterTax": "100"}, "rates": rate}]
    room = {"roomRates": rooms, "primaryShareType": "NonPrimary"}
    assert read(stay(room)).amount == 100


def test_who_shares_the_room_is_no_companion() -> None:
    shared = [{"profileId": {"id": "5111"}, "reservationId": {"id": "7002"}}]
    assert read(stay(sharedGuests=shared)).guests == []


def test_the_primary_guest_is_the_one_so_marked() -> None:
    ids = [("5102", False), ("5101", True)]
    guests = [
        {"profileInfo": {"profileIdList": [{"id": id_, "type": "Profile"}]}, "primary": primary}
        for id_, primary in ids
    ]
    roles = {one.profile: one.role for one in read(stay(reservationGuests=guests)).guests}
    assert roles == {"5102": GuestRole.COMPANION, "5101": GuestRole.PRIMARY}


def test_a_guest_on_a_reservation_is_only_a_glimpse() -> None:
    info = {
        "profileIdList": [{"id": "5101", "type": "Profile"}],
        "profile": named(surname="Zubiri"),
    }
    found = answers(
        {"reservations": {"reservation": [stay(reservationGuests=[{"profileInfo": info}])]}}
    )
    assert (found[0].profiles, found[0].glimpses[0].source_id) == ([], "5101")


def test_posted_revenue_counts_only_after_the_stay() -> None:
    revenue = {"cashiering": {"revenuesAndBalances": {"totalRevenue": {"amount": "30"}}}}
    total = {"total": {"amountAfterTax": "200"}}
    assert read(stay(total, reservationStatus="InHouse", **revenue)).amount == 200
    assert read(stay(total, reservationStatus="CheckedOut", **revenue)).amount == 30


def test_a_package_of_the_rate_is_not_paid_twice() -> None:
    package = {"packageCode": "BBF", "scheduleList": [{"computedResvPrice": "12"}]}
    packages = [{**package, "source": "RateHeader"}, {**package, "source": "Reservation"}]
    found = read(stay(reservationPackages=packages))
    assert [extra.amount for extra in found.extras] == [None, 12]
    assert found.board == "BB"


def test_a_card_is_told_by_its_scheme_and_its_number_is_never_read() -> None:
    card = {"cardType": "Va", "cardNumberMasked": "XXXXXXXXXXXX1486"}
    found = read(stay(reservationPaymentMethods=[{"paymentMethod": "MN", "paymentCard": card}]))
    assert (found.payment_method, found.source_payment) == (Payment.CARD, "MN")
    assert "1486" not in repr(found)


def test_a_card_number_in_a_parked_part_is_masked() -> None:
    found = answers({"reservations": {"reservation": [
        stay(reservationStatus="Odd", comments=[{"comment": {"text": {"value": "4111 1111 1111 1111"}}}])
    ]}})  # fmt: skip
    assert "4111 1111" not in found[0].parked[0].raw


def test_instants_without_a_zone_are_the_propertys() -> None:
    body = stay(lastModifyDateTime="2026-07-01 12:00:00.0")
    assert read(body).modified_at.isoformat() == "2026-07-01T10:00:00+00:00"  # type: ignore[union-attr]
    utc = read(body, settings(instants="utc"))
    assert utc.modified_at.isoformat() == "2026-07-01T12:00:00+00:00"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("read_at", "meant"),
    [("00:50", "00:50"), ("01:15", "00:50"), ("01:50", "01:50"), ("09:00", "01:50")],
)
def test_of_the_hour_that_comes_twice_the_last_one_that_was_before_the_reading_is_meant(
    read_at: str, meant: str
) -> None:
    night = "2026-10-25T{}:00+00:00"
    house = replace(settings(), read_at=datetime.fromisoformat(night.format(read_at)))
    found = read(stay(lastModifyDateTime="2026-10-25 02:50:00.0"), house)
    assert found.modified_at == datetime.fromisoformat(night.format(meant))


def test_the_hour_that_never_was_is_read_as_the_one_after_it() -> None:
    found = read(stay(lastModifyDateTime="2027-03-28 02:30:00.0"))
    assert found.modified_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_dates_are_the_propertys_whatever_clock_stands_beside_them() -> None:
    assert read(stay({"arrivalDate": "2026-03-10 23:30:00.0"})).arrival_on == date(2026, 3, 10)


def test_a_hotels_code_lists_are_explained_by_its_settings_or_by_nobody() -> None:
    room = {"roomRates": [{"marketCode": "LEI"}], "bookingMedium": "WEB"}
    told = read(stay(room))
    untold = read(stay(room), settings(channels="", segments=""))
    assert (told.channel, told.segment) == ("website", "leisure")
    assert (untold.channel, untold.segment) == ("other", None)
    assert (untold.source_channel, untold.source_segment) == ("WEB", "LEI")


def test_a_language_code_of_the_hotel_is_never_guessed() -> None:
    body = {"customer": {"personName": [], "language": "E"}}
    assert guest(body).language == "en"
    untold = guest(body, settings(languages=""))
    assert (untold.language, untold.custom["language_code"]) == (None, "E")


def test_the_primary_name_wins_over_other_alphabets_and_hiding_names() -> None:
    names = [
        {"surname": "Doe", "nameType": "Incognito"},
        {"surname": "スビリ", "nameType": "ALTERNATE"},
        {"surname": "Zubiri", "nameType": "PRIMARY"},
    ]
    found = guest({"customer": {"personName": names}})
    assert (found.last_name, found.custom["alternate_name"]) == ("Zubiri", "スビリ")
    assert "Doe" not in repr(found)


@pytest.mark.parametrize("said", ["XX-XX-1980", "0101-01-01", "2999-01-01", ""])
def test_a_masked_or_impossible_birth_date_is_none(said: str) -> None:
    assert guest({"customer": {"birthDate": said}}).birth_date is None


def test_flags_of_privacy_become_consents_and_the_stricter_one_counts() -> None:
    said = {"optInEmail": True, "optInMailingList": True}
    found = guest({"privacyInfo": said, "mailingActions": {"active": False}})
    assert [(one.channel, one.state) for one in found.consents] == [
        ("email", "in"),
        ("post", "out"),
    ]


def test_flags_that_were_not_sent_say_nothing() -> None:
    assert guest({"privacyInfo": {}}).consents == []


def test_an_address_under_stars_is_not_kept() -> None:
    emails = {"emailInfo": [{"email": {"emailAddress": "m****@mail.example"}}]}
    assert guest({"emails": emails}).emails == []


def test_a_relay_address_is_marked() -> None:
    emails = {"emailInfo": [{"email": {"emailAddress": "x.1@guest.booking.com"}}]}
    assert guest({"emails": emails}).emails[0].masked


def test_an_employee_is_no_guest() -> None:
    assert guest({"profileType": "Employee"}).kind == "other"


def test_the_victim_of_a_merge_names_its_survivor() -> None:
    pair = {"victimProfileId": {"id": "5101"}, "survivorProfileId": {"id": "5001"}}
    assert guest({"statusCode": "Inactive"}, **pair).merged_into == "5001"
    body = {
        "profileIdList": [{"id": "5101", "type": "Profile"}],
        "profileDetails": {"statusCode": "Inactive"},
    }
    assert answers(body, None, pair)[0].profiles[0].merged_into == "5001"


def test_an_ended_membership_is_left_out() -> None:
    cards = [{"membershipType": "SC", "membershipId": "1", "inactive": True}]
    assert guest({"profileMemberships": {"profileMembership": cards}}).loyalty == []


def test_an_anonymised_guest_is_marked_and_a_requested_one_not_yet() -> None:
    for word, done in (("Anonymized", True), ("REQUESTED", False)):
        body = {"customer": {"anonymization": {"anonymizationStatus": word}}}
        assert guest(body).anonymised is done


def test_folio_lines_come_with_the_reservation_they_belong_to() -> None:
    posting = {"transactionNo": 1, "debitAmount": {"amount": "5"}, "transactionType": "Revenue"}
    folio = {
        "reservationFolioInformation": {
            "reservationInfo": stay(),
            "folioWindows": [{"folios": [{"postings": [posting]}]}],
        }
    }
    assert [line.line for line in read(stay(), None, folio).folio] == ["1"]
    other = stay(reservationIdList=[{"id": "7009", "type": "Reservation"}])
    assert read(other, None, folio).folio == []


def test_a_guest_on_two_lines_of_a_page_is_seen_once_as_the_newer_one_shows_him() -> None:
    lines = [
        stay(
            reservationGuest={"id": "5101", "surname": "Zubiri", "phoneNumber": number},
            lastModifyDateTime=f"2026-02-0{day} 10:00:00.0",
        )
        for day, number in ((2, "612 345 678"), (1, "612 345 600"))
    ]
    found = answers({"reservations": {"reservationInfo": lines}})
    seen = [one.phones[0].raw for answer in found for one in answer.glimpses]
    assert seen == ["612 345 678"]
