"""The CRM's own list: whom a check-out enters, and what of his contacts is taken over."""
