"""Charts drawn here, as SVG: they need no script, and no style that the pages' policy would refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from operations.listings.trends import Trends
from web.show import percent, yuan

WIDTH, HEIGHT, FOOT = 560, 150, 22
_FILLED = 0.66  # of the space a bar has


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in the chart's own units. `label` stands below, `said` is what it means in words."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    said: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars beside each other; `top` is the value of the highest."""

    title: str
    bars: tuple[Bar, ...]
    top: str
    width: int = WIDTH
    height: int = HEIGHT + FOOT
    base: int = HEIGHT


def bars(title: str, values: Sequence[tuple[str, int, str]], *, most: int = 0, width: int = WIDTH) -> Chart:
    """A chart of (label, value, value in words); `most` is the least that the full height stands for."""
    highest = max([most, *(value for _, value, _ in values)], default=0) or 1
    space = width / max(1, len(values))
    step = -(-len(values) * 70 // width)  # a label below every bar would not be readable
    drawn = []
    for nth, (label, value, said) in enumerate(values):
        height = round((HEIGHT - 16) * value / highest, 1)
        shown = label if (len(values) - 1 - nth) % step == 0 else ""
        x = nth * space + space * (1 - _FILLED) / 2
        drawn.append(
            Bar(
                round(x, 1), HEIGHT - height, round(space * _FILLED, 1), height, round((nth + 0.5) * space, 1),
                shown, f"{label}：{said}",
            )
        )  # fmt: skip
    top = next((said for _, value, said in values if value == highest), "")
    return Chart(title, tuple(drawn), top, width)


def charts(found: Trends) -> tuple[Chart, Chart]:
    """Orders by day, and what was not collected by week."""
    days = [
        (f"{one.day.month}/{one.day.day}", one.orders, f"{one.orders} 单，{yuan(one.total_fen)}") for one in found.days
    ]
    weeks = [
        (
            f"{one.day.month}/{one.day.day}起",
            one.missed_bps,
            f"{percent(one.missed_bps)}（{one.ready} 单里 {one.missed} 单没来取）",
        )
        for one in found.weeks
    ]
    return bars("每天的订单", days), bars("过期未取的比例", weeks, most=500, width=320)
