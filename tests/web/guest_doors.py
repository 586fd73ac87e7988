"""Links of the demo house's guests to their own pages: before, during and after what they do there."""

from __future__ import annotations

from staytrue.consent.models import BasisChoice
from staytrue.forms import arriving, confirming, surveying, website
from staytrue.forms.arriving import Told
from staytrue.hotel import scope
from staytrue.hotel.models import Property
from staytrue.kit import ids
from staytrue.kit.asking import ask
from staytrue.messages import guest_links
from staytrue.messages.guest_links import Opens, Wanted
from staytrue.staff import audit
from tests.web import scene

_STAY = """
SELECT r.id, r.property_id, p.id, u.contact_point_id FROM reservation r
  JOIN roster o ON o.reservation_id = r.id AND o.role = 'primary' AND o.until_at IS NULL
  JOIN profile p ON p.connection_id = o.connection_id AND p.source_id = o.profile
  JOIN property h ON h.id = r.property_id AND h.code = 'BIO'
  LEFT JOIN contact_use u ON u.profile_id = p.id AND u.until_at IS NULL AND NOT u.masked
       AND EXISTS (SELECT FROM contact_point c WHERE c.id = u.contact_point_id AND c.kind = 'email')
 WHERE r.status = %s AND (u.id IS NULL) = %s AND p.first_name IS NOT NULL
 ORDER BY r.id LIMIT 1"""


def _path(opens: Opens, status: str, *, lacks_mail: bool = False) -> str:
    """A guest's link; Basque is none of our languages, so that the browser's is taken."""
    ((stay, hotel, profile, point),) = ask(_STAY, [status, lacks_mail])
    wanted = Wanted(opens, hotel, profile, "email", "eu", point, stay)
    return guest_links.make([wanted], scene.NOW)[0]


def _asked(address: str) -> str:
    """The link in the mail to somebody who ticked news, where a tick is not enough."""
    hotel = Property.objects.get(code="LIS")
    BasisChoice.objects.create(
        property_id=hotel.pk, country="*", purpose="marketing", channel="email", reason="Advice",
        requirement="double_opt_in", chosen_by="album", chosen_at=scene.NOW,
    )  # fmt: skip
    news = "News and offers: A letter now and then, and greetings on your birthday."
    told = website.Told(f"asked-{address}", "Noa", "Bergeron", address, wants_news=True,
                        wording=news, wording_version="2026-11")  # fmt: skip
    entry = website.take(hotel, told, scene.NOW)
    assert entry
    mail = confirming.messages_of([entry])[entry.pk]
    wanted = Wanted(Opens.CONFIRM, hotel.pk, 0, "email", "eu", mail.contact_point_id, None, mail.pk)
    return guest_links.make([wanted], scene.NOW)[0]


def paths() -> dict[str, str]:
    """Names and paths for the album; nobody signed in."""
    with scope.everything(), audit.acting("album", scene.NOW):
        arrival = _path(Opens.ARRIVAL, "confirmed")
        survey = _path(Opens.SURVEY, "checked_out")
        link = guest_links.resolve(arrival.split("/")[2], Opens.ARRIVAL, scene.NOW)
        assert link
        arriving.tell(link, Told(comes="evening", wishes="A quiet room, please."), scene.NOW)
        done = guest_links.resolve(survey.split("/")[2], Opens.SURVEY, scene.NOW)
        assert done
        surveying.answer(
            done, surveying.Told("4", ("quiet",), "The lift is loud.", wants_call=True), scene.NOW
        )
        choices = _path(Opens.PREFERENCES, "in_house")
        asked, confirmed = (_asked(each) for each in ("noa@bergeron.example", "li@wei.example"))
        clicked = guest_links.resolve(confirmed.split("/")[2], Opens.CONFIRM, scene.NOW)
        assert clicked
        confirming.confirm(clicked, scene.NOW)
        return {
            "!own-choices": choices,
            "!own-choices-saved": f"{choices}?saved=yes&was=service.stay&within=group",
            "!own-arrival": _path(Opens.ARRIVAL, "confirmed", lacks_mail=True),
            "!own-arrival-saved": f"{arrival}?saved=yes",
            "!own-arrival-over": _path(Opens.ARRIVAL, "cancelled"),
            "!own-survey": _path(Opens.SURVEY, "checked_out", lacks_mail=True),
            "!own-survey-saved": f"{survey}?saved=yes",
            "!own-confirm": asked,
            "!own-confirmed": confirmed,
            "!own-nothing": f"/g/{ids.token()}/",
            "stay-written": f"/stays/{done.reservation_id}/",
        }
