"""Commands that one service alone needs: a module per service, of its name, found by SERVICES."""
