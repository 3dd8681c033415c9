"""The programme document: what is flown, by whom, when, on whose word."""
