"""What a leader says of money: who paid, how to pay, fees, settlements. Pure tables; see `bot.understand`."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from bot import commands as c
from bot.parsing.post_prices import amount_fen
from bot.parsing.rooms import find_room
from bot.parsing.times import read_duration
from bot.said import WHICH, Rule, just, nth_of, rest_of, rule


def _slip(rest: str) -> c.Command | None:
    """收错 12: one 接龙 number. 收错 3-502: a room."""
    found = _payment(rest)
    if not isinstance(found, c.MarkPaid) or len(found.seqs) > 1 or found.amount_fen is not None:
        return c.Unknown(rest, "how:收错")
    return c.UndoPaid(seqs=found.seqs, room=found.room)


def _payment(rest: str) -> c.Command | None:
    """收 12 45: 接龙 numbers. 已付 3-502: a room. 收 12 30元: a part."""
    rest = rest.strip()
    if re.fullmatch(r"[#]?\d{1,4}(?:[\s,，、#号]+\d{1,4})*号?", rest):
        return c.MarkPaid(seqs=tuple(dict.fromkeys(int(n) for n in re.findall(r"\d+", rest))))
    if part := re.fullmatch(r"#?(\d{1,4})号?\s+[¥]?(\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块钱?)", rest):
        return c.MarkPaid(seqs=(int(part[1]),), amount_fen=int(Decimal(part[2]) * 100))
    room = find_room(rest)
    if room and room.end - room.start >= len(rest) - 2:
        return c.MarkPaid(room=room.room)
    return None


_MODES: tuple[tuple[str, Literal["pickup", "transfer", "wechat"]], ...] = (
    (r"微信支付|在线(?:付|支付)", "wechat"),
    (r"先?(?:转账|群收款|收款码|扫码|先付|预付|先收钱)", "transfer"),
    (r"取货(?:时)?(?:再)?付款?|到付|当面付?|货到付款|现付", "pickup"),
)


def _paying(rest: str) -> c.Command:
    """收款方式 转账 扫门口的收款码: the mode, then her own words for the neighbours."""
    for pattern, mode in _MODES:
        if found := re.match(rf"(?:{pattern})[\s,，:：]*", rest):
            return c.SetPaying(mode=mode, note=rest[found.end() :].strip() or None)
    return c.Unknown(rest, "how:收款方式") if rest else c.SetPaying()


_SUM = r"[¥]?(\d{1,4}(?:\.\d{1,2})?)(?:元|块钱?)?"
_OFF = r"(?:关(?:闭|掉|了)?|不要了?|不收了?|取消|停)"


def _fee(field: Literal["order_fen", "unit_fen", "min_fen", "transport_fen"], rest: str) -> c.Command:
    """配送费 3元 满50免 / 起订 30 / 每件费 关."""
    rest = rest.strip()
    if re.fullmatch(_OFF, rest):
        return replace(c.SetFees(), **{field: 0})
    free = rf"(?:[\s,，]*满{_SUM}(?:就)?(?:免|不收)(?:费|配送费|运费)?)?" if field == "order_fen" else ""
    found = re.fullmatch(rf"{_SUM}(?:一单|每单|/单|一件|每件|/件|起送|起订)?{free}", rest)
    if not found:
        return c.Unknown(rest, "how:收费")
    free_from = amount_fen(found[2]) if free and found[2] else None
    return replace(c.SetFees(), **{field: amount_fen(found[1]), "free_from_fen": free_from})


def _auto_cancel(rest: str) -> c.Command | None:
    """自动取消 24小时 / 自动取消 关."""
    if re.fullmatch(r"关(?:闭|掉|了)?|不要了?|停", rest):
        return c.SetPaying(cancel_after_h=0)
    by = None if rest.startswith(("-", "负", "+")) else read_duration(rest)
    if by is None:
        return c.Unknown(rest, "how:自动取消")
    return c.SetPaying(cancel_after_h=max(1, round(by.total_seconds() / 3600)))


MONEY: tuple[Rule, ...] = (
    rule(r"(?:收错|撤销收款|收款撤销)了?\s*(?P<rest>.*)", lambda m, said: _slip(m["rest"])),
    rule(r"(?:收|已收|收到|收款|已付|付了|收钱)\s*(?P<rest>\S.*)", lambda m, said: _payment(m["rest"])),
    rule(r"(?:待退|要退的?钱?|谁要退钱|该退的?钱?)", just(c.GiveBack())),
    rule(r"(?:收款|付款|支付)(?:方式|办法|设置)\s*[:：]?\s*(?P<rest>.*)", lambda m, said: _paying(rest_of(said, m))),
    rule(r"收费(?:方式|办法|设置)?", just(c.SetFees())),
    rule(r"(?:配送费|打包费|服务费)\s*[:：]?\s*(?P<rest>.+)", lambda m, said: _fee("order_fen", m["rest"])),
    rule(r"(?:每件费|按件收费|每件加收)\s*[:：]?\s*(?P<rest>.+)", lambda m, said: _fee("unit_fen", m["rest"])),
    rule(r"(?:起订|起送|起订金额|起送金额)\s*[:：]?\s*(?P<rest>.+)", lambda m, said: _fee("min_fen", m["rest"])),
    rule(r"(?:分摊运费|运费分摊|平摊运费)\s*[:：]?\s*(?P<rest>.+)", lambda m, said: _fee("transport_fen", m["rest"])),
    rule(r"(?:未付)?自动取消\s*(?P<rest>.*)", lambda m, said: _auto_cancel(m["rest"])),
    rule(
        r"(?:我的?|这期的?|上期的?|平台)*(?:佣金|提成|货款|结算款|钱|款)?(?:什么时候|啥时候|几时|几号|多久|哪天)(?:能|会|可以|才)?(?:到账?|到|结算?|打款?|打钱|给我?|发|转|下来)(?:给我|账|款|钱)*(?:啊|呢)?"
        r"|平台(?:什么时候|啥时候|几时|几号)(?:给我)?(?:打款|打钱|转账|结算|结)(?:给我)?|(?:佣金|提成|款|钱)?(?:打款|到账|结算|打钱)了(?:吗|没有?)|(?:佣金|提成)(?:有)?(?:多少|呢|到了吗|到账了吗)?"
        r"|我?(?:这[团期次])?(?:能|可以)(?:拿|分|得|赚|挣)(?:到)?多少(?:钱|提成|佣金)?|账(?:对不对|对得上吗?|目)|对(?:一?下)?账",
        lambda m, said: c.ShowSettlement(),
    ),
    rule(
        r"(?:结算单?|结账|算账|对账单?|我的提成|提成|我?(?:这[团期次]|这个?月|上个?月|本月|今天|最近|一共|总共|我|到现在)*(?:能|可以)?(?:赚|挣|得)(?:到)?了?多少(?:钱|提成)?了?)"
        + WHICH,
        lambda m, said: c.ShowSettlement(nth_of(m)),
    ),
)
