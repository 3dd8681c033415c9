"""Seconds: one station with its equipment, its faults, its telemetry and whoever commands it."""
