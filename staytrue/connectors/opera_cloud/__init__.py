"""Connector of Oracle OPERA Cloud: business events as hints, records by id, sweeps by summary."""

from staytrue.connectors.opera_cloud.connector import OperaCloud
from staytrue.connectors.opera_cloud.translate import translate

connector = OperaCloud()

__all__ = ["connector", "translate"]
