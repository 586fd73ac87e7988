"""Simulated OPERA Cloud of one hotel: `Served(OperaCloud(world, now).answer)` speaks real HTTP."""

from staytrue.lab.pms.opera_cloud.quirks import ALL, Quirk
from staytrue.lab.pms.opera_cloud.simulator import OperaCloud
from staytrue.lab.pms.opera_cloud.staged import StagedHouse

simulator = StagedHouse

__all__ = ["ALL", "OperaCloud", "Quirk", "StagedHouse", "simulator"]
