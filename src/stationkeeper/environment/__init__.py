"""What space does: sun, atmosphere, magnetic field, trapped and cosmic particles, meteoroids."""
