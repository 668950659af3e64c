"""What a leader says of goods and neighbours by their names: 草莓改价38, 王姐付了, 3-502取走了. Pure rules.

They come after her keywords, and only where the goods are for sale or the words are shaped like somebody: everything
else is read as an order. Who is meant is looked up where it is done (`handlers`), and asked if several could be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot import commands as c
from bot.everyday_words import for_guest
from bot.parsing.post_prices import amount_fen
from bot.parsing.rooms import find_room
from bot.parsing.values import Item
from bot.said import Rule, Said, first_command, rule

_LONGEST = 40  # characters of such a message; longer ones are something else
_GOODS = r"(?:把)?(?P<goods>[^\s,，。:：]{1,14}?)的?\s*"
_GOODS_AFTER = r"\s*(?P<goods>[^\s\d,，。:：][^\s,，。:：]{0,13})\s+"
_YUAN = r"(?P<fen>[¥]?\s*\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块钱?)"
_MAYBE_YUAN = _YUAN + "?"
_COUNT = r"(?P<count>\d{1,4}(?:\.\d)?)\s*[^\d\s,，。]{0,2}?了?"
_COUNT_OF = r"\s*(?P<count>\d{1,4}(?:\.\d)?)\s*[份盒斤袋箱瓶个枚只桶包板提罐件]?"
SOMEBODY = (
    r"(?!大家|大伙|所有|全部|都|取消|微信|支付宝|现金)"
    r"(?P<who>[^,，。!！?？:：]{1,16}?)\s*(?:的|家)?\s*(?:货款|钱|货|东西)?\s*"
)
JUST = r"(?:已经|刚刚|刚才|已|都|刚|来)*"
_SUM = r"(?:\s*[¥]?(?P<fen>\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块钱?)?)?"
_GIVES = r"(?:微信|支付宝|现金)?(?:付款?|转账?|给钱|交钱|交款|打款)(?:过|好|清|完)?"
_TAKES = r"(?:取|拿|领|提)(?:走|好|完|货|过)*"
_NOBODY = re.compile(
    r"[我俺咱你您她他它谁哪几每]|大家|所有|全部|有人|都|多少|什么|怎么|没|不|未|吗|货款|运费|定金|团款|^(?:钱(?![姐哥叔伯姨婶嫂爷奶妈阿老先女太大])|款|货|今天|明天|昨天|刚才)"
)
_CALLED = re.compile(r"[^\W\d_给帮替加要订来买减退付拿送查找看一二两三四五六七八九十半]{1,4}")
_PERSON = re.compile(r"[^\W\d_]{1,8}")
_SEQ = re.compile(r"(?:接龙)?#?(\d{1,3})号")

Meant = Callable[[re.Match[str], Said], c.Command | None]


def _named(match: re.Match[str], said: Said) -> str | None:
    """The goods as they were called, where something is sold by that name (or by one that sounds or looks like it)."""
    goods, catalogue = match["goods"], said.situation.catalogue
    known = catalogue.names.get(goods) or catalogue.resolve(goods)
    return goods if known is not None and known.keys else None


def _is_on_shelf(goods: str, said: Said) -> bool:
    """Nothing of a round has this name, only goods of the shelf (现货)."""
    known = said.situation.catalogue.names.get(goods) or said.situation.catalogue.resolve(goods)
    items: list[Item] = [said.situation.catalogue.by_key[key] for key in known.keys] if known else []
    return bool(items) and all(item.is_aside for item in items)


def _price(match: re.Match[str], said: Said) -> c.Command | None:
    goods, fen = _named(match, said), amount_fen(match["fen"])
    if goods is None or fen is None:
        return None
    return c.SetShelf(goods, "price", price_fen=fen) if _is_on_shelf(goods, said) else c.SetPrice(0, fen, goods=goods)


def _stock(*, is_more: bool = False, is_left: bool = False) -> Meant:
    def build(match: re.Match[str], said: Said) -> c.Command | None:
        goods, milli = _named(match, said), round(float(match["count"]) * 1000)
        if goods is None:
            return None
        if _is_on_shelf(goods, said):
            return c.SetShelf(goods, "more" if is_more else "stock", quantity_milli=milli)
        return c.SetCapacity(0, milli, is_more=is_more, is_left=is_left, goods=goods)

    return build


def _limit(match: re.Match[str], said: Said) -> c.Command | None:
    count = match.groupdict().get("count")
    milli = round(float(count) * 1000) if count else None
    if number := match.groupdict().get("number"):
        return c.SetLimit(int(number), milli)
    if match["goods"] in {"", "每人", "每户", "每家"} and len(said.situation.catalogue.main) > 1:
        return c.Unknown(said.raw, "how:限购")
    goods = _named(match, said)
    return c.SetLimit(0, milli, goods=goods) if goods and not _is_on_shelf(goods, said) else None


def _more(match: re.Match[str], said: Said) -> c.Command | None:
    """草莓再加10盒, from a leader who has not ordered any herself: asked whether there is more to sell."""
    goods = _named(match, said)
    keys = said.situation.catalogue.names.get(goods or "")
    mine = {line.key for line in said.situation.prior}
    if goods is None or _is_on_shelf(goods, said) or (keys and mine & set(keys.keys)):
        return None
    milli = round(float(match["count"]) * 1000)
    return c.SetCapacity(0, milli, is_more=True, goods=goods, may_be_own=True)


def _of_somebody(match: re.Match[str], said: Said) -> c.Command | None:
    """小周的鸡蛋不要了, 3-502的草莓不要了: taken off a neighbour's order."""
    who = somebody(match, said)
    found = for_guest(match, said) if who else None
    room = find_room(who or "")
    if who is None or room is None or not isinstance(found, c.ChangeOrder):
        return found
    return replace(found, name=(who[: room.start] + who[room.end :]).strip() or None)


def _on_or_off(*, is_off: bool) -> Meant:
    def build(match: re.Match[str], said: Said) -> c.Command | None:
        goods = _named(match, said)
        if goods is None:
            return None
        if _is_on_shelf(goods, said):
            return c.SetShelf(goods, "off" if is_off else "on")
        return c.Withdraw(0, is_off, goods=goods)

    return build


def _missing(match: re.Match[str], said: Said) -> c.Command | None:
    """草莓少了2盒: of a delivery, where none of it is open for orders now; else it might be her own order."""
    if match["goods"] in said.situation.catalogue.names:
        return None
    verb = "坏" if match["verb"] in "烂碎" else match["verb"]
    return c.MarkArrived(missing=f"{match['goods']}{verb}{match['amount']}")


def somebody(match: re.Match[str], said: Said) -> str | None:
    """王姐, 3-502, 12号, 3号楼502王姐: shaped like a neighbour, and not like goods."""
    who = match["who"].strip()
    room = find_room(who)
    if room is not None:
        rest = (who[: room.start] + who[room.end :]).strip(" ,，的室家")
        return who if not rest or (_CALLED.fullmatch(rest) and rest not in said.situation.catalogue.names) else None
    if seq := _SEQ.fullmatch(who):
        return seq[1]
    if re.fullmatch(r"\d{3,4}", who):
        return who
    is_person = (
        len(who) > 1
        and _PERSON.fullmatch(who)
        and not _NOBODY.search(who)
        and who not in said.situation.catalogue.names
    )
    return who if is_person else None


def _find(match: re.Match[str], said: Said) -> c.Command | None:
    who = somebody(match, said)
    return c.FindNeighbour(who) if who else None


def _find_room(match: re.Match[str], said: Said) -> c.Command | None:
    """3-502 / 502 / 3-502 王姐, and nothing else: 3-502 草莓2 is an order."""
    return _find(match, said) if re.fullmatch(r"\d{3,4}", match["who"]) or find_room(match["who"]) else None


def _hand_out(match: re.Match[str], said: Said) -> c.Command | None:
    who = somebody(match, said)
    return c.HandOut(who) if who else None


def _cancel(match: re.Match[str], said: Said) -> c.Command | None:
    """取消3-502的订单: a neighbour's, never the leader's own."""
    who = somebody(match, said)
    if who is None or who.isdigit():
        return None
    room = find_room(who)
    name = (who[: room.start] + who[room.end :]).strip(" ,，的室家") if room else who
    return c.ChangeOrder((), name=name or None, room=room.room if room else None, is_for_guest=True, cancels_all=True)


def _backs_out(match: re.Match[str], said: Said) -> c.Command | None:
    """张姐不要了, 3-502取消: all of it, shown before it is done where he ordered himself; 草莓不要了 is about goods."""
    who, catalogue = match["who"].strip(), said.situation.catalogue
    if catalogue.names.get(who) or catalogue.resolve(who) or re.match(r"[订单团这那整]|接龙|全", who):
        return None
    return _cancel(match, said)


def _totals(match: re.Match[str], said: Said) -> c.Command | None:
    return c.ShowTotals() if _named(match, said) else None


def _room_for_more(match: re.Match[str], said: Said) -> c.Command | None:
    """草莓还能加吗: only she knows whether there is more; how it is written."""
    return c.Unknown(said.raw, "how:还能加") if _named(match, said) else None


def _paid(match: re.Match[str], said: Said) -> c.Command | None:
    who = somebody(match, said)
    if who is None:
        return None
    fen = amount_fen(match["fen"]) if match["fen"] else None
    if seq := _SEQ.fullmatch(match["who"].strip()):
        return c.MarkPaid(seqs=(int(seq[1]),), amount_fen=fen)
    room = find_room(who)
    if room is not None:
        return c.MarkPaid(room=room.room, amount_fen=fen)
    return None if who.isdigit() else c.MarkPaid(name=who, amount_fen=fen)


_NAMED: tuple[Rule, ...] = (
    rule(_GOODS + r"价格?(?:改|调)(?:到|成|为|至)?\s*" + _MAYBE_YUAN, _price),
    rule(_GOODS + r"(?:改价|调价|(?:涨|降)价?(?:到|成|为|至))(?:到|成|为|至)?\s*" + _MAYBE_YUAN, _price),
    rule(_GOODS + r"(?:改|卖|调)(?:到|成|为|至)?\s*" + _YUAN, _price),
    rule(
        _GOODS
        + r"(?:[涨降]价?了|贵了|便宜了)[\s,，]*(?:现在|要|得)*(?:改|卖|涨|降|调)(?:到|成|为|至)?\s*"
        + _MAYBE_YUAN,
        _price,
    ),
    rule(r"(?:改价|调价)" + _GOODS_AFTER + _MAYBE_YUAN, _price),
    rule(_GOODS + r"(?:限量|限(?!购)|总共|一共|最多)(?:到|成|为|改成|改到|是|有)?\s*" + _COUNT, _stock()),
    rule(r"(?:限量|改量)" + _GOODS_AFTER + _COUNT, _stock()),
    rule(_GOODS + r"(?:(?:每[人户家])?(?:限购|最多(?:买|订|要)?)|每[人户家]限)\s*" + _COUNT, _limit),
    rule(r"(?:每[人户家])?(?:限购|最多(?:买|订|要)?)" + _COUNT_OF + r"\s*(?P<goods>[^\s\d]{0,13})", _limit),
    rule(r"限购\s*(?P<number>\d{1,2})\s*[号:：]?\s+" + _COUNT, _limit),
    rule(_GOODS + r"(?:不限购|取消限购)了?", _limit),
    rule(_GOODS + r"(?:再|多)(?:加|补)\s*" + _COUNT, _more),
    rule(r"(?:再|多)(?:加|补)" + _COUNT_OF + r"\s*(?P<goods>[^\s\d]{1,13})", _more),
    rule(_GOODS + r"(?:加量|加货|补货)\s*" + _COUNT, _stock(is_more=True)),
    rule(r"(?:加量|加货)" + _GOODS_AFTER + _COUNT, _stock(is_more=True)),
    rule(_GOODS + r"(?:只|就|还)?(?:剩下?|只有)\s*" + _COUNT, _stock(is_left=True)),
    rule(
        _GOODS + r"(?:下架|删掉|撤下|去掉|没有|没(?=了)|没货|缺货|断货|卖完|卖光|卖没|售罄|不卖)(?:了|吧)*",
        _on_or_off(is_off=True),
    ),
    rule(r"(?:下架|删掉?|撤下|去掉|拿掉)" + r"\s*(?P<goods>[^\s\d][^\s]{0,13})", _on_or_off(is_off=True)),
    rule(_GOODS + r"(?:上架|又?有货|又有|补到货|恢复)(?:了|吧)*", _on_or_off(is_off=False)),
    rule(r"(?:上架|恢复)" + r"\s*(?P<goods>[^\s\d][^\s]{0,13})", _on_or_off(is_off=False)),
    rule(
        _GOODS + r"(?P<verb>[少缺破坏烂碎])了\s*(?P<amount>(?:\d{1,4}|[一两二三四五六七八九十]+)[^\d\s]{0,2})",
        _missing,
    ),
    rule(
        _GOODS + r"(?:又|还)?[少缺](?:到|来|送|发)了?\s*(?P<amount>(?:\d{1,4}|[一二两三四五六七八九十]+)[^\d\s]{0,2})",
        lambda m, said: c.MarkArrived(missing=f"{m['goods']}少{m['amount']}"),
    ),
    rule(
        r"(?:这[团期次]|现在|目前|一共|总共|到现在|我们?|要|得)*(?:订|卖|报|有|拿|进|备)?(?:出去?)?了?(?:多少|几)"
        r"[份盒斤袋箱瓶个枚只桶包板提罐件]?(?P<goods>[^\s\d,，。]{1,14}?)(?:了)?",
        _totals,
    ),
    rule(
        _GOODS + r"(?:还|都)?(?:能|可以|好)(?:不能|不可以)?(?:再|多)*(?:加|补|进|订)"
        r"(?:货|量|点|些|单|一?[份盒斤袋箱瓶板]|\d+\S?)?(?:了|吗|么|不)*",
        _room_for_more,
    ),
    rule(_GOODS + r"(?:现在|目前|一共|总共)*(?:要|订|卖|报)(?:出去?)?了?(?:多少|几)[^\d\s,，。]{0,3}", _totals),
    rule(SOMEBODY + r"(?:(?:一共|总共|要|该|应该|得|还|欠|差|付|给|收)+(?:多少钱?|几块钱?)|多少钱|几块钱)", _find),
    rule(
        r"(?:把)?(?P<rest>(?P<who>[^,，。!！?？:：\s]{1,12}?)的\s*\S.{0,20}?(?:不要了?|取消|退了?|去掉|删掉?|减\S+|少\S+))",
        _of_somebody,
    ),
    rule(SOMEBODY + JUST + _GIVES + r"(?:了?钱|款|账)?(?:了|过)" + _SUM, _paid),
    rule(
        SOMEBODY
        + JUST
        + rf"(?:{_GIVES}|(?:微信|现金)?(?:付|给|转|交)了)"
        + r"\s*[¥]?(?P<fen>\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块钱?)?",
        _paid,
    ),
    rule(
        r"(?P<who>[^,，。!！?？:：]{1,12}?)\s*(?:的|家)?\s*(?:货款|钱|款|转账|红包)\s*"
        r"(?:我|都|也|已经|刚刚|刚)*(?:收到?了?|到账?了|收好了|收下了)" + _SUM,
        _paid,
    ),
    rule(r"(?:收到?了?|已收|已付)\s*" + SOMEBODY + r"(?:付|转)?的?" + _SUM, _paid),
    rule(SOMEBODY + JUST + _TAKES + "了(?:货)?", _hand_out),
    rule(r"核销\s*(?P<who>[^,，。!！?？:：]{1,16}?)", _hand_out),
    rule(r"给\s*(?P<who>[^,，。!！?？:：]{1,16}?)\s*核销", _hand_out),
    rule(r"(?:取消|删掉?|退掉)\s*(?P<who>[^,，。!！?？:：]{1,16}?)的?(?:整单|全部)?(?:订单|接龙|单子?)", _cancel),
    rule(SOMEBODY + r"(?:说|讲)?(?:全部?|都|整单|订单)*(?:不要|不订|不买|取消|退掉?)了?", _backs_out),
    rule(
        SOMEBODY
        + r"(?:都?(?:订|买|点|要|下|接)(?:了|的)?(?:单|龙)?(?:点|些)?"
        + r"(?:什么|啥|哪些|哪几样|多少|几样|没有?|吗)(?:东西)?"
        + r"|的?(?:订单|单子)(?:给我|让我|拿来|发我|发)*(?:看看|看一?下|看|瞧瞧|查一?下)?)",
        _find,
    ),
    rule(SOMEBODY + JUST + rf"(?:{_GIVES}|{_TAKES})(?:了|钱|款|货)*(?:吗|没有?|么)", _find),
    rule(SOMEBODY + rf"(?:还|是不是)?没有?(?:来)?(?:{_GIVES}|{_TAKES})(?:钱|款|货)*(?:吧|吗|呢|么)", _find),
    rule(r"(?:查|找|看|查询)(?:一?下|找|查|看)?\s*(?P<who>[^,，。!！?？:：]{1,16}?)(?:的?(?:订单|单子?))?", _find),
    rule(r"(?P<who>[^,，。!！?？:：]*\d[^,，。!！?？:：]*)", _find_room),
)  # fmt: skip


def named(said: Said) -> c.Command | None:
    """What a leader does with goods or neighbours that she calls by name."""
    return first_command(said, _NAMED) if len(said.plain) <= _LONGEST else None
