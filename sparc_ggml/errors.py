"""The parent of every error of this package."""

from __future__ import annotations


class SparcError(Exception):
    """Something that keeps a model from being steered; the message says what."""
