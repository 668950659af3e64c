"""Announcements and previews of what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts.wording import CONFIRM_OR_NOT

KINDS = {"event": "公告", "preview": "新品预告"}
NOBODY = "现在没有人收得到：邻居还没有来，或者都退订了公告。没有发。"
NOTHING_SENT = "还没有发过公告。要发请写：公告 明天下午到货，请带袋子"
OFF = "好的，不再给您发公告和预告，取货的消息照样发。想恢复请回复“订阅公告”。"
ON = "好的，团长的公告和预告会发给您。"


def ask(
    kind: str,
    words: str,
    count: int,
    *,
    title: str | None,
    community: str | None = None,
    unknown: int = 0,
    is_night: bool = False,
) -> str:
    whom = f"“{title}”下过单的" if title else f"住“{community}”的" if community else "您的全部"
    said = f"（另有{unknown}位没说住哪个小区，收不到）" if unknown else ""
    return f"{KINDS[kind]}，发给{whom}{count}位邻居{said}：\n\n{words}\n\n{'现在是晚上休息时间，会等到早上再发。' if is_night else ''}发吗？{CONFIRM_OR_NOT}"


NO_WORDS = "还没写要说什么，没有发。例如：公告 东湖花园 今晚停水，提前来取"
NO_COMMUNITIES = "还没有写小区。要按小区发公告，先写有哪几个，例如：小区 阳光花园、东湖花园"


def communities(rows: Sequence[tuple[str, int]], unknown: int) -> str:
    """(name, how many live there) of the leader's communities."""
    lines = ["您服务的小区：", *(f"{name}：{count}位邻居" for name, count in rows)]
    if unknown:
        lines.append(f"还有{unknown}位没说。邻居回复“小区 {rows[0][0]}”就记下了。")
    lines.append(f"只发给一个小区：公告 {rows[0][0]} 今晚停水，提前来取")
    return "\n".join(lines)


def which_community(names: Sequence[str]) -> str:
    if not names:
        return "您的团长没有分小区，不用说。要改房号请发：我是 3-502 王姐"
    return f"您住哪个小区？这样回复：小区 {names[0]}\n团长服务的小区：{'、'.join(names)}"


def lives_in(name: str) -> str:
    return f"记住了：您住{name}。"


def sent(number: int, kind: str, count: int, *, is_on_page: bool = True) -> str:
    page = "，也写在您的主页上" if is_on_page else ""
    return (
        f"{KINDS[kind]} {number} 发出去了，一共{count}位邻居{page}。\n看送到多少，发“公告”；撤回，发“撤公告 {number}”。"
    )


def report(rows: Sequence[tuple[int, str, str, int, int, int, bool]]) -> str:
    """(number, kind, words, to how many, told, waiting, withdrawn), the newest first."""
    lines = []
    for number, kind, words, reach, told, waiting, is_withdrawn in rows:
        short = words if len(words) <= 20 else f"{words[:20]}…"
        state = "已撤回" if is_withdrawn else f"发给{reach}位，送到{told}位"
        later = f"，{waiting}位等下次来时看" if waiting and not is_withdrawn else ""
        lines.append(f"{number} {KINDS[kind]}“{short}” {state}{later}")
    return "\n".join(lines)


def withdrawn(number: int) -> str:
    return f"公告 {number} 撤回了：主页上没有了，还没收到的邻居也不会再收到。"
