"""Wiring: the only place that knows all parts, and makes a session or a one-off answer from them."""
