"""What the ground gets from a station: links, data, positions, weather, measures of the Earth."""
