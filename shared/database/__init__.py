"""The database of a service: the engine, the tables that each service has, rows, migrations, and kinds of errors."""
