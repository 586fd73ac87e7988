"""What became different: kinds, the rules that derive them, and the append-only log."""
