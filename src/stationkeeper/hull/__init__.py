"""What wears out: cracks, and how likely they open a wall."""
