"""Watch, gate and, later, the mind of a station without people: telemetry in, commands out."""
