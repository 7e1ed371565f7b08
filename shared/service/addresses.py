"""Where a service's routes lie: JSON under `/api`, operations at the root; the rest of the root is for pages."""

API = "/api"
OPERATIONS = ("/healthz", "/readyz", "/metrics", "/status", "/checks", "/clock")


def address_of(path: str) -> str:
    """The whole path of a JSON route ("/households" -> "/api/households"); that of an operation stays as it is."""
    operation = any(path == each or path.startswith(f"{each}/") for each in OPERATIONS)
    return path if operation else API + path
