"""The words of sending: how it stands, what a domain's records mean, and what to do about them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from staytrue.web.words import Words

WHY: Words = {
    "never_armed": _("Nobody has armed this machine yet. Nothing leaves it."),
    "stopped": _("Sending was stopped. Nothing leaves until a hotel is armed again."),
    "other_host": _(
        "This home was restored or copied: it is not the machine that was armed. Nothing leaves "
        "until a person arms it here; what the journal knows to have left never leaves again."
    ),
}
STATE: Words = {"armed": _("Armed"), "waits": _("Armed, from a later date"),
                "disarmed": _("Not armed")}  # fmt: skip
CHANNEL: Words = {"email": _("E-mail"), "sms": _("SMS")}
CARRIER: Words = {
    "smtp": _("Mail server (SMTP)"),
    "dry_run": _("Local outbox: nothing leaves"),
    "gateway": _("SMS gateway"),
}
PROVIDER = {
    "brevo": "Brevo", "mailersend": "MailerSend", "mailgun": "Mailgun", "mailjet": "Mailjet",
    "mandrill": "Mandrill", "postal": "Postal", "postmark": "Postmark", "resend": "Resend",
    "sendgrid": "SendGrid", "sparkpost": "SparkPost",
}  # fmt: skip
SETTING: Words = {
    "sender_address": _("Sender’s address"),
    "sender_name": _("Sender’s name"),
    "reply_to": _("Answers go to, if elsewhere"),
    "host": _("Server"),
    "port": _("Port"),
    "security": _("Encryption"),
    "username": _("Sign-in name"),
    "password": _("Password"),
    "bounce_address": _("Address that failures come back to"),
    "per_minute": _("Mails a minute to one domain"),
    "address": _("Gateway’s address"),
    "price": _("Price of one text"),
    "currency": _("Currency"),
    "api_key": _("Key"),
    "api_token": _("Key"),
    "server_token": _("Key of the server"),
    "secret_key": _("Secret key"),
    "sender_domain": _("Domain that sends"),
    "api_url": _("Address of its interface, if another"),
}
HINT: Words = {
    "sender_address": _("Of the hotel’s own domain, such as stay@hotel.example."),
    "host": _("As your mail provider names it, such as mail.hotel.example."),
    "port": _("587 with STARTTLS is usual, 465 with TLS."),
    "per_minute": _("0 is no limit."),
    "address": _("With {to} where the guest’s number stands."),
    "bounce_address": _("A mailbox of the hotel that Staytrue may read; else leave it empty."),
    "price": _("For the estimate of costs in the outbox."),
}
SET_UP: Words = {
    "smtp": _(
        "Ask whoever keeps your mail for server, port and sign-in. Afterwards try the connection and "
        "check the domain: mail without SPF, DKIM and DMARC often lands in the spam folder."
    ),
    "provider": _(
        "Verify your domain at the provider first, then make a key there that may only send. "
        "Afterwards check the domain here."
    ),
    "gateway": _(
        "The gateway gives you one address with your sign-in inside. Put {to} where the number "
        "stands. Try it with an allow-list of your own number first."
    ),
    "dry_run": _(
        "Everything is decided as always and kept here: it stands in the outbox with its words, and "
        "nothing leaves this machine. Good for a first week."
    ),
}


def way(channel: str, carrier: str) -> str:
    """A way out as people say it: "E-mail: mail server (SMTP)"."""
    told = PROVIDER.get(carrier) or CARRIER.get(carrier, carrier)
    return gettext("%(channel)s: %(carrier)s") % {"channel": CHANNEL[channel], "carrier": told}


def set_up(carrier: str) -> str:
    """What to do before and after it is set up."""
    return str(SET_UP["provider" if carrier in PROVIDER else carrier])


RECORD: Words = {"spf": "SPF", "dkim": "DKIM", "dmarc": "DMARC"}
ADVICE: dict[str, Promise] = {
    "spf_good": _("The domain says which servers may send for it."),
    "spf_missing": _(
        "The domain does not say who may send for it. Ask your mail provider for its SPF text and "
        "put it into the domain as a TXT record that begins with v=spf1."
    ),
    "spf_several": _("The domain has several SPF records; receivers then believe none. Join them."),
    "spf_everybody": _("The SPF record lets everybody send in your name. End it with -all."),
    "spf_too_many": _(
        "The SPF record leads to more than ten look-ups; receivers stop there. Shorten it."
    ),
    "spf_open_end": _("The SPF record does not say what of all other servers. End it with -all."),
    "dkim_good": _("There is a key with which mail can be signed."),
    "dkim_missing": _(
        "There is no key under this selector. Switch DKIM on at your mail provider and put the "
        "record it shows into the domain."
    ),
    "dkim_not_found": _(
        "No key was found under the usual selectors. If your mail provider signs (DKIM), it can "
        "tell you its selector; if not, switch it on there."
    ),
    "dkim_revoked": _("The key was taken back: its record is empty. Put the present one there."),
    "dmarc_good": _("Receivers turn away mail that only pretends to be yours."),
    "dmarc_watching": _(
        "Receivers only watch. Once your own mail passes for two weeks, set p=quarantine."
    ),
    "dmarc_missing": _(
        "There is no DMARC record; large providers turn away much mail without one. Begin with "
        "v=DMARC1; p=none as a TXT record at _dmarc of your domain."
    ),
    "dmarc_several": _("There are several DMARC records; receivers then believe none. Keep one."),
    "dmarc_broken": _("The DMARC record says no p=…: receivers ignore it."),
}
REFUSALS: dict[str, Promise] = {
    "no_outlet": _("This hotel has no way out on this channel yet. Set one up first."),
    "journal_missing": _(
        "This database has sent before, and the journal of that time is not here. Copy it from the "
        "home that sent; if it is lost for good, arm on the command line with --journal-lost."
    ),
    "sender_address": _("Give exactly one plain address of the hotel’s own domain as the sender."),
    "first_day_limit": _("The limit of the first 24 hours is a number from 1 to 100,000."),
    "allow_list": _("The list holds addresses, or @ and a domain, or numbers like +34…."),
    "carrier_unknown": _("There is no such carrier for this channel."),
    "carrier_setting": _("Something is missing for this carrier, or it does not know a setting."),
    "gateway_unreadable": _(
        "The gateway’s address is not one that can be read, or says nowhere {to} for the guest’s "
        "number."
    ),
    "carrier_unreachable": _("The mail server does not answer as it should."),
    "name_servers_silent": _("The name servers did not answer. Try again in a minute."),
}
