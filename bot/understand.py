"""From a text to a command: the words leaders and residents use for everything but the goods themselves.

Pure. What is said about goods (orders, posts, 接龙, codes, times) is read by `bot.parsing`; this module knows the
keywords around it and decides, by who is speaking, which reading applies. A keyword must be the whole message or its
beginning, so that 「草莓到货了吗」 from a neighbour is a question and never an order of the leader's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot import commands as c
from bot.parsing.catalogue import Catalogue
from bot.parsing.chain import looks_like_chain, read_chain
from bot.parsing.codes import read_codes_with_lines
from bot.parsing.normalise import normalise
from bot.parsing.numerals import chinese_value
from bot.parsing.orders import read_order
from bot.parsing.post import looks_like_post, read_post
from bot.parsing.post_prices import amount_fen
from bot.parsing.rooms import find_phones, find_room
from bot.parsing.times import read_deadline, read_duration
from bot.parsing.values import Line, OrderReading

_BARE_NUMBER = re.compile(r"第?\s*(\d{1,3}|[一两二三四五六七八九十]{1,3})\s*(?:个|号|项|[^\d\s]{1,2})?[。.!！]?")
_LONGEST = 4000  # characters of a message that are looked at for keywords


@dataclass(frozen=True, slots=True)
class Situation:
    """Who speaks, what is for sale, what he has ordered, and when."""

    now: datetime
    catalogue: Catalogue
    prior: tuple[Line, ...] = ()
    is_leader: bool = False
    is_helper: bool = False
    leader_name: str | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """One message in the spellings the rules need: as typed, normalised, and without outer punctuation."""

    raw: str
    plain: str
    situation: Situation


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str], _Said], c.Command | None]]


def understand(text: str, situation: Situation) -> c.Command:
    """The command in a message; `Unknown` when there is none. Never raises for any text."""
    raw = text.strip()
    said = _Said(raw, normalise(raw[:_LONGEST]).text.strip(" \n。.!！?？~,，;；"), situation)
    for rules in (_EVERYBODY, _LEADER if situation.is_leader else _RESIDENT):
        for pattern, build in rules:
            match = pattern.fullmatch(said.plain)
            command = build(match, said) if match else None
            if command is not None:
                return command
    return (_shaped(said) if situation.is_leader else None) or _codes(said) or _about_goods(said)


def bare_number(text: str) -> int | None:
    """The one number a message consists of (2, 第二个, 两盒), or None."""
    match = _BARE_NUMBER.fullmatch(normalise(text[:20]).text.strip())
    if match is None:
        return None
    return int(match[1]) if match[1].isdigit() else chinese_value(match[1])


def _shaped(said: _Said) -> c.Command | None:
    """A leader's pasted 接龙 or 开团 post."""
    situation = said.situation
    if looks_like_chain(said.raw):
        return c.ApplyChain(read_chain(said.raw, situation.catalogue, leader_name=situation.leader_name))
    if looks_like_post(said.raw):
        return c.PostRound(read_post(said.raw, situation.now), said.raw)
    return None


def _codes(said: _Said) -> c.Command | None:
    """Pickup codes, when a leader or helper sends nothing else (or begins with one)."""
    if not (said.situation.is_leader or said.situation.is_helper):
        return None
    found = read_codes_with_lines(said.raw)
    starts = re.match(r"(?:核销|取货码?|提货码?|码|验证|[\s:,，、是为])*\d", said.plain)
    return c.Redeem(found) if found and starts else None


def _about_goods(said: _Said) -> c.Command:
    situation = said.situation
    reading = read_order(
        said.raw, situation.catalogue, role="leader" if situation.is_leader else "resident", prior=situation.prior
    )
    return _command(reading, said)


def _command(reading: OrderReading, said: _Said) -> c.Command:
    match reading.action:
        case "order" | "amend":
            return _change(reading, said)
        case "ambiguous":
            return _change(reading, said) if reading.lines or reading.doubts else c.Unknown(said.raw, "unclear")
        case "cancel" if not reading.lines:
            return c.CancelOrder()
        case "cancel":
            return _change(reading, said)
        case "help":
            return c.Help()
        case "query":
            return _question(reading.topic, said)
        case _:
            return _not_an_order(reading, said)


def _change(reading: OrderReading, said: _Said) -> c.ChangeOrder:
    ops = {line.op for line in reading.lines}
    removes = any(line.op == "set" and line.quantity_milli == 0 for line in reading.lines)
    sets = any(line.op == "set" and line.quantity_milli > 0 for line in reading.lines)
    return c.ChangeOrder(
        lines=reading.lines,
        doubts=reading.doubts,
        room=reading.room,
        phone=reading.phone,
        name=reading.name,
        note=reading.note,
        is_exchange=removes and sets and ops == {"set"} and "换" in said.plain,
        is_for_guest=said.situation.is_leader and bool(reading.name),
    )


def _question(topic: str | None, said: _Said) -> c.Command:
    if topic == "my_order":
        return c.MyOrders()
    if topic == "code":
        return c.MyCode()
    return c.ShowMenu(topic)


def _not_an_order(reading: OrderReading, said: _Said) -> c.Command:
    if reading.topic == "aftersale" and not said.situation.is_leader:
        return c.OpenCase(said.raw)
    if reading.topic == "payment" and not said.situation.is_leader:
        return c.ClaimPaid()
    return c.Unknown(said.raw, reading.topic)


# ------------------------------------------------------------------ tables of words
def _rule(pattern: str, build: Callable[[re.Match[str], _Said], c.Command | None]) -> _Rule:
    return re.compile(pattern, re.DOTALL), build


def _just(command: c.Command) -> Callable[[re.Match[str], _Said], c.Command]:
    return lambda match, said: command


def _number(text: str | None) -> int | None:
    """12, 十二; None when there is nothing or no number."""
    if not text:
        return None
    return int(text) if text.isdigit() else chinese_value(text)


def _nth(match: re.Match[str]) -> int | None:
    return _number(match.groupdict().get("nth"))


def _milli(text: str) -> int:
    return round(float(text) * 1000)


_WHICH = r"(?:\s*第?\s*(?P<nth>\d{1,2}|[一二三四五六七八九十])\s*(?:团|个|期)?)?"
_CASE = r"\s*s?\s*(?P<number>\d{1,6})\s*"
_AMOUNT = r"(?P<amount>[¥]?\s*\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块钱?)?"

_EVERYBODY: tuple[_Rule, ...] = (
    _rule(r"帮助|help|怎么用|使用说明|说明|指令|功能|教程|\?|菜单说明", _just(c.Help())),
    _rule(r"更多|继续|下一页|more", _just(c.More())),
    _rule(r"确认|确定|是的?|对的?|好的?|ok|yes|可以|没问题|同意|发布|确认发布", _just(c.Confirm())),
    _rule(r"算了|不用了|取消操作|放弃|返回|no|不是|不对|不了", _just(c.Dismiss())),
    _rule(
        r"(?:绑定|团长|加入|跟)?\s*l\s*(?P<number>\d{1,6})",
        lambda m, said: c.BindLeader(int(m["number"])),
    ),
    _rule(
        r"(?:我要|我想|申请)(?:当|做|成为)?团长\s*(?P<rest>.*)|成为团长\s*(?P<rest2>.*)",
        lambda m, said: _application(m, said),
    ),
    _rule(r"退订(?:通知|消息|推送)?|不要(?:再)?(?:通知|推送)(?:我)?|关闭通知", _just(c.SetMuted(True))),
    _rule(r"订阅(?:通知)?|恢复通知|打开通知|重新订阅", _just(c.SetMuted(False))),
    _rule(r"导出我的(?:资料|数据|信息)|我的(?:资料|数据)", _just(c.ExportMe())),
    _rule(r"(?:删除|注销|清除)我的(?:资料|数据|信息|账号|帐号)", _just(c.EraseMe())),
    _rule(r"我的(?:订单|单子?|接龙)|查(?:看)?(?:我的)?订单|我订了(?:啥|什么|哪些|多少)|订单", _just(c.MyOrders())),
    _rule(r"(?:我的)?(?:取货|提货|自提)码|二维码|码", _just(c.MyCode())),
    _rule(r"我(?:是|叫|住在?)\s*(?P<rest>.{1,40})", lambda m, said: _introduction(m["rest"], said)),
)

_RESIDENT: tuple[_Rule, ...] = (
    _rule(r"团购|菜单|商品|有什么|今天有什么|在团什么|现在有什么|开团了吗|看看|列表|list|menu", _just(c.ShowMenu())),
    _rule(r"(?:联系|告诉|转告|问(?:一?下)?|找)团长\s*[:,，]?\s*(?P<rest>.*)", lambda m, said: c.ContactLeader(_rest(said, m))),
    _rule(r"(?:售后|申请售后|退款|投诉)\s*[:,，]?\s*(?P<rest>.*)", lambda m, said: c.OpenCase(_rest(said, m))),
    _rule(r"(?:我)?(?:已|已经)?(?:付款?了?|付过了?|转账?了|转过了|已付款?|付好了|钱转了|转了)(?:已?经?)?", _just(c.ClaimPaid())),
    _rule(r"(?:全部|都|全都)?(?:取消|撤销|退掉|删除)(?:我的)?(?:全部|所有)?(?:订单|接龙|单子?)?|(?:全部|都|全)不要了|不要了", _just(c.CancelOrder())),
)  # fmt: skip

_LEADER: tuple[_Rule, ...] = (
    _rule(r"团购|菜单|商品|当前团购|在团", _just(c.ShowMenu())),
    _rule(r"(?:统计|汇总|合计|总数|多少单了?|看?数据)" + _WHICH, lambda m, said: c.ShowTotals(_nth(m))),
    _rule(r"(?:名单|接龙名单|订单列表|全部订单|明细)" + _WHICH, lambda m, said: c.ShowList("all", _nth(m))),
    _rule(r"(?:未付|没付款?的?|谁没付(?:钱|款)?|未付款|催款)" + _WHICH, lambda m, said: c.ShowList("unpaid", _nth(m))),
    _rule(
        r"(?:未取|没取的?|没来的?|谁没(?:来|取)|未提|没提的?)" + _WHICH,
        lambda m, said: c.ShowList("uncollected", _nth(m)),
    ),
    _rule(r"(?:导出|导出(?:订单|表格|excel)|表格|excel)" + _WHICH, lambda m, said: c.Export(_nth(m))),
    _rule(r"(?:截单|截团|结团|收单|截止|停止接单)" + _WHICH, lambda m, said: c.CloseRound(_nth(m))),
    _rule(r"(?:延长|延后|推迟|延期)\s*(?P<rest>.*)", lambda m, said: _extension(m["rest"], said)),
    _rule(
        r"(?:改截单|截单(?:时间)?改到?|改截止|截止(?:时间)?改到?|改时间)\s*(?P<rest>.+)",
        lambda m, said: _deadline(m["rest"], said, is_reopening=False),
    ),
    _rule(r"(?:重开|重新开团|再开)\s*(?P<rest>.*)", lambda m, said: _deadline(m["rest"], said, is_reopening=True)),
    _rule(
        r"改价\s*(?P<number>\d{1,2})\s*[号:：]?\s+" + _AMOUNT,
        lambda m, said: _price(m),
    ),
    _rule(
        r"(?P<word>加量|加货|限量|改量|库存)\s*(?P<number>\d{1,2})\s*[号:：]?\s+(?P<count>\d{1,4}(?:\.\d)?)\s*\S{0,2}",
        lambda m, said: c.SetCapacity(int(m["number"]), _milli(m["count"]), is_more=m["word"] in {"加量", "加货"}),
    ),
    _rule(r"(?P<word>下架|上架)\s*(?P<number>\d{1,2})\s*号?", lambda m, said: c.Withdraw(int(m["number"]), m["word"] == "下架")),
    _rule(r"(?:加品|加商品|新增|加一个|上新)\s*(?P<rest>.+)", lambda m, said: _additions(said, m)),
    _rule(r"(?:再来一团|再开一团|复制上一团|老样子开团|照旧开团|再团一次)\s*(?P<rest>.*)", lambda m, said: c.CopyRound(_rest(said, m))),
    _rule(
        r"(?:撤团|取消(?:这|本)?团|团取消了?)" + _WHICH + r"\s*(?P<rest>.*)",
        lambda m, said: c.CancelRound(_rest(said, m) or None, _nth(m)),
    ),
    _rule(r"(?:到货|货到了?|已到货|货来了|到了)\s*(?P<rest>.*)", lambda m, said: _arrival(m["rest"], said)),
    _rule(r"(?:撤销|撤回|撤销核销|反核销)\s*(?P<rest>\d[\d\s\-]{4,8}\d)", lambda m, said: _annulment(m["rest"])),
    _rule(r"(?:收|已收|收到|收款|已付|付了|收钱)\s*(?P<rest>\S.*)", lambda m, said: _payment(m["rest"])),
    _rule(r"售后(?:列表|单)?", _just(c.ListCases())),
    _rule(r"售后\s*(?P<rest>\S.*)", lambda m, said: _case_for(said, m)),
    _rule(r"退(?:款)?" + _CASE + r"(?:(?P<all>全额|全部|全退|全)|" + _AMOUNT + r")?", lambda m, said: _refund(m)),
    _rule(r"补(?:货|发)?" + _CASE, lambda m, said: c.DecideCase(int(m["number"]), "replacement")),
    _rule(
        r"(?:拒绝?|驳回)" + _CASE + r"(?P<rest>.*)",
        lambda m, said: c.DecideCase(int(m["number"]), "reject", reason=_rest(said, m) or None),
    ),
    _rule(r"转平台" + _CASE, lambda m, said: c.DecideCase(int(m["number"]), "escalate")),
    _rule(r"(?:回|回复)\s*#?(?P<number>\d{1,6})[\s:：,，]+(?P<rest>\S.*)", lambda m, said: c.AnswerRelay(int(m["number"]), _rest(said, m))),
    _rule(r"(?:代|帮|替)\s*(?P<rest>\S.*)", lambda m, said: _for_guest(said, m)),
    _rule(r"(?:加|添加|邀请)(?:核销员|帮手|助手)\s*(?P<rest>.{0,20})", lambda m, said: c.AddHelper(_rest(said, m))),
    _rule(r"(?:我的)?(?:主页|名片|邀请码|专属码|链接|团长码)", _just(c.LeaderPage())),
    _rule(r"后台|管理|管理后台|控制台|登录", _just(c.Console())),
)  # fmt: skip


def _rest(said: _Said, match: re.Match[str]) -> str:
    """What follows the keyword, as it was typed."""
    rest = match["rest"].strip()
    raw = said.raw.rstrip()
    return raw[len(raw) - len(rest) :].strip(" :：,，") if rest and raw.lower().endswith(rest) else rest


def _application(match: re.Match[str], said: _Said) -> c.Command:
    words = (match["rest"] or match["rest2"] or "").strip(" :,，").split(None, 1)
    return c.ApplyAsLeader(name=words[0] if words else "", note=words[1] if len(words) > 1 else None)


def _introduction(rest: str, said: _Said) -> c.Command | None:
    """我是 3栋502 王姐: only when a room or a phone is said, or nothing but a short name; else it is talk."""
    room, phones = find_room(rest), find_phones(rest)
    name = rest
    spans = [(phone.start, phone.end) for phone in phones] + ([(room.start, room.end)] if room else [])
    for start, end in spans:
        name = name.replace(rest[start:end], " ")
    name = name.strip(" ,，。的、室住")
    if not room and not phones and not re.fullmatch(r"[^\W\d]{1,6}", name):
        return None
    if re.search(r"[要来订加份盒斤]|团长|\d", name):
        return None
    return c.Introduce(
        name=name[:20] or None, room=room.room if room else None, phone=phones[0].value if phones else None
    )


def _extension(rest: str, said: _Said) -> c.Command | None:
    by = read_duration(rest)
    if by is not None:
        return c.SetDeadline(by=by)
    at = read_deadline(rest, said.situation.now)
    return c.SetDeadline(at=at) if at else c.SetDeadline()


def _deadline(rest: str, said: _Said, *, is_reopening: bool) -> c.Command:
    by = read_duration(rest) if is_reopening else None
    if by is not None:
        return c.SetDeadline(by=by, is_reopening=True)
    return c.SetDeadline(at=read_deadline(rest, said.situation.now), is_reopening=is_reopening)


def _price(match: re.Match[str]) -> c.Command | None:
    fen = amount_fen(match["amount"])
    return c.SetPrice(int(match["number"]), fen) if fen is not None else None


def _additions(said: _Said, match: re.Match[str]) -> c.Command | None:
    reading = read_post(_rest(said, match), said.situation.now)
    return c.AddOffers(reading.items) if reading.items else None


def _arrival(rest: str, said: _Said) -> c.Command | None:
    """到货 草莓少3 鸡蛋破2. A question (到货了吗) is none."""
    if re.search(r"[吗没嘛呢?]|什么时候|几点", rest):
        return None
    if not rest:
        return c.MarkArrived()
    if nth := re.fullmatch(r"第?\s*(\d{1,2})\s*(?:团|期)?", rest):
        return c.MarkArrived(nth=int(nth[1]))
    return c.MarkArrived(missing=rest)


def _annulment(digits: str) -> c.Command | None:
    code = re.sub(r"\D", "", digits)
    return c.Annul(code) if len(code) == 6 else None


def _payment(rest: str) -> c.Command | None:
    """收 12 45: 接龙 numbers. 已付 3-502: a room. 收 12 30元: a part."""
    rest = rest.strip()
    if re.fullmatch(r"[#]?\d{1,4}(?:[\s,，、#号]+\d{1,4})*号?", rest):
        return c.MarkPaid(seqs=tuple(dict.fromkeys(int(n) for n in re.findall(r"\d+", rest))))
    if part := re.fullmatch(r"#?(\d{1,4})号?\s+[¥]?(\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块钱?)", rest):
        return c.MarkPaid(seqs=(int(part[1]),), amount_fen=round(float(part[2]) * 100))
    room = find_room(rest)
    if room and room.end - room.start >= len(rest) - 2:
        return c.MarkPaid(room=room.room)
    return None


def _case_for(said: _Said, match: re.Match[str]) -> c.Command | None:
    rest = _rest(said, match)
    pairs = read_codes_with_lines(rest)
    return c.OpenCase(pairs[0][1], code=pairs[0][0]) if pairs else None


def _refund(match: re.Match[str]) -> c.Command | None:
    if "s" not in match[0] and not match["all"] and not match["amount"]:
        return None  # 退2 is not a case
    amount = amount_fen(match["amount"]) if match["amount"] else None
    return c.DecideCase(int(match["number"]), "refund", amount_fen=amount)


def _for_guest(said: _Said, match: re.Match[str]) -> c.Command | None:
    """代 3-502 王姐 草莓2 鸡蛋1."""
    rest = _rest(said, match)
    reading = read_order(rest, said.situation.catalogue, role="leader")
    if not reading.lines and not reading.doubts:
        return None
    name = reading.name or _leading_name(rest)
    return c.ChangeOrder(
        lines=reading.lines,
        doubts=reading.doubts,
        room=reading.room,
        phone=reading.phone,
        name=name,
        note=reading.note,
        is_for_guest=True,
    )


def _leading_name(rest: str) -> str | None:
    """The word beside the room: 3-502 王姐 草莓2."""
    room = find_room(rest)
    words = (rest[: room.start] + " " + rest[room.end :] if room else rest).split()
    first = words[0] if words else ""
    return first if re.fullmatch(r"[^\W\d]{1,6}", first) else None
