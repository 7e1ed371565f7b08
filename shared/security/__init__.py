"""What keeps things from whoever should not read them."""
