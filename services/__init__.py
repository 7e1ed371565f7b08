"""The five services, one a programme area; none imports another."""
