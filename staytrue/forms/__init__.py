"""What guests tell on their own pages: whom they let write, how they arrive, how it was."""
