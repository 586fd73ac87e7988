"""A manifest as its types say, and what is wrong with one."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from staytrue.connectors.contract.vocabulary import FIELDS, PROVEN, TOLD
from staytrue.kit.errors import Misconfigured

_SECRET_WORDS = ("password", "token", "secret")


class Setting(msgspec.Struct, forbid_unknown_fields=True):
    """One thing a connection is asked for. `choices` maps each value it may have to its words."""

    name: str
    label: str
    help: str
    secret: bool = False
    required: bool = False
    default: str | int | bool | None = None
    choices: dict[str, str] = {}
    long: bool = False


class Fields(msgspec.Struct, forbid_unknown_fields=True):
    """Of one object: what is sent to us, and what the PMS only holds."""

    sent: list[str] = []
    held: list[str] = []


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """The facts of a connector.

    `house` names the setting with the PMS's own code of the hotel; `push_house` are the places of
    that code in a push, with dots between names; `push_shared` are the settings that connections
    have in common when the PMS calls one address for all of them; `own_numbers` are endings of
    names whose values look like card numbers and are none.
    """

    name: str
    vendor: str
    kind: Literal["live", "files", "database"]
    status: Literal["draft", "samples", "live"]
    capabilities: dict[str, Any]
    limits: dict[str, int | float]
    fields: dict[str, Fields]
    settings: list[Setting]
    house: str = ""
    push_house: list[str] = []
    push_shared: list[str] = []
    own_numbers: list[str] = []
    fragile: bool = False
    fragile_because: str = ""

    def claims(self, capability: str) -> bool:
        """Whether the connector says that it can do this."""
        return bool(self.capabilities.get(capability))


def manifest_of(text: str) -> Manifest:
    """The manifest, or why it is none."""
    try:
        return msgspec.convert(tomllib.loads(text), Manifest)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise Misconfigured(f"The manifest cannot be read: {problem}.", "manifest") from None


def faults_of(manifest: Manifest) -> Iterator[str]:
    """What a manifest lacks or says too much, one sentence each."""
    for name in manifest.capabilities.keys() - PROVEN.keys() - TOLD.keys():
        yield f"There is no capability {name}."
    for object, fields in manifest.fields.items():
        if object not in FIELDS:
            yield f"There are no fields of a {object}."
            continue
        for name, count in Counter([*fields.sent, *fields.held]).items():
            if name not in FIELDS[object]:
                yield f"A {object} has no field {name}."
            if count > 1:
                yield f"The field {name} of a {object} stands there {count} times."
    if not manifest.fields:
        yield "It does not say in [fields] what the PMS holds and sends."
    if manifest.kind == "live" and not {"calls", "seconds"} <= manifest.limits.keys():
        yield "It does not say in [limits] how many calls are allowed in how many seconds."
    if manifest.fragile and not manifest.fragile_because:
        yield "It is fragile and does not say why (fragile_because)."
    yield from _faults_of_settings(manifest)


def _faults_of_settings(manifest: Manifest) -> Iterator[str]:
    names = [setting.name for setting in manifest.settings]
    for name, count in Counter(names).items():
        if count > 1:
            yield f"The setting {name} stands there {count} times."
    for setting in manifest.settings:
        if not setting.label or not setting.help:
            yield f"The setting {setting.name} has no label or no help."
        if not all(setting.choices.values()):
            yield f"A choice of the setting {setting.name} has no words."
        if setting.choices and setting.default not in {None, *setting.choices}:
            yield f"The default of the setting {setting.name} is none of its choices."
        if any(word in setting.name for word in _SECRET_WORDS) and not setting.secret:
            yield f"The setting {setting.name} sounds like a secret and is not marked as one."
    if manifest.house and manifest.house not in names:
        yield f"The hotel's own code is said to be in {manifest.house}, which is no setting."
    if manifest.kind != "files" and not manifest.house:
        yield "It does not say which setting holds the PMS's own code of the hotel (house)."
    if manifest.push_shared:
        yield from _faults_of_sharing(manifest)


def _faults_of_sharing(manifest: Manifest) -> Iterator[str]:
    settings = {setting.name: setting for setting in manifest.settings}
    for name in manifest.push_shared:
        if name not in settings:
            yield f"An address is said to be shared by {name}, which is no setting."
    if not any(name in settings and settings[name].secret for name in manifest.push_shared):
        yield "An address is shared by settings of which none is secret (push_shared)."
    if not manifest.push_house:
        yield "An address is shared, and no call says which hotel it is about (push_house)."
