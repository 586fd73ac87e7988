"""The desk's tables: cases with their history, how hotels work, and what is measured."""

from staytrue.desk.models.accounting import AccountingHook, AccountingNotice
from staytrue.desk.models.alerting import AlertChannel, AlertSent
from staytrue.desk.models.cases import Case, CaseEvent, Mention, MoneyLine
from staytrue.desk.models.looking import BusyReport, OutsideReview, ShiftReading, SpotCheck
from staytrue.desk.models.working import (
    CaseType,
    Department,
    DepartmentMember,
    DeskSetting,
    HouseRule,
    Shift,
    TriggerRule,
)

__all__ = [
    "AccountingHook",
    "AccountingNotice",
    "AlertChannel",
    "AlertSent",
    "BusyReport",
    "Case",
    "CaseEvent",
    "CaseType",
    "Department",
    "DepartmentMember",
    "DeskSetting",
    "HouseRule",
    "Mention",
    "MoneyLine",
    "OutsideReview",
    "Shift",
    "ShiftReading",
    "SpotCheck",
    "TriggerRule",
]
