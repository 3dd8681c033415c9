"""Long proofs and the history of speed."""
