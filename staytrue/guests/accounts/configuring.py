"""How hotels want their check-outs treated: read for rules, set by people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from staytrue.guests.accounts import rules
from staytrue.guests.accounts.rules import ContactType, Kind, Setting
from staytrue.guests.models import CheckOutSetting
from staytrue.guests.models import ContactType as Type
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit.errors import Refused
from staytrue.staff import audit
from staytrue.staff.access import Access, require, require_everywhere

MANAGE = "checkout.manage"


def vocabulary() -> list[ContactType]:
    """The types there are, in the order in which they were added."""
    return [
        ContactType(Kind(row.kind), row.code, tuple(row.words), row.retired_at is not None)
        for row in Type.objects.order_by("pk")
    ]


def types() -> list[Type]:
    """The same with what the house calls them."""
    return list(Type.objects.order_by("kind", "pk"))


def settings() -> dict[int, Setting | None]:
    """Hotel → how its check-outs are treated; none where nobody has said so yet."""
    rows = {row.property_id: row for row in CheckOutSetting.objects.all()}
    common = rows.get(None)
    hotels = Property.objects.values_list("pk", flat=True)
    if common and common.is_common:
        return dict.fromkeys(hotels, _read(common.values))
    return {pk: _read(rows[pk].values) if pk in rows else None for pk in hotels}


def is_common() -> bool:
    """Whether all hotels have the same configuration."""
    return CheckOutSetting.objects.filter(property=None, is_common=True).exists()


def common() -> Setting | None:
    """The configuration for all hotels, as it was last set, whether or not it counts now."""
    row = CheckOutSetting.objects.filter(property=None).first()
    return _read(row.values) if row else None


def set_for(
    access: Access, hotel: Property, raw: Mapping[str, Any], now: datetime, reason: str = ""
) -> None:
    """Configure one hotel."""
    require(access, MANAGE, hotel.pk)
    if is_common():
        raise Refused(
            "All hotels have the same configuration. Change that one, or let each hotel have "
            "its own first.",
            "checkout_common",
        )
    _keep(access, hotel, raw, now, reason)


def set_for_all(access: Access, raw: Mapping[str, Any], now: datetime, reason: str = "") -> None:
    """Configure all hotels at once, from now on with the same values."""
    require_everywhere(access, MANAGE)
    _keep(access, None, raw, now, reason, is_common=True)


def let_each(access: Access, now: datetime, reason: str = "") -> None:
    """Let each hotel have its own configuration again; whoever has none blocks, visibly."""
    require_everywhere(access, MANAGE)
    with scope.everything(), audit.acting(access.actor, now, reason):
        CheckOutSetting.objects.filter(property=None).update(
            is_common=False, set_by=access.actor, set_at=now
        )


def add_type(
    access: Access,
    kind: Kind,
    code: str,
    label: str,
    words: list[str],
    now: datetime,
    reason: str = "",
) -> None:
    """Add a type to both lists, or take a retired one back; words say by what PMSs mean it."""
    require_everywhere(access, MANAGE)
    if code == rules.RELAY:
        raise Refused("Relay addresses have a type of their own already.", "relay_is_there")
    try:
        made = msgspec.convert(
            {"kind": kind, "code": code, "words": [word.strip().casefold() for word in words]},
            ContactType,
        )
    except msgspec.ValidationError:
        raise Refused(
            "A type's code is of small letters, digits and underscores, a letter first.",
            "type_code",
        ) from None
    with scope.everything(), audit.acting(access.actor, now, reason):
        Type.objects.update_or_create(
            kind=made.kind.value, code=made.code,
            defaults={"label": label, "words": list(made.words), "retired_at": None},
        )  # fmt: skip


def retire_type(access: Access, kind: Kind, code: str, now: datetime, reason: str = "") -> None:
    """Offer a type no longer; what was taken under it stays readable."""
    require_everywhere(access, MANAGE)
    using = [pk for pk, each in settings().items() if each and _uses(each, kind, code)]
    if using:
        codes = ", ".join(Property.objects.filter(pk__in=using).values_list("code", flat=True))
        raise Refused(
            f"Type {code} is chosen at {codes}. Choose another there first.",
            "type_in_use",
            hotels=codes,
        )
    with scope.everything(), audit.acting(access.actor, now, reason):
        Type.objects.filter(kind=kind.value, code=code).update(retired_at=now)


def _uses(setting: Setting, kind: Kind, code: str) -> bool:
    chosen = [setting.email] if kind == Kind.EMAIL else [setting.phone_1, setting.phone_2]
    return code in chosen


def _keep(
    access: Access,
    hotel: Property | None,
    raw: Mapping[str, Any],
    now: datetime,
    reason: str,
    *,
    is_common: bool = False,
) -> None:
    setting = rules.checked(dict(raw), vocabulary())
    with scope.everything(), audit.acting(access.actor, now, reason):
        CheckOutSetting.objects.update_or_create(
            property=hotel,
            defaults={"values": msgspec.to_builtins(setting), "is_common": is_common,
                      "set_by": access.actor, "set_at": now},
        )  # fmt: skip


def _read(values: Mapping[str, Any]) -> Setting:
    return msgspec.convert(dict(values), Setting, strict=False)
