"""What the five services have in common: contracts, messaging, database, web and command line. It knows no service."""
