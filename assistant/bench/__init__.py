"""Judges captions and answers against a truth: arithmetic and file formats, no model and no picture library."""
