"""What people ask for; each gives `X | Refused` and knows no HTTP."""
