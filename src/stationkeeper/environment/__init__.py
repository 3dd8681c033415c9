"""What space does: sun, atmosphere, magnetic field, trapped particles, cosmic rays, meteoroids, debris."""
