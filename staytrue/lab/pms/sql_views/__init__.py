"""Simulated PMS without any interface: its own database, views of it, and the truth behind both."""

from staytrue.lab.pms.sql_views.fonda import MAPPING, Fonda
from staytrue.lab.pms.sql_views.quirks import ALL, Quirk
from staytrue.lab.pms.sql_views.staged import StagedHouse

simulator = StagedHouse

__all__ = ["ALL", "MAPPING", "Fonda", "Quirk", "StagedHouse", "simulator"]
