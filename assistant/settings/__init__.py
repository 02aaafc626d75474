"""The settings: one row each, read from options, environment and file, and kept in the file."""
