"""Links of the demo house's guests to their own pages: before, during and after what they do there."""

from __future__ import annotations

from staytrue.forms import arriving, surveying
from staytrue.forms.arriving import Told
from staytrue.hotel import scope
from staytrue.kit import ids
from staytrue.kit.asking import ask
from staytrue.messages import guest_links
from staytrue.messages.guest_links import Opens, Wanted
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


def paths() -> dict[str, str]:
    """Names and paths for the album; nobody signed in."""
    with scope.everything():
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
        return {
            "!own-choices": choices,
            "!own-choices-saved": f"{choices}?saved=yes&was=service.stay&within=group",
            "!own-arrival": _path(Opens.ARRIVAL, "confirmed", lacks_mail=True),
            "!own-arrival-saved": f"{arrival}?saved=yes",
            "!own-arrival-over": _path(Opens.ARRIVAL, "cancelled"),
            "!own-survey": _path(Opens.SURVEY, "checked_out", lacks_mail=True),
            "!own-survey-saved": f"{survey}?saved=yes",
            "!own-nothing": f"/g/{ids.token()}/",
            "stay-written": f"/stays/{done.reservation_id}/",
        }
