"""The conformance suite: what a connector must do and what it claims, proven check by check."""
