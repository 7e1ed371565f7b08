"""The local run: a private broker node, a private PostgreSQL, the services and the gateway."""
