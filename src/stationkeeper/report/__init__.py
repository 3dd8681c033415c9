"""Results as figures, tables and one page."""
