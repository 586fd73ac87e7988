"""Whether the world believes that a mail is from the hotel's domain: SPF, DKIM and DMARC. Pure.

Each finding is a stable word; what it means and what to do is said by the web in three languages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

Ask = Callable[[str], Sequence[str]]
"""A name to its text records."""
USUAL_SELECTORS = (
    "default", "dkim", "mail", "google", "selector1", "selector2", "k1", "k2", "s1", "s2", "smtp",
    "mta", "pm", "mg", "mandrill", "resend", "brevo", "mailjet", "zoho", "protonmail",
)  # fmt: skip
_LOOK_UPS_MOST = 10
_LOOKING_UP = re.compile(
    r"(?:^|\s)[+?~-]?(include:|redirect=|exists:|a(?=[\s:/]|$)|mx(?=[\s:/]|$)|ptr)"
)
_POLICY = re.compile(r"(?:^|;)\s*p\s*=\s*(\w+)", re.IGNORECASE)
_KEY = re.compile(r"(?:^|;)\s*p\s*=\s*([A-Za-z0-9+/=\s]*)")


class Level(StrEnum):
    """How well it stands."""

    GOOD = "good"
    WEAK = "weak"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One record: which, how well it stands, a word for why, and what was read."""

    record: str
    level: Level
    code: str
    read: str = ""


def findings(domain: str, ask: Ask, selectors: Sequence[str] = ()) -> list[Finding]:
    """SPF, DKIM and DMARC of a sending domain, in this order."""
    return [spf(ask(domain)), dkim(domain, ask, selectors), dmarc(domain, ask)]


def spf(records: Sequence[str]) -> Finding:
    """Which servers may send for the domain."""
    ours = [each for each in records if each.lower().split(" ")[0] == "v=spf1"]
    if not ours:
        return Finding("spf", Level.BAD, "spf_missing")
    if len(ours) > 1:
        return Finding("spf", Level.BAD, "spf_several", " | ".join(ours))
    text = ours[0].lower()
    if re.search(r"(?:^|\s)\+?all\b", text):
        return Finding("spf", Level.BAD, "spf_everybody", ours[0])
    if len(_LOOKING_UP.findall(text)) > _LOOK_UPS_MOST:
        return Finding("spf", Level.BAD, "spf_too_many", ours[0])
    if not re.search(r"[~-]all\b|redirect=", text):
        return Finding("spf", Level.WEAK, "spf_open_end", ours[0])
    return Finding("spf", Level.GOOD, "spf_good", ours[0])


def dkim(domain: str, ask: Ask, selectors: Sequence[str] = ()) -> Finding:
    """Whether there is a key with which the carrier signs; without a selector, the usual ones."""
    for selector in selectors or USUAL_SELECTORS:
        for record in ask(f"{selector}._domainkey.{domain}"):
            key = _KEY.search(record)
            if key is None:
                continue
            if not key[1].strip():
                return Finding("dkim", Level.BAD, "dkim_revoked", selector)
            return Finding("dkim", Level.GOOD, "dkim_good", selector)
    if selectors:
        return Finding("dkim", Level.BAD, "dkim_missing", ", ".join(selectors))
    return Finding("dkim", Level.WEAK, "dkim_not_found")


def dmarc(domain: str, ask: Ask) -> Finding:
    """What others do with mail that only pretends to be ours; a parent's record counts for all."""
    parts = domain.split(".")
    names = [domain, ".".join(parts[-2:])] if len(parts) > 2 else [domain]
    for name in names:
        ours = [each for each in ask(f"_dmarc.{name}") if each.lower().startswith("v=dmarc1")]
        if len(ours) > 1:
            return Finding("dmarc", Level.BAD, "dmarc_several", " | ".join(ours))
        if ours:
            policy = _POLICY.search(ours[0])
            if policy is None:
                return Finding("dmarc", Level.BAD, "dmarc_broken", ours[0])
            is_strict = policy[1].lower() in {"quarantine", "reject"}
            code = "dmarc_good" if is_strict else "dmarc_watching"
            return Finding("dmarc", Level.GOOD if is_strict else Level.WEAK, code, ours[0])
    return Finding("dmarc", Level.BAD, "dmarc_missing")
