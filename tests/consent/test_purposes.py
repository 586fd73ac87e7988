"""Purposes and channels: one click leaves what the stay needs."""

from __future__ import annotations

from staytrue.consent.purposes import ONE_CLICK, OWN, POINT_KIND, Channel, Origin, Purpose


def test_one_click_stops_news_and_surveys_only() -> None:
    assert set(Purpose) - ONE_CLICK == {Purpose.STAY, Purpose.SERVICE}


def test_every_channel_writes_to_a_kind_of_contact_point() -> None:
    assert POINT_KIND.keys() == set(Channel)


def test_a_text_message_a_list_and_a_pms_are_not_the_guests_own_act() -> None:
    assert not OWN & {Origin.SMS, Origin.IMPORT, Origin.PMS, Origin.ONE_CLICK, Origin.CARRIER}
