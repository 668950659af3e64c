"""What is said around the pages: links to order by, a leader's own words about her goods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.poster import Poster
from bot.texts.wording import day_and_clock, money, pickup
from models.views import RoundView


def order_pages(pages: Sequence[tuple[str, str]], *, is_personal: bool) -> str:
    """(title, link) of each round that is open."""
    lines = [f"【{title}】\n{link}" for title, link in pages]
    warning = "\n链接是您自己的，15分钟内点开一次，请不要转发。" if is_personal else ""
    return "\n".join(["点开就能选，和打字下单是同一张订单：", *lines]) + warning


def recommended(name: str, words: str | None) -> str:
    if words is None:
        return f"{name}的推荐语去掉了。"
    return f"记好了，邻居在下单页面上会看到：\n{name}：{words}\n要配照片，请发“后台”，打开这一团的“推荐和照片”。"


def poster_facts(round_: RoundView, leader: str, url: str) -> dict[str, Any]:
    """The plain values a poster is made of later."""
    return {
        "leader": leader,
        "title": round_.title,
        "goods": [[o.name, o.spec, o.price_fen, o.unit] for o in round_.offers if not o.is_withdrawn],
        "closes_at": round_.closes_at.isoformat() if round_.closes_at else None,
        "pickup": pickup(round_),
        "url": url,
    }


def poster(facts: Mapping[str, Any]) -> Poster:
    """The words of a poster; nothing on it depends on the day it is read."""
    closes_at = datetime.fromisoformat(facts["closes_at"]) if facts["closes_at"] else None
    when = [f"截单：{day_and_clock(closes_at)}"] if closes_at else []
    where = [f"取货：{facts['pickup']}"] if facts["pickup"] else []
    goods = []
    for name, spec, fen, unit in facts["goods"]:
        goods.append((f"{name} {spec}" if spec and spec not in name else name, f"{money(fen)}/{unit}"))
    return Poster(
        leader=f"团长 {facts['leader']}",
        title=facts["title"],
        goods=goods,
        facts=[*when, *where],
        call="扫码看图下单",
        more="还有 %d 样，扫码看",
        url=facts["url"],
    )


def poster_follows(title: str, link: str) -> str:
    return f"“{title}”的海报随后发给您；收不到就打开这个链接，长按保存：\n{link}"
