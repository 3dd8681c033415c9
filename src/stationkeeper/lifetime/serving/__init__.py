"""What a programme's stations give to the ground, with and without them."""
