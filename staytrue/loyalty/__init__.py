"""The programme: what a stay earns, what a guest has, and how far it carries him."""
