"""The pure core of recognising guests: profiles in, a partition with its reasons out; no database."""
