"""The sponsorship service."""
