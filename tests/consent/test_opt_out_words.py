"""Words that ask to be left alone, in three languages; and those that only sound like it."""

from __future__ import annotations

import pytest

from staytrue.consent.opt_out_words import said_in_mail, said_in_sms


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Merci de me retirer de votre liste.", "fr"),
        ("Je ne souhaite plus recevoir vos courriels", "fr"),
        ("Bonjour,\n\nVeuillez me désinscrire. Cordialement", "fr"),
        ("Please unsubscribe me", "en"),
        ("Could you remove my e-mail from the list?", "en"),
        ("I don't want any more newsletters.", "en"),
        ("Por favor, dadme de baja", "es"),
        ("No quiero recibir más publicidad", "es"),
        ("Quiero darme de baja del boletín.", "es"),
    ],
)
def test_a_reply_that_asks_for_it_is_understood(text: str, language: str) -> None:
    found = said_in_mail(text)
    assert found
    assert found[0] == language
    assert found[1] in text


@pytest.mark.parametrize(
    "text",
    [
        "Merci pour votre accueil, à bientôt !",
        "Can we stop by at noon?",
        "Quiero cancelar la reserva del lunes.",
        "We arrive late.\n\nOn Monday 3 May the hotel wrote:\n> Click to unsubscribe",
        "",
    ],
)
def test_a_reply_about_something_else_is_left_alone(text: str) -> None:
    assert said_in_mail(text) is None


@pytest.mark.parametrize("text", ["STOP", "stop.", "Arrêt", "BAJA", " Opt out ", "STOP PUB"])
def test_the_keywords_of_text_messages_are_known(text: str) -> None:
    assert said_in_sms(text)


def test_start_and_small_talk_are_no_keyword() -> None:
    assert not said_in_sms("START")
    assert not said_in_sms("Stop at the gate, please?")
