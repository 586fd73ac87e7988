"""Tests of how each PMS is spoken to."""
