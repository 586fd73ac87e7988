"""Tests of the export files connector."""
