"""Plans that tests live through."""
