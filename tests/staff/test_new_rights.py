"""An upgrade gives built-in roles what is new, also on a home that has long been in use."""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.apps import apps

from staytrue.hotel import scope
from staytrue.staff import audit
from staytrue.staff.models import AuditEntry, Role
from staytrue.staff.new_rights import hand_out
from tests.make import NOON

pytestmark = pytest.mark.django_db


def test_roles_of_an_older_version_receive_it_and_the_audit_says_why() -> None:
    with scope.everything(), audit.acting("an older version", NOON, "as it was then"):
        for role in Role.objects.all():
            role.rights = [each for each in role.rights if each != "desk.manage"]
            role.save()
    given = cast("Any", hand_out("desk.manage"))
    with scope.everything(), audit.acting("upgrade", NOON, "upgrade"):
        given.code(apps, None)
    holders = set(
        Role.objects.filter(rights__contains=["desk.manage"]).values_list("pk", flat=True)
    )
    assert "administrator" in holders
    assert "auditor" not in holders
    entry = AuditEntry.objects.filter(object="role:administrator").latest("id")
    assert (entry.actor, entry.reason) == ("upgrade", "upgrade")
