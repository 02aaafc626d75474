"""The full-screen mode. Textual is imported nowhere else, and only when this mode is wanted."""
