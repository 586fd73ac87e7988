"""Rig F: the real code on the real database, in virtual time, judged by truth and boundary alone."""
