"""The models on this machine: what the catalogue offers, what is installed, and getting more.

Only ``download`` opens a network connection, and only ``sparc-assistant models pull`` calls it.
"""
