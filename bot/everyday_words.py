"""Words that everybody uses, and those of residents. Pure tables; see `bot.understand`."""

from __future__ import annotations

import re

from bot import commands as c
from bot.parsing.orders import read_fragment
from bot.parsing.rooms import find_phones, find_room
from bot.parsing.values import Line, OrderReading
from bot.said import MENU, Build, Said, just, rest_of, rule

_CANCELS = re.compile(r"[\s,，]*(?:全部|都|全|订单|接龙)*(?:取消|不要|退掉?|撤销)(?:了|订单|接龙)*\s*$")


def _about(topic: str) -> Build:
    return lambda match, said: c.Unknown(said.raw, topic)


def _application(match: re.Match[str], said: Said) -> c.Command:
    words = (match["rest"] or "").strip(" :,，").split(None, 1)
    return c.ApplyAsLeader(name=words[0] if words else "", note=words[1] if len(words) > 1 else None)


def _introduction(match: re.Match[str], said: Said) -> c.Command | None:
    """我是 3栋502 王姐: only when a room or a phone is said, or nothing but a short name; else it is talk."""
    rest = match["rest"]
    room, phones = find_room(rest), find_phones(rest)
    name = rest
    spans = [(phone.start, phone.end) for phone in phones] + ([(room.start, room.end)] if room else [])
    for start, end in spans:
        name = name.replace(rest[start:end], " ")
    name = name.strip(" ,，。的、室住")
    if not room and not phones and not re.fullmatch(r"[^\W\d]{1,6}", name):
        return None
    if re.search(r"[要来订加份盒斤吗不谁啥哪]|什么|多少|怎么|团长|\d", name):
        return None
    return c.Introduce(
        name=name[:20] or None, room=room.room if room else None, phone=phones[0].value if phones else None
    )


_MOVED = re.compile(r"^我?[们家]?(?:搬家了?|[搬换改]到了?|搬了?|[换改][成为]|现在|地址|住址|[是在住到放]|送到)+")


_ELSEWHERE = re.compile(r"[\s,，]*(?:[我他她它们]{0,2}[^\W\d]{0,3}家|那里|那边|那儿|去|室|了|吧|谢谢|哦|啊)*")


def _move_order(match: re.Match[str], said: Said) -> c.Command | None:
    """我那单改到5-302: a room and nothing about goods."""
    rest = match["rest"]
    room = find_room(rest)
    if room is None or not _ELSEWHERE.fullmatch(rest[: room.start] + rest[room.end :]):
        return None
    return c.MoveOrder(room.room)


_SOMEBODY_ELSE = re.compile(
    r"(?:我|俺|咱)?(?:家)?的?(?:大|小|老)?(?:女儿|闺女|儿子|媳妇|儿媳|女婿|孙子|孙女|外孙|妈|爸|娘|爹|婆婆|公公|丈母|岳|奶奶|爷爷|外婆|外公"
    r"|姥|姐姐|妹妹|哥哥|弟弟|姐夫|妹夫|嫂子|弟媳|舅|姑|姨妈|小姨|叔叔|朋友|同事|邻居|亲戚|亲家|对门|隔壁|他们|她们|他|她|人家)"
)
"""His room is not the speaker's."""


def who_and_where(said: Said) -> c.Command | None:
    """3-502 / 3-502 王姐 / 我电话13800000000: what answers 「还不知道您住哪」, and nothing about goods."""
    plain = said.plain
    room, phones = find_room(plain), find_phones(plain)
    if len(plain) > 30 or not (room or phones):
        return None
    spans = [(phone.start, phone.end) for phone in phones] + ([(room.start, room.end)] if room else [])
    rest = plain
    for start, end in spans:
        rest = rest.replace(plain[start:end], " ")
    name = re.sub(r"我?(?:的)?(?:电话|手机|房号|住|家)号?码?(?:是|在)?", " ", rest).strip(" ,，。、室:：")
    name = _MOVED.sub("", re.sub(r"\s", "", name))
    if room and _SOMEBODY_ELSE.match(plain):
        return c.Unknown(said.raw, "their_home")
    if not re.fullmatch(r"[^\W\d吗么呢]{0,4}", name) or (name and _names_goods(name, said)):
        return None
    return c.Introduce(name or None, room.room if room else None, phones[0].value if phones else None)


def _names_goods(name: str, said: Said) -> bool:
    reading = read_fragment(name, said.situation.catalogue)
    return bool(reading.lines) or any(doubt.candidates for doubt in reading.doubts)


def for_guest(match: re.Match[str], said: Said) -> c.Command | None:
    """代 3-502 王姐 草莓2 鸡蛋1 / 代 3-502 王姐 草莓不要了 / 代 3-502 王姐 取消."""
    rest = rest_of(said, match)
    if cancelled := _cancelled_guest(rest, said):
        return cancelled
    reading = _read_for_guest(rest, said)
    if not reading.lines and not reading.doubts:
        return None
    return c.ChangeOrder(
        lines=reading.lines,
        doubts=reading.doubts,
        room=reading.room,
        phone=reading.phone,
        name=reading.name or _leading_name(rest),
        note=reading.note,
        said=rest,
        words=rest,
        is_for_guest=True,
    )


def _cancelled_guest(rest: str, said: Said) -> c.Command | None:
    """3-502 王姐 取消: a neighbour and no goods."""
    cancels = _CANCELS.search(rest)
    if cancels is None:
        return None
    who = rest[: cancels.start()]
    name, room = _leading_name(who), find_room(who)
    reading = read_fragment(who, said.situation.catalogue, role="leader")
    if reading.lines or any(doubt.candidates for doubt in reading.doubts) or not (name or room):
        return None
    return c.ChangeOrder((), name=name, room=room.room if room else None, is_for_guest=True, cancels_all=True)


def _read_for_guest(rest: str, said: Said) -> OrderReading:
    """What the neighbour has is not known here, so only what takes away is read as if he had something of each."""
    catalogue = said.situation.catalogue
    reading = read_fragment(rest, catalogue, role="leader")
    if reading.lines or reading.doubts:
        return reading
    some = [Line(item.key, 1000) for item in catalogue.items]
    again = read_fragment(rest, catalogue, role="leader", prior=some)
    takes = all(line.op == "sub" or line.quantity_milli == 0 for line in again.lines)
    return again if again.lines and takes else reading


def _leading_name(rest: str) -> str | None:
    """The word beside the room: 3-502 王姐 草莓2."""
    room = find_room(rest)
    words = (rest[: room.start] + " " + rest[room.end :] if room else rest).split()
    first = words[0] if words else ""
    return first if re.fullmatch(r"[^\W\d]{1,6}", first) else None


def _guest_rule(match: re.Match[str], said: Said) -> c.Command | None:
    if match["rest"] is not None:
        return for_guest(match, said) or c.Unknown(said.raw, "how:代")
    again = re.fullmatch(r"[帮替]\s*(?P<rest>.+)", said.plain, re.DOTALL)
    found = for_guest(again, said) if again else None
    if again and found is None and find_room(again["rest"]):  # 帮8-204李奶奶也订一箱: for whom, and not what
        return c.Unknown(said.raw, "how:代")
    return found


def _coupon(match: re.Match[str], said: Said) -> c.Command:
    code = re.sub(r"[\s\-]", "", match["code"] or "").upper()
    return c.UseCoupon(code or None)


_STARS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "好评": 5, "差评": 1}


def _review(match: re.Match[str], said: Said) -> c.Command:
    """评价 5 很新鲜 / 评价 五星 署名 很新鲜 / 好评 很新鲜."""
    stars = match["stars"] or (match["word"] if match["word"] != "评价" else "")
    if not stars:
        return c.WriteReview()
    words = rest_of(said, match).strip(" ,，。")
    shows_name = words.startswith("署名")
    words = words.removeprefix("署名").strip(" ,，")
    return c.WriteReview(_STARS.get(stars) or int(stars), words or None, shows_name)


EVERYBODY = (
    rule(r"帮助|help|怎么用|使用说明|说明|指令|功能|教程|\?|菜单说明", just(c.Help())),
    rule(r"更多|继续|下一页|more", just(c.More())),
    rule(r"确认|确定|是的?|对的?|好的?|ok|yes|可以|没问题|同意|发布|确认发布|要的", just(c.Confirm())),
    rule(
        r"算了[吧啦]?|(?:那就?|还是)算了[吧啦]?|不用了[吧啦]?|取消操作|(?:按|发|打|点|写)错了|放弃|返回|no|不是|不对|不了",
        just(c.Dismiss()),
    ),
    rule(
        r"(?:好的?\s*[,，]?\s*)?(?:谢谢|多谢|感谢|谢了|辛苦了?)\S{0,4}(?:[\s,，]+(?:谢谢|辛苦|麻烦)\S{0,4})?"
        r"|(?:\[[^\[\]\s]{1,6}\])+|[哈呵嘿嘻]{1,20}|再见|拜拜|晚安|好吃|真好|不错|太好了|厉害|棒|赞"
        r"|收到(?:了|啦|\s*[,，]?\s*谢谢)?|嗯+|哦+",
        _about("talk"),
    ),
    rule(r"(?:你|您)们?好[啊呀]?|喂+|在吗|hi|hello|早上?好?|(?:上午|中午|下午|晚上)好", _about("hello")),
    rule(r"(?:休息|代班)(?:[\s:,，\d].*)?", _about("not_yet")),
    rule(r"不用券|(?:取消|去掉|撤掉)(?:用券|优惠券|券)", just(c.UseCoupon(is_off=True))),
    rule(r"(?:用|使用)(?:优惠)?券\s*[:：]?\s*(?P<code>[0-9a-z][0-9a-z\s\-]{1,24})?", _coupon),
    rule(r"(?:我的)?(?:优惠)?券|领券|有(?:什么|哪些)?(?:优惠)?券[吗么]?", just(c.MyCoupons())),
    rule(r"邀请码\s*[:：]?\s*(?P<code>[0-9a-z][0-9a-z\s\-]{4,14})", lambda m, said: c.JoinInvited(m["code"])),
    rule(r"(?:怎么|如何|我要|我的|我想)?邀请(?:邻居|好友|朋友|新人|有礼|链接|别人)?|我的邀请码", just(c.Invite())),
    rule(r"(?:绑定|团长|加入|跟)?\s*l\s*(?P<number>\d{1,6})", lambda m, said: c.BindLeader(int(m["number"]))),
    rule(r"(?:我要|我想|我?想要?|申请)(?:当|做|成为)?团长(?:[\s:,，]+(?P<rest>.*))?|成为团长", _application),
    rule(r"(?:退订|不要|不看|关闭)(?:公告|预告)", just(c.SetNews(False))),
    rule(r"(?:订阅|恢复|打开)(?:公告|预告)", just(c.SetNews(True))),
    rule(
        r"(?:怎么|如何|我要|帮我)?(?:取消|关闭|关掉|停掉|屏蔽)(?:通知|推送|消息)|(?:不要|别)(?:再|老)?(?:给我|老)?发(?:通知|消息|推送|广告)?了?|退订(?:通知|消息|推送)?|不要(?:再)?(?:通知|推送)(?:我)?|关闭通知",
        just(c.SetMuted(True)),
    ),
    rule(r"订阅(?:通知)?|恢复通知|打开通知|重新订阅", just(c.SetMuted(False))),
    rule(r"导出我的(?:资料|数据|信息)|我的(?:资料|数据)", just(c.ExportMe())),
    rule(r"(?:删除|注销|清除)我的(?:资料|数据|信息|账号|帐号)", just(c.EraseMe())),
    rule(r"我的(?:订单|单子?|接龙)|查(?:看)?(?:我的)?订单|我订了(?:啥|什么|哪些|多少)|订单", just(c.MyOrders())),
    rule(r"(?:网页|页面)?下单(?:页面?|链接)?|网页(?:下单)?", just(c.OrderPage())),
    rule(
        r"(?:我的?)?(?:取货|提货|自提|取件)?码|二维码|(?:把?我的?)?(?:取货|提货|自提|取件)?码(?:再|给我|帮我)*(?:发|看|查)(?:给|我|下|一下|看看|过来|吧|呗|嘛)*"
        r"|(?:再|给我|帮我|发|看看?|查)+(?:我|给我|一下|下)*(?:的)?(?:取货|提货|自提|取件)?码(?:吧|呗)?",
        just(c.MyCode()),
    ),
    rule(r"我(?:是|叫|住在?)\s*(?P<rest>.{1,40})", _introduction),
    rule(r"代\s*(?P<rest>\S.*)|(?:帮|替)(?![我俺咱忙])\s*(?P<other>\S.*)", _guest_rule),
)


RESIDENT = (
    rule(
        r"(?:请|麻烦|帮我|给我|你|把|将|团长)*(?:(?:我|俺)的?(?:那|这|刚才|刚刚|那个|这个|下|订)?的?(?:一?单子?|份|订单|接龙)|(?:这|那|刚才那)一?单)(?:的?(?:房号|地址|门牌号?))?"
        r"(?:给我|帮我|请)?(?:改|换|送|放|写|记|转)(?:一下)?(?:到|成|为|在|去|给|至)?\s*(?P<rest>\S.{2,20})",
        _move_order,
    ),
    rule(MENU + r"|有什么|今天有什么|在团什么|现在有什么|开团了[吗没]|看看|列表|list|menu", just(c.ShowMenu())),
    rule(
        r"(?:我)?(?:还是|还|就|照|按|来个?)*(?:老样子|老规矩|平常那些|平时那些)(?:就行|就好|来一份|吧)?",
        just(c.AsUsual()),
    ),
    rule(
        r"(?:还是|还|就)?(?:(?:照|按|同)(?:着)?上(?:一?次|回|一?期)的?(?:来|订)?|[和跟]上(?:一?次|回|一?期)一样)(?:就行|就好|吧)?",
        just(c.AsUsual(is_last=True)),
    ),
    rule(r"(?:我的|我住)?小区\s*[:：]?\s*(?P<rest>.{0,40})", lambda m, said: c.JoinCommunity(rest_of(said, m))),
    rule(r"截单了[吗没]|(?:还能|可以|能)(?:订|下单|买)[吗么]", just(c.ShowMenu("deadline"))),
    rule(
        r"(?:已经?)?到货了?|货到了?|到了|我[们家]?的?(?:货|东西|菜|水果)(?:呢|在哪[里儿]?|到哪[里儿]?了|到了[吗没])[啊呀]?|(?:我的?)?(?:货|东西|订单)?(?:怎么|咋)(?:还|这么久还?)(?:没|不)(?:到货?|来|送来?|送到)[啊呀呢了]*",
        just(c.ShowMenu("arrival")),
    ),
    rule(r"(?:退出|取消|删除)\s*\d{1,3}\s*号?\s+[^\W\d]{2,4}", _about("others")),
    rule(r"退出(?:接龙|团购)?", just(c.CancelOrder())),
    rule(
        r"(?:我)?(?:还)?没(?:有)?(?:看到|收到|找到)?(?:我的)?(?:取货|提货)?(?:码|二维码)|我(?:已经|现在|马上)?(?:到了|到(?:楼下|门口|大堂)了|来了|(?:过)?来(?:取|拿|提|领)(?:货|东西)?了?)"
        r"|(?:我?来)?(?:取|拿|提|领)货了?",
        just(c.MyCode()),
    ),
    rule(
        r"我的?(?:这单)?(?:一共|总共|应该|要|该|得)*(?:付|给|交|转)?多少钱[啊呀呢]?|(?:帮我)?(?:算(?:一?下|算)?)?(?:一共|总共|合计)(?:是|要|该|得)?(?:付|给)?多少钱?[啊呀呢]?|多少钱(?:一共|总共|合计)[啊呀呢]?",
        just(c.MyOrders()),
    ),
    rule(
        r"(?:那|这|我)*(?:是|要|得|该)*(?:多少钱|几多钱|几钿|几块钱?)[啊呀呢吗了的]*",
        lambda m, said: c.MyOrders() if said.situation.prior else None,
    ),
    rule(
        r"(?:转|找)?(?:人工|客服)(?:客服|服务)?|(?:找|喊|叫)(?:一?下)?团长|(?:团长|老板娘?|群主|店家)(?:你|您)?(?:在吗|在不在|在么|人呢)",
        just(c.ContactLeader("")),
    ),
    rule(
        r"(?:联系|告诉|转告|转给|问(?:一?下)?|找)团长\s*[:,，]?\s*(?P<rest>.*)|(?:请|帮我|麻烦)?转告(?:一下|吧)?",
        lambda m, said: c.ContactLeader(rest_of(said, m)),
    ),
    rule(
        r"(?P<word>评价|好评|差评)\s*(?:(?P<stars>[1-5一二两三四五])(?!\d)\s*[颗个]?\s*[星分]?)?[\s:：,，]*(?P<rest>.*)",
        _review,
    ),
    rule(
        r"(?P<stars>[1-5一二两三四五])(?P<word>星)(?:好评)?(?:$|[\s:：,，!！]+(?P<rest>.*))",
        _review,
    ),
    rule(r"[^付钱]{0,8}(?:看不懂|不会用(?!微信|支付)|不会弄|不会操作|太复杂了?|太麻烦了?).{0,4}", _about("simple")),
    rule(r"[^\s,，。]{1,10}[少缺](?:到|来|送|发|给)了.{0,10}", lambda m, said: c.OpenCase(said.raw)),
    rule(r"(?:售后|申请售后|退款|投诉)\s*[:,，]?\s*(?P<rest>.*)", lambda m, said: c.OpenCase(rest_of(said, m))),
    rule(
        r"(?:我?要?怎么|如何|去哪儿?|在哪儿?|怎样)(?:付款?|给钱|交钱|转账|支付)(?:钱)?|(?:我?要|去)(?:付款|付钱|支付)|微信支付|支付|付|付款(?:方式|码|链接)?|付钱",
        just(c.HowToPay()),
    ),
    rule(
        r"(?:我)?(?:已|已经)?(?:付款?了|付过了?|转账?了|转过了|付好了|钱转了|转了)(?:已?经?)?",
        just(c.ClaimPaid()),
    ),
    rule(
        r"(?:我?(?:想|要|想要))?(?:全部|都|全都)?(?:取消|撤销|退掉|删除)(?:掉|一下)?(?:我的)?(?:全部|所有)?(?:订单|接龙|单子?)?(?:吧|了)?"
        r"|(?:我)?(?:全部|都|全)?不(?:想)?(?:要|订|买)了|(?:我?(?:想|要|想要))?退(?:掉|了)?(?:我的)?(?:订单|单子?)(?:吧|了)?",
        just(c.CancelOrder()),
    ),
)

# A leader's words, said by somebody else. A question (截单了没, 到货了吗) has been answered before.
_LEADERS = re.compile(
    r"(?:统计|汇总|名单|接龙名单|订单列表|全部订单|未付|未取|催款|导出|表格"
    r"|公告|预告|海报|截单|截团|结团|收单|停止接单|撤团|后台|管理后台|再来一团|主页|好久没订|全部通知|结算单?|对账单?)"
    r"(?:\s*\d{1,2})?"
    r"|(?:改价|加量|加货|限量|改量|下架|上架|别名|加品|延长|重开|改截单|加核销员|核销|推荐|收错?|退\s*s|补\s*s|拒绝?\s*s|转平台)\s*\d.*"
    r"|(?:改价|加品|延长|重开|改截单|加核销员|撤团|转平台|截单|公告|预告|上架)\s+.*|现货\s*(?:改价|加量|加货|库存|上架|下架|统计|名单|未付|未取|导出).*|撤销\s*\d[\d\s-]{4,8}\d|(?:收款方式|自动取消).*|(?:配送费|每件费|分摊运费)\s*[\d¥关].*|[^\s,，。]{1,10}(?:改价|调价|加量|加货|限量)\s*\d.*"
    r"|[^\s,，。]{1,10}(?:[涨降]价?了|贵了|便宜了)[\s,，]*(?:现在|要|得)*(?:改|卖|涨|降|调)(?:到|成|为|至)?\s*\d.*|到货\s*\S.*\d"
)


def is_leaders(plain: str) -> bool:
    """Whether this is one of a leader's orders."""
    return _LEADERS.fullmatch(plain) is not None
