"""Rules of the events service: frozen values and pure functions, without database, broker, clock or framework."""
