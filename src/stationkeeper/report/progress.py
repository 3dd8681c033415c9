"""Progress for people: a live bar on a terminal, plain lines where there is none."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_COUNT = re.compile(r"^(?P<what>.*?): (?P<done>\d+) of (?P<total>\d+)(?P<rest>.*)$")


@contextmanager
def live_progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that shows a text; ``what: 3 of 8`` moves a bar.

    On a terminal there is one bar for each ``what``; elsewhere each new text is a line. All of it
    goes to standard error.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    console = Console(stderr=True)
    if not console.is_terminal:
        last = ""

        def line(text: str) -> None:
            nonlocal last
            if text != last:
                console.print(text, markup=False, highlight=False, soft_wrap=True)
                last = text

        yield line
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(30))
    with Progress(*columns, Elapsed(), console=console) as bars:
        tasks: dict[str, TaskID] = {}
        words = bars.add_task("", total=None)

        def show(text: str) -> None:
            count = _COUNT.match(text)
            if count is None:
                bars.update(words, description=text)
                return
            what, total = count["what"], int(count["total"])
            if what not in tasks:
                tasks[what] = bars.add_task(text, total=total)
            bars.update(tasks[what], description=text, completed=int(count["done"]), total=total)

        yield show
