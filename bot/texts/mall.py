"""What is said around the pages: links to order by, a leader's own words about her goods."""

from __future__ import annotations

from collections.abc import Sequence


def order_pages(pages: Sequence[tuple[str, str]], *, is_personal: bool) -> str:
    """(title, link) of each round that is open."""
    lines = [f"【{title}】\n{link}" for title, link in pages]
    warning = "\n链接是您自己的，15分钟内点开一次，请不要转发。" if is_personal else ""
    return "\n".join(["点开就能选，和打字下单是同一张订单：", *lines]) + warning


def recommended(name: str, words: str | None) -> str:
    if words is None:
        return f"{name}的推荐语去掉了。"
    return f"记好了，邻居在下单页面上会看到：\n{name}：{words}\n要配照片，请发“后台”，打开这一团的“推荐和照片”。"
