"""A leader's words. Pure tables; see `bot.understand`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from bot import commands as c
from bot.leader_money_words import MONEY
from bot.parsing.batches import read_batches
from bot.parsing.codes import read_codes_with_lines
from bot.parsing.numerals import read_number
from bot.parsing.post import read_post
from bot.parsing.post_prices import amount_fen
from bot.parsing.times import read_deadline, read_duration
from bot.parsing.vocabulary import WORDS
from bot.said import MENU, WHICH, Rule, Said, just, nth_of, number_of, rest_of, rule

# A word that begins a leader's order although the rest was not understood: it is explained, never read as goods.
_BEGUN = re.compile(
    r"(?P<word>推荐|改价|加量|加货|限量|改量|库存|下架|上架|别名|加品|延长|延后|重开|改截单|截单|撤团|加核销员|核销|撤销|回评价?)(?:[\s\d:].*)?"
    r"|(?P<short>收|已付|退|补|拒绝?|回复?|转平台)(?:\s*s?\d.*|\s+.*)?"
)

# The same, said the other way round: 草莓下架, 鸡蛋没有了, 草莓涨到50, 鸡蛋改成38.
_GONE = re.compile(r"\S{1,10}(?:下架|没有了|没货了|卖完了|卖光了)(?:了|吧)?")
_SCARCE = re.compile(r"\S{1,10}(?:不够了?|不多了|快没了)")
_DEARER = re.compile(
    r"\S{1,10}(?:涨价?|降价?|改价)(?:到|成|为)?\s*\d.*|\S{1,10}[涨降]价了?|\S{1,10}改(?:成|为|到)\s*(?:\d{2,5}(?:\.\d+)?|\d+(?:\.\d+)?\s*[元块].*)"
)


_ARRIVED = (
    r"(?:到货|(?:东西|货物?|菜|水果)?(?:今天|刚|刚刚|已经)?(?:都|全|全都|送)到了|东西到了|货到了?|已到货|货来了|到了)"
)
_UNWANTED = re.compile(r"\S{0,10}不要了?")


def begun(plain: str) -> str | None:
    """The word of a leader's order that was begun and not finished."""
    if _GONE.fullmatch(plain):
        return "下架"
    if _SCARCE.fullmatch(plain):
        return "限量"
    if _DEARER.fullmatch(plain):
        return "改价"
    if _UNWANTED.fullmatch(plain):
        return "不要"
    match = _BEGUN.fullmatch(plain)
    return (match["word"] or match["short"]) if match else None


BATCH_MINUTES = 15  # between buildings, where nothing else is said


def _milli(text: str) -> int:
    return round(float(text) * 1000)


_CASE = r"\s*s?\s*(?P<number>\d{1,6})\s*"
_AMOUNT = r"(?P<amount>[¥]?\s*\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块钱?)?"


def _extension(rest: str, said: Said) -> c.Command | None:
    by = read_duration(rest)
    if by is not None:
        return c.SetDeadline(by=by)
    at = read_deadline(rest, said.situation.now)
    return c.SetDeadline(at=at) if at else c.SetDeadline()


def _deadline(rest: str, said: Said, *, is_reopening: bool) -> c.Command:
    by = read_duration(rest) if is_reopening else None
    if by is not None:
        return c.SetDeadline(by=by, is_reopening=True)
    return c.SetDeadline(at=read_deadline(rest, said.situation.now), is_reopening=is_reopening)


def _new_deadline(rest: str, said: Said) -> c.Command | None:
    """截单 周五20:00 says when, 截单 2 says which round."""
    at = None if rest.isdigit() else read_deadline(rest, said.situation.now)
    return c.SetDeadline(at=at) if at else None


def _price(match: re.Match[str]) -> c.Command | None:
    fen = amount_fen(match["amount"])
    return c.SetPrice(int(match["number"]), fen) if fen is not None else None


def _alias(match: re.Match[str], words: str) -> c.Command | None:
    """A word that already means something in an order (要, 两盒, 全部) is no name."""
    means = WORDS.get(match["rest"], "quality")
    return None if means != "quality" or read_number(match["rest"]) else c.TeachAlias(int(match["number"]), words)


def _additions(said: Said, match: re.Match[str]) -> c.Command | None:
    reading = read_post(rest_of(said, match), said.situation.now)
    is_sold = any(item.name in said.situation.catalogue.names for item in reading.items if item.price_fen is None)
    return c.AddOffers(reading.items) if reading.items and not is_sold else None


def _announcement(match: re.Match[str], said: Said) -> c.Command:
    kind = "event" if match["kind"] == "公告" else "preview"
    return c.Announce(kind, rest_of(said, match)[:500], is_for_round=match["round"] is not None)  # type: ignore[arg-type]


def _telling(match: re.Match[str], said: Said) -> c.Command:
    """通知大家 草莓晚到一小时: an announcement, shown before it goes."""
    group = "rest" if match["rest"] else "words"
    return c.Announce("event", said.normal.cut(said.offset + match.start(group), len(said.normal.text)).strip()[:500])


def _communities(match: re.Match[str], said: Said) -> c.Command:
    names = re.split(r"[\s,，、;；/]+", rest_of(said, match))
    return c.SetCommunities(tuple(name for name in names if name))


def for_whom(words: str, communities: Sequence[str]) -> tuple[str, str] | None:
    """The community that an announcement begins with, and the rest of it: 东湖花园 今晚停水."""
    for name in sorted(communities, key=len, reverse=True):
        if found := re.match(rf"{re.escape(name)}(?:[\s:：,，]+|$)", words):
            return name, words[found.end() :].strip()
    return None


def _recommendation(said: Said, match: re.Match[str]) -> c.Command:
    words = rest_of(said, match)
    return c.Recommend(int(match["number"]), None if words in {"不写了", "去掉", "删掉"} else words)


def _arrival(rest: str, said: Said) -> c.Command | None:
    """到货 草莓少3 鸡蛋破2 每栋间隔15分钟. A question (到货了吗) is none."""
    if re.search(r"[吗没嘛呢?]|什么时候|几|多少|谁|哪", rest):
        return None
    rest = re.sub(r"^[了啦啊,，]+\s*", "", rest)
    wish, rest = read_batches(rest)
    minutes = (wish.minutes or BATCH_MINUTES) if wish else None
    found = c.MarkArrived(missing=rest, batch_minutes=minutes, batch_first=wish.first if wish else ())
    if nth := re.fullmatch(r"第?\s*(\d{1,2})\s*(?:团|期)?", rest):
        return replace(found, missing="", nth=int(nth[1]))
    return found


_RESTS: tuple[tuple[str, Literal["extend", "cap", "buy"]], ...] = (
    (r"补满|凑满|买满|多买|我买|买下", "buy"),
    (r"(?:只要)?整箱|只要满箱|去(?:掉)?零头|不要零头|砍零头", "cap"),
    (r"先?延长|等一?等", "extend"),
)


def _cases(rest: str) -> c.Command | None:
    """整箱 / 整箱 1 补满 / 整箱 补满."""
    said = re.fullmatch(r"(?:(?P<number>\d{1,2})\s*号?[\s:：]*)?(?P<words>\D*)", rest.strip())
    if said is None:
        return None
    wish = next((one for pattern, one in _RESTS if re.fullmatch(rf"(?:{pattern})吧?", said["words"].strip())), None)
    if wish is None and said["words"].strip():  # 整箱牛奶 is goods
        return c.Unknown(rest, "how:整箱") if said["number"] else None
    return c.FullCases(wish, number_of(said["number"]))


def _case_for(match: re.Match[str], said: Said) -> c.Command | None:
    """售后 482913 草莓1 坏果 is for a neighbour, 售后 草莓坏了一个 about the leader's own order."""
    rest = rest_of(said, match)
    pairs = read_codes_with_lines(rest)
    return c.OpenCase(pairs[0][1], code=pairs[0][0]) if pairs else c.OpenCase(rest)


def _refund(match: re.Match[str]) -> c.Command | None:
    if "s" not in match[0] and not match["all"] and not match["amount"]:
        return None  # 退2 is not a case
    amount = amount_fen(match["amount"]) if match["amount"] else None
    return c.DecideCase(int(match["number"]), "refund", amount_fen=amount)


LEADER: tuple[Rule, ...] = (
    rule(MENU + "|当前团购|在团", just(c.ShowMenu())),
    rule(
        r"(?:现在|目前|今天)?(?:统计|汇总|合计|总数|有?多少单了?|看?数据)(?:一下)?" + WHICH,
        lambda m, said: c.ShowTotals(nth_of(m)),
    ),
    rule(
        r"(?:今天|现在|目前|这[团期次]|我们?|一共|总共|到现在)*(?:卖|订|接|有|收)(?:出去?)?了?(?:多少|几)(?:钱|单|份|件|个?人|户)?了?"
        r"|(?:今天|现在|目前|这[团期次]|一共|总共|到现在)+(?:多少|几)(?:钱|单|份|件|个?人|户)了?",
        just(c.ShowTotals()),
    ),
    rule(
        r"(?:(?:接龙|取货|订货)?名单(?:发我|发来)?|订单列表|全部订单|明细|(?:今天|现在|都|有|目前)*(?:谁|哪些人|哪几[位家户个])(?:都|已经)?(?:订|下|买|接|报)(?:单|龙|名)?了?)"
        + WHICH,
        lambda m, said: c.ShowList("all", nth_of(m)),
    ),
    rule(
        r"(?:未付|待核|说付了的|没付款?的?|未付款|催款|(?:都|还)有?(?:谁|哪些人?|哪几[位家户个])(?:还|都)?没(?:付|给|交|转)(?:过|账)?(?:钱|款)?|(?:今天|现在|还)*[有剩]?(?:几|多少)(?:[单位家户个]|个?人)(?:今天|现在|都|还)*没(?:付|给|交)(?:钱|款)?|(?:今天|现在|还)*有?(?:谁|哪些人?|哪几[位家户个])(?:人|邻居)?(?:今天|现在|都|还)*没(?:付|给|交|转)(?:过|账)?(?:钱|款)?)"
        + WHICH,
        lambda m, said: c.ShowList("unpaid", nth_of(m)),
    ),
    rule(
        r"(?:已付款的?|付了的|付过的|(?:今天|现在|都|已经)*有?(?:谁|哪些人?|哪几[位家户个])(?:人|邻居)?(?:今天|现在|都|已经)*(?:付|给|交|转)(?:过|了)*(?:账|钱|款)?了?)"
        + WHICH,
        lambda m, said: c.ShowList("paid", nth_of(m)),
    ),
    rule(
        r"(?:未取|没取的?|没来的?|未提|没提的?|(?:今天|现在|还)*有?(?:谁|哪些人?|哪几[位家户个])(?:人|邻居)?(?:今天|现在|都|还)*没(?:有)?来?(?:取|拿|提|领)?货?|(?:今天|现在|还)*[有剩]?(?:几|多少)(?:[单位家户个]|个?人)(?:今天|现在|都|还)*没(?:有)?来?(?:取|拿|提|领)?货?)"
        + WHICH,
        lambda m, said: c.ShowList("uncollected", nth_of(m)),
    ),
    rule(r"(?:截单|截止|截团)(?:时间)?\s*[:：]?\s*(?P<rest>\S.*)", lambda m, said: _new_deadline(m["rest"], said)),
    rule(r"(?:导出|导出(?:订单|表格|excel)|表格|excel)" + WHICH, lambda m, said: c.Export(nth_of(m))),
    rule(
        r"(?:现在|马上)?(?:截单|截团|截|结团|收单|截止|停止接(?:单|龙)|关团|停团|结束(?:接龙)?|不接单?了|停了)(?:吧|了)?"
        + WHICH,
        lambda m, said: c.CloseRound(nth_of(m)),
    ),
    rule(r"(?:延[长后期]|推迟|晚)\s*(?P<rest>.{1,8}?)再?(?:截单|截止)", lambda m, said: _extension(m["rest"], said)),
    rule(r"(?:延长|延后|推迟|延期)\s*(?P<rest>.*)", lambda m, said: _extension(m["rest"], said)),
    rule(
        r"(?:改截单|截单(?:时间)?改到?|改截止|截止(?:时间)?改到?|改时间"
        r"|(?:把)?(?:[^\s,，]{1,10}?团的?)?(?:截单|截团|截止)(?:时间)?(?:推迟|延长|延后|延|推|提前)(?:到|至)|(?:推迟|提前)(?:到|至))\s*(?P<rest>.+?)(?:再?截(?:单|团|止))?",
        lambda m, said: _deadline(m["rest"], said, is_reopening=False),
    ),
    rule(
        r"(?:重开|重新开团|再开)\s*(?P<rest>.*)",
        lambda m, said: _deadline(m["rest"], said, is_reopening=True),
    ),
    rule(r"改价\s*(?P<number>\d{1,2})\s*[号:：]?\s+" + _AMOUNT, lambda m, said: _price(m)),
    rule(
        r"(?P<word>加量|加货|限量|改量|库存)\s*(?P<number>\d{1,2})\s*[号:：]?\s+(?P<count>\d{1,4}(?:\.\d)?)\s*\S{0,2}",
        lambda m, said: c.SetCapacity(int(m["number"]), _milli(m["count"]), is_more=m["word"] in {"加量", "加货"}),
    ),
    rule(
        r"(?P<word>下架|上架)\s*(?P<number>\d{1,2})\s*号?",
        lambda m, said: c.Withdraw(int(m["number"]), m["word"] == "下架"),
    ),
    rule(
        r"别名\s*(?P<number>\d{1,2})\s*[号:：]?\s*(?P<rest>[^\s\d][^\s]{0,11})",
        lambda m, said: _alias(m, rest_of(said, m)),
    ),
    rule(r"(?:加品|加商品|新增|(?:再)?加(?:一)?[个样]|上新)\s*(?P<rest>.+)", lambda m, said: _additions(said, m)),
    rule(r"(?:做|生成|要|发|来)?(?:一?[张下个])?海报" + WHICH, lambda m, said: c.MakePoster(nth_of(m))),
    rule(r"(?:凑)?整箱\s*(?P<rest>.*)", lambda m, said: _cases(m["rest"])),
    rule(r"推荐\s*(?P<number>\d{1,2})\s*[号:：]?\s+(?P<rest>\S.*)", lambda m, said: _recommendation(said, m)),
    rule(
        r"(?:(?:明天|后天|下周|下个?星期|今晚)?再来一团|(?:明天|后天|下周|下个?星期|今晚)?再开一团|复制上一团|老样子开团|照旧开团|再团一次)\s*(?P<rest>.*)",
        lambda m, said: c.CopyRound(rest_of(said, m)),
    ),
    rule(
        r"(?:撤团|取消(?:这|本)?团|团取消了?)" + WHICH + r"\s*(?P<rest>.*)",
        lambda m, said: c.CancelRound(rest_of(said, m) or None, nth_of(m)),
    ),
    rule(
        r"(?:(?:剩下的?|现在|马上|立刻)?(?:全部?|都|所有人?)(?:都|现在|马上)?通知|通知(?:全部|所有人|大家)|不分批了?)(?:吧|了)?",
        just(c.TellAll()),
    ),
    rule(_ARRIVED + r"\s*(?P<rest>.*)", lambda m, said: _arrival(m["rest"], said)),
    *MONEY,
    rule(r"售后(?:列表|单)?", just(c.ListCases())),
    rule(r"售后\s*(?P<rest>\S.*)", _case_for),
    rule(r"(?:联系|告诉|转告|问(?:一?下)?|找)团长.*", lambda m, said: c.Unknown(said.raw, "how:联系团长")),
    rule(r"退(?:款)?" + _CASE + r"(?:(?P<all>全额|全部|全退|全)|" + _AMOUNT + r")?", lambda m, said: _refund(m)),
    rule(r"补(?:货|发)?" + _CASE, lambda m, said: c.DecideCase(int(m["number"]), "replacement")),
    rule(
        r"(?:拒绝?|驳回)" + _CASE + r"(?P<rest>.*)",
        lambda m, said: c.DecideCase(int(m["number"]), "reject", reason=rest_of(said, m) or None),
    ),
    rule(r"转平台" + _CASE, lambda m, said: c.DecideCase(int(m["number"]), "escalate")),
    rule(
        r"(?:回|回复)\s*#?(?P<number>\d{1,6})[\s:：,，]+(?P<rest>\S.*)",
        lambda m, said: c.AnswerRelay(int(m["number"]), rest_of(said, m)),
    ),
    rule(r"(?:我的|服务)?小区(?:列表)?\s*[:：]?\s*(?P<rest>.{0,200})", _communities),
    rule(r"公告(?:列表|记录)?|预告", just(c.ListNews())),
    rule(r"撤回?(?:公告|预告)\s*#?(?P<number>\d{1,6})", lambda m, said: c.WithdrawNews(int(m["number"]))),
    rule(
        r"(?P<kind>公告|预告|新品预告)\s*[:：]?\s*(?:(?P<round>(?:给|发给)?(?:本团|这团|下过单的|买过的))\s*[:：,，]?\s+)?(?P<rest>\S.*)",
        _announcement,
    ),
    rule(
        r"(?:发个?|发一?下|群发)?(?:通知|告诉|提醒|跟|给|和|向|对)(?:一下)?(?:大家|大伙儿?|邻居们?|所有人|各位(?:邻居)?)(?:说|讲|发(?!货))?(?:一?下|一声|个?(?:消息|通知))?\s*[:：,，]?\s*(?P<rest>\S.*)"
        r"|(?:(?:发个?|发一?下|群发)(?:通知|消息)\s*[:：,，说]|通知说)\s*(?P<words>\S.*)",
        _telling,
    ),
    rule(
        r"(?:谁|哪些人?|有谁)?(?:好久|很久|很?长时间)(?:都)?没(?:来)?(?:订|下单|团)(?:了|的|过|的邻居)?|(?:三|3)期没订的?|老邻居",
        just(c.ListAway()),
    ),
    rule(r"(?:看看?)?(?:邻居)?(?:的)?评价(?:列表)?", just(c.ListReviews())),
    rule(
        r"(?:回|回复)评价?\s*#?(?P<number>\d{1,6})[\s:：,，]+(?P<rest>\S.*)",
        lambda m, said: c.AnswerReview(int(m["number"]), rest_of(said, m)),
    ),
    rule(
        r"(?:加|添加|邀请)(?:核销员|帮手|助手)\s*(?P<rest>.{0,20})",
        lambda m, said: c.AddHelper(rest_of(said, m)),
    ),
    rule(r"(?:我的)?(?:主页|名片|邀请码|专属码|链接|团长码)", just(c.LeaderPage())),
    rule(r"后台|管理|管理后台|控制台|登录", just(c.Console())),
)
