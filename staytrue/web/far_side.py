"""What PMSs can, and why one could not be reached, by its code: in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CAN: dict[str, Promise] = {
    "history": _("reads the past"),
    "push": _("is told of changes at once"),
    "stream": _("listens to a stream of events"),
    "look_up": _("looks up one stay at any moment"),
    "folio": _("reads bills"),
    "merges": _("follows merged profiles"),
    "consents": _("reads consents"),
    "write_back": _("can write corrections back"),
}
PROVEN: dict[str, str | Promise] = {
    "draft": _("draft"),
    "samples": _("proven on samples and a simulated PMS"),
    "live": _("proven in hotels"),
}

_LATER = _("The PMS cannot answer now. It will be asked again.")
_ADDRESS = _("This address cannot be used. Check how it is written.")
_CREDENTIALS = _("The PMS refused our credentials. Enter them again, or ask whether they hold.")
_SEALED = _("A credential cannot be opened with the key that is here. Enter it again.")
_DATABASE = _("The address of the database cannot be used. Check how it is written.")
_VIEWS = _("The views are not what the mapping expects. Nothing was written; compare them.")

FAR_SIDE: dict[str, Promise] = {
    "connection_exists": _("There is a connection of this name already. Choose another name."),
    "connection_name": _(
        "A connection’s name has up to 40 small letters, digits and hyphens, like sirga-mews."
    ),
    "address_wrong": _ADDRESS,
    "address_not_allowed": _(
        "This address lies in a private network. If the PMS stands in your own, an administrator "
        "must allow it for this connection."
    ),
    "name_unknown": _("The name of the machine is not known at this moment. Check its spelling."),
    "http_credentials": _CREDENTIALS,
    "http_busy": _LATER,
    "http_status": _LATER,
    "http_timeout": _("The PMS gave no whole answer in time. It will be asked again."),
    "http_broken": _("The PMS broke the conversation off. It will be asked again."),
    "http_redirect": _(
        "The PMS answered with a redirect, which is never followed. Enter the address at which it "
        "really answers."
    ),
    "http_certificate": _(
        "The certificate of the PMS is not trusted. Have it renewed, or store the house’s own "
        "authority for this connection."
    ),
    "http_authority": _("The stored authority is not a certificate in PEM form."),
    "http_encoding": _("The PMS answered in a form that nobody asked for."),
    "http_too_large": _("The answer of the PMS is larger than allowed. Ask for less at once."),
    "http_request": _("A credential holds characters that HTTP does not allow. Enter it again."),
    "calls_a_minute": _(
        "This is no number of calls. Write how many calls a minute the PMS allows, such as 120, or "
        "leave it empty."
    ),
    "pace": _("The PMS’s limit of calls is used up at this moment. Try again in a minute."),
    "check_slow": _("The PMS answers too slowly to be tested while you wait. Save it as it is."),
    "nothing_to_check": _("This connector reads files: there is nothing to ask."),
    "sealing_key_lost": _SEALED,
    "sealed_elsewhere": _SEALED,
    "no_credentials": _("A credential is missing. Enter it."),
    "sign_in": _("The PMS does not accept this way to sign in. Check user, password and scope."),
    "no_token": _LATER,
    "no_answer": _("What came back is no answer of this PMS. Check the address."),
    "revoked": _("The PMS let us in and then refused. The key may have been revoked."),
    "not_allowed": _("The PMS does not let this connection read something it needs."),
    "no_hotel": _("The PMS knows no hotel of this code for this sign-in."),
    "hotel_id": _("The PMS’s own code of the hotel is missing."),
    "other_server": _("The PMS points to another server for its answer. Nothing was sent there."),
    "dsn": _DATABASE,
    "login_refused": _("The database refused the login. Check name, password and database."),
    "database_away": _LATER,
    "statement_slow": _("The database needs too long for one question. Let the views show less."),
    "view_not_readable": _("The login may not read one of the views. Have it granted."),
    "views_changed": _VIEWS,
    "driver_missing": _("The program for this kind of database is not installed here."),
    "view_missing": _VIEWS,
    "view_name": _VIEWS,
    "view_too_large": _("A view shows more than one hotel can have. Let it show one hotel only."),
    "column_missing": _VIEWS,
    "column_name": _VIEWS,
    "changed_column": _VIEWS,
    "value_wrong": _VIEWS,
    "refused_by_pms": _("The PMS refused a question. Its operator knows why."),
    "mews_refused": _("The PMS refused a question. Its operator knows why."),
    "stream_taken_over": _(
        "Another program reads this stream of events with the same key. Give Staytrue a key of its "
        "own."
    ),
    "host_key": _(
        "The server shows another key than the one pinned for it. Ask its operator before you go "
        "on."
    ),
    "sftp_auth": _("The server does not accept user or key."),
    "folder": _("The folder cannot be read."),
    "login_may_write": _("The login may change the database. Have one made that may only read."),
}
