"""What arrived: every delivery kept once, raw, before anything is understood."""
