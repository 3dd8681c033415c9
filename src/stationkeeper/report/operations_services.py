"""How long each payload served, as bars."""

from typing import Final

from stationkeeper.report import look
from stationkeeper.report.operations_source import Document, share_text
from stationkeeper.report.picture import Picture

KEY: Final = "operations-services"
TITLE: Final = "Services kept"
_ROW: Final = 0.24  # height of a bar with its room [in]


def picture(document: Document) -> Picture | None:
    """Draw the share of time of each payload; nothing where there are none."""
    rows = sorted(document["services"], key=lambda one: one["share"])  # the lowest on top
    if not rows:
        return None
    with look.drawing():
        figure, (axes,) = look.new_figure(_ROW * len(rows) + 0.6)
        shares = [100.0 * one["share"] for one in rows]
        axes.barh(range(len(rows)), [100.0] * len(rows), 0.62, color="#eceef1", zorder=1)
        axes.barh(range(len(rows)), shares, 0.62, color="#1f9182", zorder=2)
        for place, one in enumerate(rows):
            axes.annotate(
                share_text(one["share"]), (100.0, place), xytext=(5, 0),
                textcoords="offset points", va="center", fontsize=8.5, annotation_clip=False,
            )  # fmt: skip
        titles = [look.drawable(one["title"]) for one in rows]
        axes.set_yticks(range(len(rows)), titles)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0.0, 100.0)
        axes.set_xlabel("share of the time [%]")
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        image = look.as_png(figure, colours=look.FEW)
    caption = (
        "Share of the flight in which each payload was on, on a station that pointed and was not "
        "lost."
    )
    alt = "; ".join(f"{one['title']} {share_text(one['share'])}" for one in rows)
    return Picture(KEY, TITLE, caption, alt=alt, png=image)
