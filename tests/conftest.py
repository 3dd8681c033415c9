"""Settings of all tests."""

import hypothesis

# The same examples every time, and no clock: a test fails for what it found alone.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("house")
