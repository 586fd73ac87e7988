"""Acts on members, roles and asks. Members and roles: only by whoever may manage staff everywhere;
audited by the database, effective at the next request.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from staytrue.hotel import scope
from staytrue.kit.errors import Refused
from staytrue.staff import audit, sessions
from staytrue.staff.access import Access, require_everywhere
from staytrue.staff.models import ApiKey, Ask, Grant, Member, Role, SignInPolicy
from staytrue.staff.policies import policy
from staytrue.staff.rights import FIELDS, RIGHTS

MANAGE = "staff.manage"
SECOND_FACTOR = (SignInPolicy.SENSITIVE, SignInPolicy.EVERYBODY, SignInPolicy.NOBODY)
LOCK_MAX = 30


@dataclass(frozen=True)
class RoleAt:
    """A role at one property, or at all of them."""

    role: str
    property_id: int | None = None


@dataclass(frozen=True)
class NewAsk:
    """One thing a role must know or do; `key` says which thing, so that it is asked once."""

    key: str
    kind: str
    role: str
    property_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""
    due_at: datetime | None = None


@transaction.atomic
def create_member(
    by: Access,
    email: str,
    name: str,
    roles: Collection[RoleAt] = (),
    *,
    language: str = "en",
    password: str | None = None,
) -> Member:
    """A new member; without a password he sets it himself at `signin.invitation_path`."""
    require_everywhere(by, MANAGE)
    address = email.strip().lower()
    member = Member(email=address, name=name.strip() or address, language=language)
    _check(validate_email, address, code="email_unreadable")
    if Member.objects.filter(email=address).exists():
        raise Refused(f"{address} is a member already.", "member_exists", email=address)
    if password is not None:
        _check(validate_password, password, member, code="password_weak")
    member.set_password(password)
    member.save()
    # What somebody begins with is no change of what he had.
    with audit.because(scope.current(audit.REASON) or "new member"):
        _make_grants(member, set(roles))
    return member


def set_language(member: Member, language: str) -> None:
    """He reads Staytrue in this language from now on."""
    member.language = language
    member.save(update_fields=["language"])


@transaction.atomic
def set_roles(by: Access, member: Member, roles: Collection[RoleAt]) -> None:
    """Make the member's roles these and no others."""
    require_everywhere(by, MANAGE)
    audit.require_reason()
    wanted = set(roles)
    held = {
        RoleAt(grant.role_id, grant.property_id): grant.pk
        for grant in Grant.objects.filter(member=member)
    }
    Grant.objects.filter(pk__in=[pk for at, pk in held.items() if at not in wanted]).delete()
    _make_grants(member, wanted - held.keys())
    _keep_one_administrator()


@transaction.atomic
def end_membership(by: Access, member: Member, now: datetime) -> None:
    """He left: his sessions and keys are dead at once, what he did stays."""
    require_everywhere(by, MANAGE)
    audit.require_reason()
    member.is_active = False
    # Sessions carry a hash of the password: without one, every session of his is void.
    member.set_unusable_password()
    member.save()
    ApiKey.objects.filter(member=member, revoked_at=None).update(revoked_at=now)
    _keep_one_administrator()


@transaction.atomic
def remove_factors(by: Access, member: Member) -> None:
    """His phone is lost and his codes too: he signs in by password once, and sets up new ones.

    Nobody can set up a factor for another; who asks is known, and so is why.
    """
    require_everywhere(by, MANAGE)
    audit.require_reason()
    Authenticator.objects.filter(user=member).delete()
    sessions.end_others(member, None)


@transaction.atomic
def set_policy(by: Access, second_factor: str, lock_minutes: int) -> None:
    """What the group asks of those who sign in; it counts at their next click."""
    require_everywhere(by, MANAGE)
    audit.require_reason()
    kept = policy()
    if second_factor not in SECOND_FACTOR or not 1 <= lock_minutes <= LOCK_MAX:
        raise Refused(
            f"Choose who needs a second factor, and 1 to {LOCK_MAX} minutes.", "policy_unreadable"
        )
    kept.second_factor, kept.lock_minutes = second_factor, lock_minutes
    kept.save()


@transaction.atomic
def add_role(by: Access, key: str, name: str, rights: Collection[str] = ()) -> Role:
    """A role of the house's own beside the seven."""
    require_everywhere(by, MANAGE)
    _check_words(rights, RIGHTS, "right")
    if Role.objects.filter(pk=key).exists():
        raise Refused(f"There is a role {key} already.", "role_exists", role=key)
    _check(validate_slug, key, code="role_key_unreadable")
    return Role.objects.create(key=key, name=name, rights=sorted(set(rights)))


@transaction.atomic
def change_role(
    by: Access, role: Role, rights: Collection[str], hidden_fields: Collection[str] = ()
) -> None:
    """Give a role these rights and hide these fields; whoever holds it feels it at once."""
    require_everywhere(by, MANAGE)
    audit.require_reason()
    _check_words(rights, RIGHTS, "right")
    _check_words(hidden_fields, FIELDS, "field")
    role.rights, role.hidden_fields = sorted(set(rights)), sorted(set(hidden_fields))
    role.save(update_fields=["rights", "hidden_fields"])
    _keep_one_administrator()


@transaction.atomic
def remove_role(by: Access, role: Role) -> None:
    """Remove a role of the house's own that nobody holds."""
    require_everywhere(by, MANAGE)
    audit.require_reason()
    if role.is_built_in:
        raise Refused("A built-in role stays; take its rights away instead.", "role_built_in")
    if Grant.objects.filter(role=role).exists() or Ask.objects.filter(role=role).exists():
        raise Refused("Somebody has this role or is asked by it.", "role_in_use")
    role.delete()


def open_ask(ask: NewAsk, now: datetime) -> None:
    """Ask once: an open one with this key is brought up to date."""
    open_asks([ask], now)


def open_asks(asks: Iterable[NewAsk], now: datetime) -> None:
    """Ask each once; what is asked already only takes the newer facts, link and due time."""
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO ask
              (key, kind, role_id, property_id, facts, link, due_at, opened_at, closed_why)
            VALUES (%s, %s, %s, %s, %s::jsonb, %s, %s, %s, '')
            ON CONFLICT (key) WHERE closed_at IS NULL DO UPDATE
              SET role_id = excluded.role_id, facts = excluded.facts, link = excluded.link,
                  due_at = excluded.due_at
              WHERE (ask.role_id, ask.facts, ask.link, ask.due_at)
                IS DISTINCT FROM
                (excluded.role_id, excluded.facts, excluded.link, excluded.due_at)
            """,
            [
                (
                    a.key,
                    a.kind,
                    a.role,
                    a.property_id,
                    json.dumps(dict(a.facts)),
                    a.link,
                    a.due_at,
                    now,
                )
                for a in sorted(asks, key=lambda ask: ask.key)
            ],
        )


def close_ask(key: str, why: str, now: datetime) -> None:
    """The state no longer asks this; nothing happens when it is closed already."""
    close_asks([key], why, now)


def close_asks(keys: Collection[str], why: str, now: datetime) -> None:
    """Close those of these that are open."""
    Ask.objects.filter(key__in=keys, closed_at=None).update(
        closed_at=_not_before(now), closed_why=why
    )


def _not_before(now: datetime) -> Greatest:
    """The machine's clock may have been set back since the ask was opened."""
    return Greatest(Value(now), F("opened_at"))


@transaction.atomic
def settle_asks(prefix: str, asks: Collection[NewAsk], why: str, now: datetime) -> None:
    """Make the open asks whose key begins with `prefix` exactly these; the others close."""
    keys = [ask.key for ask in asks]
    Ask.objects.filter(key__startswith=prefix, closed_at=None).exclude(key__in=keys).update(
        closed_at=_not_before(now), closed_why=why
    )
    open_asks(asks, now)


def _make_grants(member: Member, roles: Collection[RoleAt]) -> None:
    known = set(Role.objects.values_list("pk", flat=True))
    for at in sorted(roles, key=lambda each: (each.role, each.property_id or 0)):
        if at.role not in known:
            raise Refused(
                f"There is no role {at.role}; there are {', '.join(sorted(known))}.",
                "role_unknown",
                role=at.role,
            )
        Grant.objects.create(member=member, role_id=at.role, property_id=at.property_id)


def _keep_one_administrator() -> None:
    managing = Q(role__rights__contains=[MANAGE], member__is_active=True, property=None)
    if not Grant.objects.filter(managing).exists():
        raise Refused(
            "Nobody could manage staff any more. Give another member the administrator's role "
            "at all properties first.",
            "last_administrator",
        )


def _check_words(given: Collection[str], known: Collection[str], what: str) -> None:
    if unknown := sorted(set(given) - set(known)):
        raise Refused(f"There is no {what} {unknown[0]}.", f"{what}_unknown", unknown=unknown)


def _check(validate: Any, *values: Any, code: str) -> None:
    try:
        validate(*values)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), code) from error
