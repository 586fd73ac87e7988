"""The tables of who is who: guests, which profiles are theirs, and every decision about it.

Profiles are named by the id of their row in the mirror. Nothing here is a fact of a guest: facts
hang on profiles, so that whatever was merged can be dealt back.
"""

from staytrue.guests.models.accounts import (
    Account,
    CheckOut,
    CheckOutLine,
    CheckOutRun,
    CheckOutSetting,
    ContactType,
)
from staytrue.guests.models.deciding import (
    PairRule,
    Proposal,
    RuleStanding,
    RuleState,
    SafetyCheck,
)
from staytrue.guests.models.matching import (
    Edge,
    IdentityRun,
    Matcher,
    MatchingSetting,
    MatchKey,
    SourceProfile,
    ValueStat,
    ValueSurname,
)
from staytrue.guests.models.people import (
    Correction,
    Guest,
    Household,
    HouseholdMember,
    IdentityEvent,
    Link,
    PersonaChoice,
    SourceTrust,
)

__all__ = [
    "Account",
    "CheckOut",
    "CheckOutLine",
    "CheckOutRun",
    "CheckOutSetting",
    "ContactType",
    "Correction",
    "Edge",
    "Guest",
    "Household",
    "HouseholdMember",
    "IdentityEvent",
    "IdentityRun",
    "Link",
    "MatchKey",
    "Matcher",
    "MatchingSetting",
    "PairRule",
    "PersonaChoice",
    "Proposal",
    "RuleStanding",
    "RuleState",
    "SafetyCheck",
    "SourceProfile",
    "SourceTrust",
    "ValueStat",
    "ValueSurname",
]
