"""Whole worlds in virtual time: simulated PMSs, the real line and database, faults by seed."""
