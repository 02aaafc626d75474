"""Checks whether describing can work here, and says what to do where not. Loads no model."""
