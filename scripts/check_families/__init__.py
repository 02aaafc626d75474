"""Compares every family of vision models with its authors' code."""
