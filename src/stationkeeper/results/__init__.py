"""What a run leaves behind: one folder, readable without us."""
