"""How to speak with each PMS. One folder per PMS; nothing here knows a database."""
