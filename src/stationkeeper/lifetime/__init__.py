"""Decades of a programme, many times over."""
