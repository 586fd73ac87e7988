"""The words of a hotel: standard codes, canonical records, the group and its properties."""
