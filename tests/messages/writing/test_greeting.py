"""How guests are greeted."""

from __future__ import annotations

import pytest

from staytrue.messages.writing.greeting import Person, Style, full_name, greeting


@pytest.mark.parametrize(
    ("person", "english", "french", "spanish"),
    [
        (Person("Mr", "Juan", "GARCÍA LÓPEZ"), "Dear Juan", "Bonjour Monsieur García López",
         "Estimado Sr. García López"),
        (Person("Sra.", "Ana", "de la Fuente", "Ruiz"), "Dear Ana",
         "Bonjour Madame de la Fuente Ruiz", "Estimada Sra. de la Fuente Ruiz"),
        (Person("Dr.", "Eva", "Marín"), "Dear Eva", "Bonjour Docteur Marín", "Hola, Dr. Marín"),
        (Person("", "Claire", "Fontanel"), "Dear Claire", "Bonjour Claire Fontanel",
         "Hola, Claire Fontanel"),
        (Person("Mr", "", "Müller"), "Dear Mr Müller", "Bonjour Monsieur Müller",
         "Estimado Sr. Müller"),
        (Person("", "", "Müller"), "Hello", "Bonjour", "Buenos días"),
        (Person(), "Hello", "Bonjour", "Buenos días"),
        (Person("", "TBA", "Guest"), "Hello", "Bonjour", "Buenos días"),
        (Person("", "Win at www.evil.example", ""), "Hello", "Bonjour", "Buenos días"),
        (Person("", "x" * 300, "y" * 300), "Hello", "Bonjour", "Buenos días"),
        (Person("", "😀", ""), "Hello", "Bonjour", "Buenos días"),
        (Person("", "Ana 😀", ""), "Dear Ana 😀", "Bonjour Ana 😀", "Hola, Ana 😀"),
        (Person("", "{{ 7*7 }}", ""), "Dear {{ 7*7 }}", "Bonjour {{ 7*7 }}", "Hola, {{ 7*7 }}"),
        (Person("", "LÃ©onard", "Meyer"), "Dear Léonard", "Bonjour Léonard Meyer",
         "Hola, Léonard Meyer"),
        (Person("", "ACME Travel", "", is_person=False), "Hello", "Bonjour", "Buenos días"),
    ],
)  # fmt: skip
def test_greetings_by_language(person: Person, english: str, french: str, spanish: str) -> None:
    told = [greeting(person, language) for language in ("en", "fr", "es")]
    assert told == [english, french, spanish]


def test_a_hotel_may_say_only_the_first_of_two_surnames() -> None:
    style = Style("title", "first")
    assert greeting(Person("Sr", "Juan", "GARCÍA LÓPEZ"), "es", style) == "Estimado Sr. García"
    guest = Person("Sra", "Ana", "de la Fuente Ruiz")
    assert greeting(guest, "es", style) == "Estimada Sra. de la Fuente"


def test_east_asian_names_begin_with_the_family() -> None:
    assert full_name(Person("", "太郎", "山田"), Style()) == "山田 太郎"
