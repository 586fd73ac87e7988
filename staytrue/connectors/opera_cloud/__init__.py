"""Connector of Oracle OPERA Cloud: business events as hints, records by id, sweeps by summary."""

from staytrue.connectors.opera_cloud.translate import translate

__all__ = ["translate"]
