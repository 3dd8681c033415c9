"""What is decided in each replica, when, at what risk, and what gap it leaves."""
