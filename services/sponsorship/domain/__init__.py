"""Sponsorship's rules: frozen values and pure functions."""
