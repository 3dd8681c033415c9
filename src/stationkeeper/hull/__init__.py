"""What wears out: cracks, leaks, penetrations, equipment; and what follows from it."""
