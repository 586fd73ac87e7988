"""Sixty mails that come back, as the mail servers of the world write them; every address invented.

Reports in the form of RFC 3464 and RFC 5965, the words of servers that know no form, and the answers
of readers' machines, which are no reports at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from staytrue.messages.carriers.notices import What

DEAD, ALIVE = True, False
OURS = "<0190c0de000070008000000000000001.0123456789abcdef@sirga.example>"
WHO = "claire@fontanel.example"


@dataclass(frozen=True)
class Case:
    """One mail, and what it says: nothing, or what became of ours and whether its address is dead."""

    name: str
    raw: bytes
    what: What | None
    is_dead: bool = False


def _report(status: str, words: str, action: str = "failed", *, headers: bool = True) -> bytes:
    """A delivery report; some carry the whole of our mail, others its head only."""
    kind = "text/rfc822-headers" if headers else "message/rfc822"
    told = f"Status: {status}\n" if status else ""
    said = f"Diagnostic-Code: {words}\n" if words else ""
    return f"""From: Mail Delivery Subsystem <MAILER-DAEMON@mx.fontanel.example>
To: bounces@sirga.example
Subject: Delivery Status Notification
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain; charset=utf-8

About your message to {WHO}.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.fontanel.example

Final-Recipient: rfc822; {WHO}
Action: {action}
{told}{said}
--=_b
Content-Type: {kind}

From: Hotel Sirga <stay@sirga.example>
Message-ID: {OURS}
Subject: Your stay

--=_b--
""".encode()


def _feedback(said: str, version: str = "1") -> bytes:
    """What a mail house passes on when its reader presses a button."""
    return f"""From: feedback@mail.example
To: bounces@sirga.example
Subject: FW: Your stay
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=_f"

--=_f
Content-Type: text/plain

This is an abuse report for a message from 192.0.2.10.

--=_f
Content-Type: message/feedback-report

Feedback-Type: {said}
User-Agent: Loop/{version}
Version: {version}

--=_f
Content-Type: message/rfc822

From: Hotel Sirga <stay@sirga.example>
To: {WHO}
Message-ID: {OURS}
Subject: Your stay

Dear Ms Fontanel

--=_f--
""".encode()


def _words(text: str, sender: str = "MAILER-DAEMON@mx.fontanel.example", subject: str = "failure notice",
           headers: str = "") -> bytes:  # fmt: skip
    """A mail of plain words; what it carries of ours stands behind them."""
    return f"""From: {sender}
To: bounces@sirga.example
Subject: {subject}
{headers}Content-Type: text/plain; charset=utf-8

{text}

--- Below this line is a copy of the message.

From: Hotel Sirga <stay@sirga.example>
Message-ID: {OURS}
Subject: Your stay
""".encode()


# Server, status, what it said, and whether the address is dead by that.
_FAILED = [
    ("postfix, unknown user", "5.1.1", "smtp; 550 5.1.1 <claire@fontanel.example>: Recipient address rejected: User unknown in virtual mailbox table", DEAD),
    ("postfix, no such host", "5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=fontanel.example type=A: Host not found", DEAD),
    ("postfix, null mx", "5.1.10", "X-Postfix; Domain fontanel.example does not accept mail (nullMX)", DEAD),
    ("postfix, relay denied", "5.7.1", "smtp; 554 5.7.1 <claire@fontanel.example>: Relay access denied", ALIVE),
    ("postfix, listed", "5.7.1", "smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using zen.lists.example", ALIVE),
    ("postfix, too large", "5.3.4", "smtp; 552 5.3.4 Message size exceeds fixed limit", ALIVE),
    ("postfix, loop", "5.4.6", "X-Postfix; mail for fontanel.example loops back to myself", ALIVE),
    ("postfix, expired in the queue", "4.4.1", "X-Postfix; connect to mx.fontanel.example[192.0.2.20]:25: Connection timed out", ALIVE),
    ("exim, unknown user", "5.0.0", "smtp; 550 5.1.1 The email account that you tried to reach does not exist.", DEAD),
    ("exim, full", "5.0.0", "smtp; 552 5.2.2 Mailbox over quota", ALIVE),
    ("exim, no words of its own", "5.0.0", "", ALIVE),
    ("exim, unrouteable", "5.0.0", "X-Exim; Unrouteable address", DEAD),
    ("sendmail, unknown user", "5.1.1", "SMTP; 550 5.1.1 claire... User unknown", DEAD),
    ("sendmail, unknown host", "5.1.2", "DNS; Host unknown (Name server: mx.fontanel.example: host not found)", DEAD),
    ("sendmail, sender refused", "5.1.8", "SMTP; 553 5.1.8 Domain of sender address does not exist", ALIVE),
    ("google, unknown user", "5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email address", DEAD),
    ("google, disabled", "5.2.1", "smtp; 550 5.2.1 The email account that you tried to reach is disabled.", DEAD),
    ("google, full", "5.2.2", "smtp; 552 5.2.2 The email account that you tried to reach is over quota.", ALIVE),
    ("google, receiving too fast", "4.2.1", "smtp; 450 4.2.1 The user you are trying to contact is receiving mail too quickly.", ALIVE),
    ("google, unsigned", "5.7.26", "smtp; 550-5.7.26 This message does not have authentication information or fails to pass authentication checks.", ALIVE),
    ("microsoft 365, unknown user", "5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient claire@fontanel.example not found by SMTP address lookup", DEAD),
    ("microsoft 365, refused at the edge", "5.4.1", "smtp;550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", ALIVE),
    ("microsoft 365, may not write there", "5.7.1", "smtp;550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized", ALIVE),
    ("microsoft 365, banned", "5.7.606", "smtp;550 5.7.606 Access denied, banned sending IP [192.0.2.10]", ALIVE),
    ("exchange, vague code and full", "5.5.0", "smtp;552 5.2.2 This message is larger than the current system limit or the recipient's mailbox is full.", ALIVE),
    ("outlook.com, unknown user", "5.5.0", "smtp;550 5.5.0 Requested action not taken: mailbox unavailable", DEAD),
    ("outlook.com, reputation", "5.7.1", "smtp;550 5.7.1 Unfortunately, messages from [192.0.2.10] weren't sent. Part of their network is on our block list", ALIVE),
    ("yahoo, unknown user", "5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo.example account (claire@yahoo.example) [0]", DEAD),
    ("yahoo, policy", "5.7.9", "smtp; 554 5.7.9 Message not accepted for policy reasons.", ALIVE),
    ("icloud, unknown user", "5.1.1", "smtp; 550 5.1.1 <claire@icloud.example>: user does not exist", DEAD),
    ("icloud, full", "5.2.2", "smtp; 552 5.2.2 <claire@icloud.example>: user is over quota", ALIVE),
    ("orange, unknown user", "5.1.1", "smtp; 550 5.1.1 Adresse d'au moins un destinataire invalide. Invalid recipient. OFR_416 [416]", DEAD),
    ("orange, spam", "5.2.0", "smtp; 550 5.2.0 Mail rejete. Mail rejected. Spam OFR_506 [506]", ALIVE),
    ("laposte, unknown user", "5.0.0", "smtp; 550 LPN007_402 Le destinataire n\u2019existe pas / Recipient does not exist", DEAD),
    ("gmx, no such mailbox", "5.0.0", "smtp; 550 Requested action not taken: mailbox unavailable", DEAD),
    ("web.de, unknown", "5.0.0", "smtp; 550 <claire@web.example> Benutzer unbekannt, unbekannter Empfaenger", DEAD),
    ("t-online, not a customer's", "5.0.0", "smtp; 550 user unknown / Empfaenger unbekannt", DEAD),
    ("libero, disabled", "5.0.0", "smtp; 550 smtp-16.mail.example account disabled for long inactivity", DEAD),
    ("terra, unknown", "5.0.0", "smtp; 550 El usuario no existe", DEAD),
    ("domino, not in the directory", "5.0.0", "X-Notes; User claire (claire@fontanel.example) not listed in Domino Directory", DEAD),
    ("domino, full", "5.0.0", "X-Notes; Destination mailbox is full", ALIVE),
    ("mimecast, unknown", "5.0.0", "smtp; 550 Invalid Recipient - https://community.mimecast.example/docs/DOC-1369#550", DEAD),
    ("mimecast, refused", "5.0.0", "smtp; 554 Email rejected due to security policies", ALIVE),
    ("proofpoint, reputation", "5.7.0", "smtp; 554 5.7.0 Blocked - see https://ipcheck.proofpoint.example/?ip=192.0.2.10", ALIVE),
    ("zimbra, closed", "5.2.1", "smtp; 550 5.2.1 account is closed", DEAD),
    ("a status with words behind it", "5.1.1 (bad destination mailbox address)", "smtp; 550 5.1.1 unknown or illegal alias", DEAD),
    ("no status at all", "", "smtp; 550 5.1.1 no such user here", DEAD),
]  # fmt: skip

_PLAIN = [
    ("qmail, no mailbox", """Hi. This is the qmail-send program at mx.fontanel.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<claire@fontanel.example>:
Sorry, no mailbox here by that name. (#5.1.1)""", What.BOUNCED, DEAD),
    ("qmail, full", """Hi. This is the qmail-send program at mx.fontanel.example.
This is a permanent error; I've given up.

<claire@fontanel.example>:
The users mailfolder is over the allowed quota (size). (#5.2.2)""", What.BOUNCED, ALIVE),
    ("exim of old", """This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more of its recipients.
This is a permanent error. The following address(es) failed:

  claire@fontanel.example
    550 5.1.1 User unknown""", What.BOUNCED, DEAD),
    ("exim of old, a warning", """This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered; delivery attempts will be retried.
Reason of the last failure: 451 4.7.1 Greylisted, please try again""", What.DEFERRED, ALIVE),
]  # fmt: skip

# Answers of readers' machines: none says anything of an address, whatever their subject.
_ANSWERS = [
    _words("I am out of the office until 3 June.", WHO, "Automatic reply: Your stay",
           "Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\n"),
    _words("Je suis absente jusqu'au 3 juin. En cas d'échec, écrivez à accueil@fontanel.example.",
           f"Claire Fontanel <{WHO}>", "Absence du bureau"),
    _words("Estoy de vacaciones; la entrega de mensajes falla a veces.", WHO, "Fuera de la oficina",
           "Precedence: auto_reply\n"),
    _words("Ich bin nicht im Büro. 550 Mails warten schon.", WHO, "Abwesenheitsnotiz"),
]  # fmt: skip
_READ = f"""From: {WHO}
To: bounces@sirga.example
Subject: Not read: Your stay
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="=_m"

--=_m
Content-Type: text/plain

Your message was deleted without being read.

--=_m
Content-Type: message/disposition-notification

Final-Recipient: rfc822; {WHO}
Original-Message-ID: {OURS}
Disposition: automatic-action/MDN-sent-automatically; deleted

--=_m--
""".encode()


def corpus() -> Iterator[Case]:
    """Every mail with what is right to make of it."""
    for place, (name, status, words, is_dead) in enumerate(_FAILED):
        yield Case(name, _report(status, words, headers=place % 2 == 0), What.BOUNCED, is_dead)
    yield Case("delayed", _report("4.4.1", "smtp; 451 4.4.1 try later", "delayed"), What.DEFERRED)
    yield Case("delivered", _report("2.0.0", "smtp; 250 2.0.0 Ok", "delivered"), What.DELIVERED)
    for name, text, what, is_dead in _PLAIN:
        yield Case(name, _words(text), what, is_dead)
    for said in ("abuse", "fraud", "opt-out"):
        yield Case(f"complaint: {said}", _feedback(said), What.COMPLAINED)
    for said in ("not-spam", "auth-failure"):
        yield Case(f"no complaint: {said}", _feedback(said, "0.1"), None)
    for place, raw in enumerate(_ANSWERS):
        yield Case(f"answer of a machine {place}", raw, None)
    yield Case("deleted without being read", _READ, None)
