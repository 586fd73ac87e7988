"""Simulated Mews: the Connector API over HTTP, its pushes, and the truth behind both."""

from staytrue.lab.pms.mews.quirks import ALL, Quirk
from staytrue.lab.pms.mews.server import ACCESS_TOKEN, CLIENT_TOKEN, Mews
from staytrue.lab.pms.mews.staged import StagedHouse

simulator = StagedHouse

__all__ = ["ACCESS_TOKEN", "ALL", "CLIENT_TOKEN", "Mews", "Quirk", "StagedHouse", "simulator"]
