"""The settings of a manifest as fields, whichever way TOML writes them."""

from __future__ import annotations

import pytest

from staytrue.connectors import registry
from staytrue.connectors.fields import fields_of, secret_names

LISTED = {"settings": [{"name": "token", "secret": True}, {"name": "port", "default": 22}]}
NAMED = {"settings": {"token": {"secret": True}, "port": {"default": 22}}}


@pytest.mark.parametrize("manifest", [LISTED, NAMED])
def test_both_ways_to_write_settings_say_the_same(manifest: dict) -> None:
    assert [(field.name, field.kind) for field in fields_of(manifest)] == [
        ("token", "text"), ("port", "number"),
    ]  # fmt: skip
    assert secret_names(manifest) == {"token"}


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, "text"),
        ({"default": False}, "yes_no"),
        ({"choices": {"a": "One", "b": "Other"}}, "choice"),
    ],
)
def test_the_default_tells_the_kind(facts: dict, kind: str) -> None:
    assert fields_of({"settings": {"x": facts}})[0].kind == kind


@pytest.mark.parametrize("name", registry.names())
def test_every_setting_of_every_connector_has_a_label(name: str) -> None:
    for field in fields_of(registry.manifest(name)):
        assert field.label != field.name, f"{name}.{field.name}"


@pytest.mark.parametrize("name", registry.names())
def test_what_names_a_secret_is_secret(name: str) -> None:
    found = {field.name for field in fields_of(registry.manifest(name))}
    told = {each for each in found if any(w in each for w in ("password", "token", "secret"))}
    assert told <= secret_names(registry.manifest(name))
