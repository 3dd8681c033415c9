"""Constraint models: rotations solved stage after stage, with hints and conflicts in words."""
