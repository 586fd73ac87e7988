"""REST for programs: what `show` and `list` give on the command line, with the caller's own rights."""
