"""The secret salt of keys and values: made at first need, kept sealed, one for all processes."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.db import transaction

from staytrue.guests.models import MatchingSetting
from staytrue.kit import ids
from staytrue.kit.secrets import keyring


@transaction.atomic
def salt() -> bytes:
    """Thirty-two bytes that nobody outside this installation knows."""
    sealed = bytes(MatchingSetting.objects.values_list("salt", flat=True).get())
    if not sealed:
        kept = MatchingSetting.objects.select_for_update().get()
        if not kept.salt:
            text = ids.new().hex + ids.new().hex
            kept.salt = keyring(settings.HOME).seal(
                text, table="matching_setting", row=1, field="salt"
            )
            kept.save(update_fields=["salt"])
        sealed = bytes(kept.salt)
    return _opened(sealed)


@lru_cache(maxsize=4)
def _opened(sealed: bytes) -> bytes:
    text = keyring(settings.HOME).open_(sealed, table="matching_setting", row=1, field="salt")
    return bytes.fromhex(text)
