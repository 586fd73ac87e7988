"""The whole line: take deliveries in, let reactions settle, keep the periodic work going."""
