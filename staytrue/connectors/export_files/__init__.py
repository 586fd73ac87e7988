"""Connector of export files: any PMS that writes CSV, XLSX, JSON or XML, read by a mapping."""
