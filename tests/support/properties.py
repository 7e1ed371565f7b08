"""How many stories a property of the store is tried with: few in the suite, `RELIEF_EXAMPLES` many in a long run."""

import os

from hypothesis import HealthCheck, settings


def tried_with(few: int) -> settings:
    """So many examples, or as many as the long run wants; each may take its time on a real database."""
    many = int(os.environ.get("RELIEF_EXAMPLES", few))
    return settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck))
