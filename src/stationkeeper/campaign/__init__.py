"""Many runs: chunks, seeds, resume."""
