"""Second factors: who must have one, and allauth's MFA with the house's answers.

Secrets are sealed, tries stand in the audit, whoever must have a factor cannot take the last away,
and with every change of factors the member's other sessions end.
"""

from __future__ import annotations

import base64
from io import BytesIO
from urllib.parse import urlsplit

import qrcode
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode.image.svg import SvgPathFillImage

from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.kit.home import own_secret
from staytrue.kit.secrets import Keyring
from staytrue.staff import audit, proof, throttle
from staytrue.staff.access import Access, access_of
from staytrue.staff.models import Member, SignInPolicy
from staytrue.staff.policies import policy
from staytrue.staff.rights import SENSITIVE
from staytrue.staff.sessions import network_of

OWN = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes only stand in for one of these."""
_TABLE, _ROW, _FIELD = "mfa_authenticator", "any", "data"


def asked_of(policy: str, access: Access) -> bool:
    """Whether a member with this access must have a second factor."""
    if policy != SignInPolicy.SENSITIVE:
        return policy == SignInPolicy.EVERYBODY
    roles = (*access.everywhere, *(role for held in access.at.values() for role in held))
    return any(role.rights & SENSITIVE for role in roles)


def is_missing(access: Access) -> bool:
    """Whether he must have a second factor and has none; no row of a policy asks like the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce((SELECT second_factor FROM sign_in_policy), %s),
                   EXISTS (SELECT 1 FROM mfa_authenticator WHERE user_id = %s AND type = ANY (%s))
            """,
            [SignInPolicy.SENSITIVE, access.member_id, [str(each) for each in OWN]],
        )
        policy, has_one = cursor.fetchone()
    return not has_one and asked_of(policy, access)


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth's MFA asks the house."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code is not right, or it was used already."),
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs a second factor. Set up another one first."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Secrets stand in the database sealed; allauth does not say in which row."""
        sealed = _keys().seal(text, table=_TABLE, row=_ROW, field=_FIELD)
        return base64.b64encode(sealed).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again."""
        sealed = base64.b64decode(encrypted_text)
        return _keys().open_(sealed, table=_TABLE, row=_ROW, field=_FIELD)

    def get_totp_issuer(self) -> str:
        """The name under which the app keeps the secret."""
        return "Staytrue"

    def build_totp_svg(self, url: str) -> str:
        """Black on white, which a camera reads in the dark look of a page as well."""
        picture = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(picture)
        return picture.getvalue().decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the address Staytrue is known by, whatever a request calls it."""
        return {"id": urlsplit(settings.BASE_URL).hostname or "localhost", "name": "Staytrue"}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of whoever must have one."""
        left = Authenticator.objects.filter(user=authenticator.user, type__in=OWN)
        if left.exclude(pk=authenticator.pk).exists():
            return True
        return not asked_of(policy().second_factor, access_of(authenticator.user))

    def generate_authenticator_name(self, user: Member, type: Authenticator.Type) -> str:
        """A name to begin with; he may write a better one."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(n)s") % {"n": count + 1}


class _Code:
    """A code of the app or of recovery: slowed when guessed, opens once, and a wrong one is kept."""

    user: Member
    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code, if it opens."""
        counted, now = _begun(self.user), clock.now()
        code = str(super().clean_code())  # type: ignore[misc]
        if throttle.is_used(self.user.pk, code, now):
            self._emit_authentication_failed(self.authenticator)
            raise get_adapter().validation_error("incorrect_code")
        throttle.passed(counted, now)
        return code

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        _failed(self.user, authenticator.type)


class _Key:
    """A passkey: one that does not fit counts and is kept like a wrong code."""

    user: Member

    def clean_credential(self) -> Authenticator:
        """The authenticator whose passkey signed."""
        counted = _begun(self.user)
        try:
            found: Authenticator = super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            _failed(self.user, Authenticator.Type.WEBAUTHN)
            raise
        throttle.passed(counted, clock.now())
        return found


class CodeForm(_Code, AuthenticateForm):  # type: ignore[misc]
    """A code at the sign-in."""


class KeyForm(_Key, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey at the sign-in."""


class CodeAgainForm(_Code, ReauthenticateForm):  # type: ignore[misc]
    """A code once more, before an act of weight."""

    def save(self) -> None:
        """He has proved who he is."""
        super().save()
        proof.note(context.request, clock.now())


class KeyAgainForm(_Key, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey once more, before an act of weight."""

    def clean_credential(self) -> Authenticator:
        """The authenticator whose passkey signed: a proof."""
        found = super().clean_credential()
        proof.note(context.request, clock.now())
        return found


def _keys() -> Keyring:
    return Keyring(own_secret(settings.HOME, "factors"))


def _begun(member: Member) -> list[throttle.Try]:
    """The count that this try adds to; whoever guessed too often waits."""
    counted = throttle.of_factor(member.pk)
    try:
        throttle.begin(counted, clock.now())
    except Refused as refusal:
        raise get_account_adapter().validation_error("too_many_login_attempts") from refusal
    return counted


def _failed(member: Member, factor: str) -> None:
    about, network = f"member:{member.pk}", network_of(get_client_ip(context.request))
    audit.record("second_factor_failed", about, facts={"factor": str(factor), "network": network})
    throttle.failed(throttle.of_factor(member.pk), clock.now(), member, network)
