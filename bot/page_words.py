"""What a leader looks for by its everyday name: papers, her own page, how much to buy in. Pure; see `bot.understand`."""
# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice

from __future__ import annotations

import re

from bot import commands as c
from bot.said import WHICH, Rule, Said, just, nth_of, rule

_PAPER = re.compile(r"打印|[货拣收送]单|标签|单据|小票")


def _is_sold(goods: str, said: Said) -> bool:
    return bool(said.situation.catalogue.names.get(goods) or said.situation.catalogue.resolve(goods))


PAGES: tuple[Rule, ...] = (
    rule(
        r"(?:现在|今天|到现在|一共|这[团期次]|有)*(?:几|多少)(?:个人|人|位|家|户|单)(?:都|已经)?(?:订|下|买|接|报)(?:单|龙|了)*",
        just(c.ShowTotals()),
    ),
    rule(
        r"(?:都|有|看)*(?:谁|哪些人?|哪几[位家户个])(?:都|已经)?(?:订|要|买|点|下单)(?:了|过|的)?(?:单|货)?(?P<goods>[^\s\d,，。]{0,12})",
        lambda m, said: c.ShowList("all") if not m["goods"] or _is_sold(m["goods"], said) else None,
    ),
    rule(
        r"(?:我要|我想|要|去|帮我|怎么|在哪|哪里|看|发)*(?:打印?|打)?(?:一?下)?(?:送货单|配送单|分拣单|取货单|拿货单|签收单|标签|单据|单子|小票)?(?:打印?|打)?(?:出来|一下|一份)?"
        + WHICH,
        lambda m, said: c.Console("papers", nth_of(m)) if _PAPER.search(said.plain) else None,
    ),
    rule(
        r"(?:我要|我想|想|要|怎么|帮我|给我|在哪|哪里)*(?:换|改|修改|更换|设置|上传|加)(?:一?下|一?个|一?张)?(?:我的)?"
        r"(?:头像|照片|店名|名字|店铺名?称?|昵称|称呼|介绍|简介|封面|资料|自提点)(?:在哪|怎么改|怎么弄)?[吗呢?]?",
        just(c.Console("profile")),
    ),
    rule(
        r"(?:这次|这[团期]|一共|总共|我?[要得该]|现在|看)*(?:进|拿|备|采购?|订)(?:多少|几|什么|哪些)货|(?:看看?|出)?(?:进货|采购|备货|拿货|要货)(?:单|清单|数|数量|量)"
        + WHICH,
        lambda m, said: c.ShowTotals(nth_of(m)),
    ),
)
