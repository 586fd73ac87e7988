"""What a person or a program gave, as the type that is wanted, or the field that is none."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from staytrue.kit.errors import Refused

T = TypeVar("T")


def converted(raw: Any, to: type[T], what: str, code: str) -> T:
    """The given values as this type; `what` they are, for the refusal."""
    try:
        return msgspec.convert(raw, to, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(
            f"{what} cannot be read: {error}. Correct the field that is named.",
            code,
            why=str(error),
        ) from None
