"""Settings of all tests."""

import hypothesis

# The same examples every time, and no clock: a test fails for what it found, not for a slow machine.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("house")
