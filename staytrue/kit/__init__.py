"""Tools that know nothing of hotels: clock, errors, text, secrets, the bulk road, the database server."""
