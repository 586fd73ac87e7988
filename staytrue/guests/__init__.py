"""Who a guest really is: one guest from many profiles."""
