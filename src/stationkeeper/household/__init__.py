"""What a station consumes: stores and how long they last."""
