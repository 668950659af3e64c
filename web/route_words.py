"""What stands in the way of a plan, and what one costs, in plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from operations.delivery.plan_costs import Costs

Facts = Mapping[str, Any]


def clock(minutes: int | None) -> str:
    """450 -> 07:30; nothing for None."""
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def km(metres: int | None) -> str:
    """12,340 m -> 12.3 公里."""
    return "" if metres is None else f"{metres / 1000:.1f} 公里"


def span(seconds: int | None) -> str:
    """4,500 s -> 1小时15分."""
    if seconds is None:
        return ""
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}小时{minutes}分" if hours else f"{minutes}分钟"


def fault(code: str, facts: Facts) -> str:
    """Why a run cannot be planned; an unknown code is a defect and raises KeyError."""
    return _FAULTS[code](facts)


def said(one: Any) -> str:
    """The same for a fault, or for one that was stored."""
    return fault(one["code"], one) if isinstance(one, dict) else fault(one.code, one.facts)


def dearer(now: Costs, best: Costs) -> str:
    """What the plan as it stands costs more than the best one; "" when it is that one."""
    said = []
    if now.left_out > best.left_out:
        said.append(f"多 {now.left_out - best.left_out} 站没有车送")
    if abs(now.metres - best.metres) >= 50:  # a tenth of a kilometre is shown
        said.append(f"{'多' if now.metres > best.metres else '少'}跑 {km(abs(now.metres - best.metres))}")
    if round(abs(now.seconds - best.seconds) / 60):
        said.append(f"{'多' if now.seconds > best.seconds else '少'}用 {span(abs(now.seconds - best.seconds))}")
    if now.cars != best.cars:
        said.append(f"{'多' if now.cars > best.cars else '少'}用 {abs(now.cars - best.cars)} 辆车")
    if now.zone_changes != best.zone_changes:
        more = now.zone_changes > best.zone_changes
        said.append(f"{'多' if more else '少'}跨 {abs(now.zone_changes - best.zone_changes)} 次片区")
    if now.late_s > best.late_s:
        said.append(f"迟到 {now.late_stops} 站，一共 {span(now.late_s)}")
    if now.over_crates > best.over_crates:
        said.append(f"超载 {now.over_crates} 箱")
    return "，".join(said)


def _who(f: Facts) -> str:
    return f"{f['leader']} L{f['number']} 的“{f['place']}”"


_FAULTS: dict[str, Callable[[Facts], str]] = {
    "no_depot": lambda f: "仓库还没有坐标，请到“车和仓库”里填上。",
    "no_vehicle": lambda f: (
        "没有能用的车。请到“车和仓库”里加一辆，或者看看车是不是在别的仓库装货、同一天已经排给了另一趟。"
    ),
    "no_goods": lambda f: "这趟没有要送的货。",
    "nowhere": lambda f: f"{_who(f)}还没有坐标，请到“车和仓库”的自提点里填上。",
    "far": lambda f: f"{_who(f)}离仓库有 {f['metres'] // 1000} 公里，像是坐标填错了（纬度在前，经度在后），请核对。",
    "too_big": lambda f: f"{_who(f)}有 {f['crates']} 箱货，最大的车只能装 {f['most']} 箱，一趟送不完。",
    "too_much": lambda f: f"一共 {f['crates']} 箱货，所有的车加起来只能装 {f['room']} 箱。请加车，或者分两趟送。",
    "too_late": lambda f: (
        f"{_who(f)}来不及：最早 {clock(f['soonest_min'])} 能到，要求 {clock(f['latest_min'])} 以前到，"
        "车还要按时回来。请改收货时间、冷藏期限，或者让车早点出发。"
    ),
    "no_road": lambda f: f"{_who(f)}开车到不了，请核对坐标。",
    "map_service": lambda f: "地图服务没有回应，这次没有排。请过一会儿再试，还不行就请技术人员看日志。",
    "only_nearest": lambda f: "排线路的程序没有工作，现在是按“先送最近的”排的。请技术人员看日志。",
}
