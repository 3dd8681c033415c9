"""The parts of a simulated station, one file each: what it has, what it is wired to, its step."""
