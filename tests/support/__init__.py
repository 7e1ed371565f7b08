"""What flow, faults and bench share: servers, the world of services in this process, and a driver per service."""
