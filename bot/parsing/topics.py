# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""What a question or a remark is about, and whether it asks how the bot works."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.segments import Segment

_HELP: Final = re.compile(
    r"^[\s?]*(?:帮助|help|菜单|使用说明|说明|功能|指令|命令|怎么用|如何使用|使用方法|教程|帮忙|\?+)[\s?!。]*$"
    r"|(?:怎么|怎样|如何|咋|点样|how (?:to|do i))(?:在|跟|向)?(?:你|您|群|这|里|这边|这里|我|可以|才能|能|去){0,3}(?:下单|订购|订|买|接龙|参加(?:团购|接龙|拼团)?|加入|报名|参与|参团|用|操作|购买|取消|修改|改单|退单|order)(?!的|了)(?:[^0-9]{0,4}|[^0-9,。]{0,2}\s.{0,2}第一次\S{0,5}|[?。,][^0-9]{0,14})$|你是机器人|你(?:会|能|可以)(?:干|做|弄|帮我做)?(?:啥|什么|嘛|些什么)|能做什么|教教?我.{0,8}(?:怎么|咋|用|弄)|怎么玩"
    r"|^我?(?:要|想)(?:买|订)(?:东西|菜|货)$|^(?:怎么|如何)(?:付款|支付|付钱)"
)
_TOPICS: Final = (
    ("aftersale", re.compile(r"坏|碎|烂|臭|霉|馊|破|漏|死|少给|少发|发错|送错|退款|退钱|赔|投诉|不新鲜|没收到|难吃|变质|异味|蔫|化了")),
    ("code", re.compile(r"取[货件]码|提货码|取件码|自提码|核销码|验证码|码多少|code")),
    ("deadline", re.compile(r"截单|截止|截团|几点截|结束|最晚|什么时候停|收单")),
    ("my_order", re.compile(r"我的?(?:订单|单子)|我(?:订|买|要|下|定|点|报)了|我(?:刚才|刚刚|刚|上午|昨天|之前)(?:订|买|要|下|定|点|报)的?(?:了|啥|什么|多少|是)|订了(?:没|吗|几|什么|多少)|我订|查.{0,3}订单|记上了吗|登记了吗")),
    ("arrival", re.compile(r"到货|到了[吗没]|什么时候到|几[点时号].{0,3}到|啥时候到|何时到|几号到|到没|发货|能到|送到")),
    ("pickup", re.compile(r"在?哪.{0,2}[拿取提领]|自提|取货|提货|拿货|攞货|几点.{0,4}[拿取]|边度攞|去哪|哪里|(?:明天|后天|晚[点上]|改天|周[一二三四五六日末]).{0,3}[拿取领].{0,2}(?:行|可以|好|得)")),
    ("price", re.compile(r"多少钱|几钱|几钿|几多钱|价格|价钱|单价|怎么卖|咋卖|什么价|啥价|便宜|贵|几块|几元|how much|优惠|打折|包邮|运费")),
    ("stock", re.compile(r"还有(?:没有)?|有没有|有吗|有货|有冇|库存|剩|卖完|够不够|能下单|还能[要买订]|阿有")),
    ("payment", re.compile(r"付|转账|转你|收款|红包|支付|钱")),
    ("catalog", re.compile(r"有什么|有啥|哪些|今天.{0,3}(?:卖|有)|团什么|菜单|几样|什么东西")),
    ("delivery", re.compile(r"几[点号].{0,2}送|(?:什么时候|啥时候|何时|多久).{0,2}送|送货|送上门|配送|上门|送吗|能送")),
    ("spec", re.compile(r"甜|酸|新鲜|多大|多重|几[个斤枚片]|产地|规格|保质期|日期|好吃|什么|哪里产|熟|辣|大不大|吗")),
)  # fmt: skip


def is_help(text: str) -> bool:
    """Does the message ask how to use the bot?"""
    return _HELP.search(text.strip()) is not None


def topic_of(text: str, found: list[Segment]) -> str | None:
    """The subject of a question or remark, for the handler that answers; None when it has none."""
    if any(segment.verdict == "pay" for segment in found):
        return "payment"
    return next((topic for topic, pattern in _TOPICS if pattern.search(text)), None)
