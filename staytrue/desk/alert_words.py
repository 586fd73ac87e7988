"""What an alert says: what kind of thing waits for whom, and where it is read. No guest stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _

from staytrue.desk.alert_ways import Alert
from staytrue.hotel.models import Property
from staytrue.staff.models import Ask, Role

KINDS: MappingProxyType[str, Promise] = MappingProxyType(
    {
        "case_opened_low": _("A guest was not happy"),
        "case_late": _("A case is late"),
        "case_offered": _("A case is offered"),
        "case_mismatch": _("The PMS says something else than was promised"),
        "case_approval": _("A decision is waited for"),
        "case_answered": _("A guest answered"),
        "case_mention": _("A colleague named somebody"),
        "exception_report": _("A report is to be read before busy nights"),
        "late_feed": _("A feed is late"),
        "held_delivery": _("A delivery is held"),
        "verify_stay": _("A stay left the feed"),
        "proposed_opt_out": _("A guest may want no more messages"),
    }
)
OTHER = _("Something waits")
TRIAL = _("This is a trial. Nothing waits.")


@dataclass(frozen=True)
class Said:
    """What is told: of which hotel, to which role, (kind, link) of what waits, and how many."""

    hotel: str
    role: str
    lines: Sequence[tuple[str, str]]
    count: int

    def told(self, language: str) -> Alert:
        """The same in a reader's language."""
        with override(language):
            role = gettext(self.role) if self.role else ""
            new = ngettext("%(hotel)s: %(n)s new for %(role)s", "%(hotel)s: %(n)s new for %(role)s",
                           self.count)  # fmt: skip
            title = new % {"hotel": self.hotel, "n": self.count, "role": role}
            lines = [(str(KINDS.get(kind, OTHER)), link) for kind, link in self.lines]
            if not self.lines:
                title = gettext("%(hotel)s: a trial for %(role)s") % {
                    "hotel": self.hotel,
                    "role": role,
                }
                lines = [(str(TRIAL), settings.BASE_URL)]
            return Alert(language, title, lines)


def news(hotel: Property, role: Role, asks: Sequence[Ask], count: int) -> Said:
    """Of these asks, of so many altogether."""
    lines = [(each.kind, f"{settings.BASE_URL}{each.link or '/'}") for each in asks]
    return Said(hotel.name, role.name or role.key, lines, count)


def trial(hotel: Property, role: Role) -> Said:
    """That a way works."""
    return Said(hotel.name, role.name or role.key, (), 0)
