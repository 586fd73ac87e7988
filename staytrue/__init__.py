"""Staytrue: a hotel CRM that stays true to the PMS."""
