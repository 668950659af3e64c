"""Asking how things go (a first round, becoming a leader, another leader, who answers here), and 谁说我不要了. Pure."""

from __future__ import annotations

import re

from bot import commands as c
from bot.said import Rule, Said, rule

_ROUND = r"(?:开|发起?|新建|建|弄|搞)(?:个|一个|新的?|一)*团购?"
_HOW = r"(?:怎么样?|如何|怎样|咋)"


def _opening(match: re.Match[str], said: Said) -> c.Command | None:
    """A leader who only says 开团 is shown how; from somebody else that is a question about what is sold."""
    if said.situation.is_leader:
        return c.Unknown(said.raw, "how:开团")
    return c.ApplyAsLeader("") if match["wish"] else None


_SHORT = {"退款": "退", "补货": "补", "加货": "加量"}


def _how_leaders(match: re.Match[str], said: Said, word: str = "") -> c.Command | None:
    """怎么改价: how a leader writes it."""
    asked = word or match["word"]
    return c.Unknown(said.raw, f"how:{_SHORT.get(asked, asked)}") if said.situation.is_leader else None


def _how_to_cancel(match: re.Match[str], said: Said) -> c.Command | None:
    """取消, from a leader who has nothing of her own that it could be."""
    return None if said.situation.prior else _how_leaders(match, said, "取消")


FIRST_STEPS: tuple[Rule, ...] = (
    rule(rf"#?\s*(?P<wish>(?:我们?|也|{_HOW}|想要?|要|可以|能|自己)*){_ROUND}(?:啦|呢|啊|呀)?", _opening),
    rule(
        rf"(?:请问)?(?:我|要)*{_HOW}(?:才|可以|能|去)*(?:当|做|成为|申请)(?:上|你们的?)?团长(?:呢|啊|呀)?",
        lambda match, said: None if said.situation.is_leader else c.ApplyAsLeader(""),
    ),
    rule(
        rf"(?:请问|我|想|要)*{_HOW}(?:才|可以|能|去|给|把|邻居|商品)*(?P<word>改价|加量|加货|限量|限购|下架|上架|加品|延长|重开|改截单|改自提"
        r"|截单|撤团|加核销员|核销|撤销|收款方式|收错|退款?|补货?|别名|推荐|整箱|售后|自动取消|收费|取消)(?:了|啊|呢|呀)?",
        _how_leaders,
    ),
    rule(r"取消|我?(?:要|想)?退团|撤单", _how_to_cancel),
    rule(
        r"\d{5}|\d{7,8}",
        lambda match, said: c.Unknown(said.raw, "code_length") if said.situation.is_leader else None,
    ),
    rule(
        r"(?:谁|哪个)(?:跟你|给你)?[说讲].{0,14}(?:不要|不订|取消|退).{0,3}|我(?:又|可|都)?没[说讲].{0,14}(?:不要|取消|退).{0,3}",
        lambda match, said: c.Unknown(said.raw, "stays"),
    ),
    rule(
        rf"(?:我|想要?|要|{_HOW}|可以|能|重新)*(?:换|改|更换|改跟|换成|跟)(?:个|一[个位]|别的|另外?一?[个位]|其他)*的?团长(?:吗|呢)?",
        lambda match, said: c.Unknown(said.raw, "other_leader"),
    ),
    rule(
        r"(?:请问)?[你您](?:到底)?(?:是不是|是)(?:谁|人|真人|活人|人工|机器人?|程序|电脑|ai)(?:还是\S{1,4})?(?:吗|呀|啊|呢)?",
        lambda match, said: c.Unknown(said.raw, "who"),
    ),
)
