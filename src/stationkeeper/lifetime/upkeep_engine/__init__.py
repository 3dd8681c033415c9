"""The day-step engine: what fails, leaks, is struck, runs short, is mended, and who leaves.

One replica after the other lives through all days asked for (`days.live_days`). Anything that can
be foreseen is foreseen when it is drawn (the day of a failure, of a birth, of a penetration), and
days on which nothing changes are lived together. The same rules, written as processes, are in
`validation/simpy_lives.py`; both logs are equal (tests).

Kernels here take small bundles of the arrays that they need: a bundle of all takes minutes to
compile. Machine code is kept by file, so after a change here delete what `__pycache__` holds of
this folder: a kernel is not compiled again because one that it calls has changed.
"""
