"""Tables, seeds and triggers of staff."""
