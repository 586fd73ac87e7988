"""Signing in: allauth with the house's answers. Nobody signs up; every try stands in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from staytrue.kit import clock
from staytrue.kit.errors import Refused
from staytrue.staff import audit, proof, sessions, sharing, throttle
from staytrue.staff.access import access_of
from staytrue.staff.middleware import enter
from staytrue.staff.models import Member
from staytrue.staff.sessions import network_of


class SignIn(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks the house."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - asked by allauth
        """Members are made by an administrator."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Whoever guessed too often waits; his password is not even looked at."""
        try:
            throttle.begin(self._tries(request, credentials), clock.now())
        except Refused as refusal:
            raise self.validation_error("too_many_login_attempts") from refusal

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Member | None:
        """The member whose password this is; a right one is no try that counts."""
        member: Member | None = super().authenticate(request, **credentials)
        if member is not None:
            throttle.passed(self._tries(request, credentials), clock.now())
        return member

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Keep the failed try: the member if there is one, and the network it came from."""
        email = str(credentials.get("email") or "").lower()
        member = Member.objects.filter(email=email).first()
        about = f"member:{member.pk}" if member else ""
        network = network_of(self.get_client_ip(request))
        audit.record("sign_in_failed", about, facts={"network": network})
        throttle.failed(self._tries(request, credentials), clock.now(), member, network)

    def _tries(self, request: HttpRequest, credentials: Mapping[str, Any]) -> list[throttle.Try]:
        network = network_of(self.get_client_ip(request))
        return throttle.of_password(request, str(credentials.get("email") or ""), network)

    def reauthenticate(self, user: Member, password: str) -> bool:
        """The password again, by the one address a member has."""
        found = self.authenticate(self.request, email=user.email, password=password)
        is_he = found is not None and found.pk == user.pk
        if is_he:
            proof.note(self.request, clock.now())
        return is_he

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:  # noqa: ARG002 - asked by allauth
        """Whoever signed in a moment ago need not prove again who he is."""
        return not proof.holds(self.request, clock.now())

    def send_notification_mail(self, template_prefix: str, user: Member, **kwargs: Any) -> None:
        """With every change of password or factors his other sessions end: a thief's too."""
        sessions.end_others(user, self.request.session.session_key)
        super().send_notification_mail(template_prefix, user, **kwargs)

    def post_login(self, request: HttpRequest, user: Member, **kwargs: Any) -> HttpResponse:
        """From here on the request acts as the member, who has just proved who he is."""
        now = clock.now()
        enter(request, access_of(user), now)
        proof.note(request, now)
        sharing.sit_down(request, user, now)
        audit.record(
            "signed_in",
            f"member:{user.pk}",
            facts={"network": network_of(self.get_client_ip(request))},
        )
        response: HttpResponse = super().post_login(request, user, **kwargs)
        throttle.remember(request, response, user.email)
        return response


class LongestPassword:
    """Argon2 reads every byte it is given; a limit keeps a long text from being an attack."""

    def __init__(self, characters: int = 128) -> None:
        self.characters = characters

    def validate(self, password: str, user: Member | None = None) -> None:  # noqa: ARG002 - asked by Django
        """Refuse what is longer."""
        if len(password) > self.characters:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """The rule as the form says it."""
        return _("At most %(count)d characters.") % {"count": self.characters}


def invitation_path(member: Member) -> str:
    """The address, without the host, where a member sets his password; ends by itself."""
    key = default_token_generator.make_token(member)
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(member), "key": key},
    )
