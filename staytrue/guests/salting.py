"""The secret salt of keys and values: made at first need, kept sealed, one for all processes."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.db import transaction

from staytrue.guests.models import MatchingSetting
from staytrue.kit import ids
from staytrue.kit.secrets import keyring


def salt() -> bytes:
    """Thirty-two bytes that nobody outside this installation knows."""
    return opened(bytes(MatchingSetting.objects.values_list("salt", flat=True).get()))


def opened(sealed: bytes) -> bytes:
    """The salt as the one row of settings holds it; made where there is none yet."""
    return _opened(sealed or _made())


@transaction.atomic
def _made() -> bytes:
    kept = MatchingSetting.objects.select_for_update().get()
    if not kept.salt:
        text = ids.new().hex + ids.new().hex
        kept.salt = keyring(settings.HOME).seal(text, table="matching_setting", row=1, field="salt")
        kept.save(update_fields=["salt"])
    return bytes(kept.salt)


@lru_cache(maxsize=4)
def _opened(sealed: bytes) -> bytes:
    text = keyring(settings.HOME).open_(sealed, table="matching_setting", row=1, field="salt")
    return bytes.fromhex(text)
