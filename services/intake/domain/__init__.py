"""The rules of intake: frozen values and pure functions, without database, broker, clock or framework."""
