"""Photographs and other pictures that no part of this project has made: fetched, and what is measured on them."""
