"""Who flies: dose, limits."""
