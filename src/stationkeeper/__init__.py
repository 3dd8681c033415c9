"""Stationkeeper plans, flies and retires space stations, from one programme file."""

__version__ = "0.1.0"
