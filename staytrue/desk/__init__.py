"""The desk: every request, promise, preference, recovery, feedback and reply has an owner and an end."""
