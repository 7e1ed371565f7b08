"""The intake service: who is helped. The only place that knows names."""
