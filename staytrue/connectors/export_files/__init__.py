"""Connector of export files: any PMS that writes CSV, XLSX, JSON or XML, read by a mapping."""

from staytrue.connectors.export_files.connector import open_spool

__all__ = ["open_spool"]
