"""The ways out: mail over SMTP or a provider, text messages, and the outbox that sends nothing."""
