"""Our numbers beside published ones, our speed beside a peer's."""
