"""Where a station is: decay, reboost, the end."""
