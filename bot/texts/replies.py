"""What residents read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.texts.wording import amount, menu_link, money, offer_line, pickup, when
from models.views import LineView, OfferView, OrderView, RoundView

MORE = "（还有，回复“更多”继续看）"
NOTHING_MORE = "没有更多内容了。"
NOTHING_TO_CONFIRM = "好的，现在没有等您确认的事情。要看能做什么，回复“帮助”。"
DISMISSED = "好的，没有改动。"
TOO_FAST = "您发得有点快，歇一分钟再发，前面的都记着。"
RECEIVED = "收到，正在记，请稍候。记好了马上告诉您。"
PICTURE_ONLY = "图片收到了。要订货请打字，例如：草莓2 鸡蛋1 3-502；有坏的请先发“售后”加一句话，再发照片。"
VOICE_ONLY = "我还听不懂语音，麻烦打字或者用语音转文字发给我，例如：草莓2 鸡蛋1 3-502"
NOT_TEXT = "这种消息我看不懂，麻烦打字告诉我。要看能做什么，回复“帮助”。"
MUTED = "好的，不再主动给您发通知。您发消息我还是会回。想恢复请回复“订阅”。"
UNMUTED = "好的，截单、到货的消息会及时告诉您。"
HOW_TO_FOLLOW = "请回复团长的称呼、编号（例如 L7）或您的小区；扫团长的二维码、发个位置给我也行。"
NOT_BOUND = f"您还没有跟着哪位团长。{HOW_TO_FOLLOW}"
ROOM_WANTED = "还不知道您住哪，分货时好找您。请回复：我是 3-502 王姐"
BOOKED = "记好了，您这期的订单："
UNCHANGED = "订单没有变，现在是："
STAYS = "没有取消，您订的都还在："
NOT_EXCHANGED = "没有换，原来订的都还在。"
ASK_LEADER = "想问团长，请发：联系团长 加上您要说的话。"
HAND_ON = "要我把这句话转给团长，请回复“转告”。"
QUANTITY_WANTED = "请回复一个数量，例如：2；不要了就回复“算了”。"

# What a message was about, although nothing can be done with it.
SPECIAL = {
    "hello": "您好！要订货直接写商品和数量；看现在能订什么，回复“团购”；别的回复“帮助”。",
    "talk": "好的，有事随时发给我。要看能做什么，回复“帮助”。",
    "leader_only": "这件事只有团长能做，没有改动。想找团长，请发：联系团长 加上您要说的话。",
    "their_home": "这是别人家的房号，没有改您的。替别人订请这样发，货由您去取：代 5-301 女儿 草莓1。您自己搬了家，请发：我住 5-301",
    "other_leader": "要换团长，扫新团长的二维码，或者回复新团长的编号，例如 L7（写在开团文字最后）。已下的订单不受影响。",
    "others": "您只能改自己的订单，没有改动。看自己的请发“我的订单”。",
    "simple": "没关系，要什么直接写名字和几份就行，例如：草莓2。不想打字，找团长说也一样：发 联系团长 加上您要说的话。",
    "who": "我是邻团，帮团长记订单、算账、发取货码的程序，不是真人。要订货直接写商品和数量；找团长请发：联系团长 加上您要说的话。",
    "code": "取货码不用发给我：取货时报给团长，或者把二维码给团长扫。要看自己的，回复“取货码”。",
    "chain": "接龙请团长来发，没有记任何东西。您自己要订，直接写商品和数量，例如：草莓2 鸡蛋1 3-502",
    "post": "开团要先当团长，没有发布。想当团长，回复：我要当团长 您的称呼 小区",
    "praise": "谢谢！喜欢的话，取了货回复“好评”加一句话，团长和邻居都看得到，例如：好评 很新鲜",
    "extra": "谢谢您告诉我。多出来的请先留着，要我把这句话转给团长，请回复“转告”。",
    "overpaid": "多付的、算错的钱要团长核对，核对好退给您。现在记着的，回复“我的订单”看。要我把这句话转给团长，请回复“转告”。",
    "code_length": "取货码是六位数字，这个位数不对，没有核销。请再看一眼。",
    "scanned": "扫到的不是取货码，没有登记。请扫邻居手机上的取货二维码，或者直接发六位取货码。",
}


def busy(incident: str) -> str:
    return f"系统忙，这条没有记下，请稍后再发一次（编号 {incident}）"


def bound(leader_name: str, *, has_round: bool) -> str:
    start = f"好了，您现在跟着团长“{leader_name}”。"
    return start if has_round else f"{start}\n现在还没有开团，开团后回复“团购”就能看到。"


def ask_switch(now_name: str, new_name: str) -> str:
    return f"您现在跟着团长“{now_name}”。要换到“{new_name}”吗？已下的订单不受影响。\n回复 {menu_link('确认')} 或 {menu_link('算了')}"


def menu(rounds: Sequence[RoundView], leader_name: str, now: datetime) -> str:
    """What is open now."""
    return "\n\n".join(_round(r, leader_name, now) for r in rounds)


def deadlines(rounds: Sequence[RoundView], now: datetime) -> str:
    """Until when can be ordered, and nothing else: the goods were not asked for."""
    lines = [f"【{r.title}】{f'{when(r.closes_at, now)} 截单，' if r.closes_at else ''}现在还能订。" for r in rounds]
    return "\n".join([*lines, f"看有什么，回复 {menu_link('团购')}。"])


def not_among_them(goods: str) -> str:
    return f"现在卖的里面没看到“{goods}”。有这些："


def nothing_open(leader_name: str) -> str:
    return f"团长“{leader_name}”现在没有开着的团，开团后会在群里说。回复“我的订单”可以看以前的。"


def _round(round_: RoundView, leader_name: str, now: datetime) -> str:
    lines = [f"【{round_.title}】团长：{leader_name}"]
    lines += [offer_line(o) for o in round_.offers if not o.is_withdrawn]
    if round_.closes_at:
        lines.append(f"截单：{when(round_.closes_at, now)}")
    if pickup(round_):
        lines.append(f"取货：{pickup(round_)}")
    if round_.note:
        lines.append(round_.note)
    lines.append(f"下单直接回复，例如：{example(round_.offers)} 3-502")
    return "\n".join(lines)


def example(offers: Sequence[OfferView]) -> str:
    """草莓2 鸡蛋1, with this round's own names."""
    sold = [o for o in offers if not o.is_withdrawn][:2]
    return " ".join(f"{o.name}{2 - i}" for i, o in enumerate(sold)) or "草莓2 鸡蛋1"


def booked_in(title: str) -> str:
    """The headline where several rounds are open."""
    return f"记好了，您在“{title}”的订单："


def order_line(line: LineView) -> str:
    spec = f"（{line.spec}）" if line.spec and line.spec not in line.name else ""
    return f"{line.name}{spec} {amount(line.quantity_milli, line.unit)} {money(line.line_fen)}"


def order(view: OrderView, round_: RoundView | None, now: datetime, *, headline: str = BOOKED) -> str:
    """The WHOLE order, its total, and what happens next."""
    if not view.lines:
        return f"好的，已经取消，您在“{view.round_title}”没有订单了。"
    lines = [headline, *(order_line(x) for x in view.lines)]
    lines += _extras(view)
    total = f"合计 {money(view.total_fen - view.discount_fen)}（接龙号 {view.seq}）"
    lines.append(total)
    if view.room or view.resident_name:
        lines.append(" ".join(x for x in (view.room, view.resident_name) if x))
    if view.note:
        lines.append(f"备注：{view.note}")
    if round_ and round_.closes_at:
        lines.append(f"{when(round_.closes_at, now)} 截单，之前可以随时改。")
    if round_ and (where := pickup(round_)):
        lines.append(f"取货：{where}")
    return "\n".join(lines)


def _extras(view: OrderView) -> list[str]:
    """What stands beside the goods in an order's total."""
    lines = []
    if view.fee_fen:
        lines.append(f"配送等费用 {money(view.fee_fen)}")
    elif view.fees.order_fee_fen and view.goods_fen and view.fees.fee_free_from_fen:
        lines.append(f"满{money(view.fees.fee_free_from_fen)}，免配送费")
    if view.transport_fen:
        lines.append(f"分摊运费 {money(view.transport_fen)}")
    if view.discount_fen:
        lines.append(f"优惠券 -{money(view.discount_fen)}")
    if view.fees.transport_fen and not view.transport_fen and view.state == "placed":
        lines.append(f"（这一团运费 {money(view.fees.transport_fen)}，截单时按单平摊，另算）")
    return lines


def my_order(view: OrderView, when_and_where: str = "") -> str:
    """One order in the list of 我的订单."""
    state = {
        "placed": "已订，还没截单",
        "confirmed": "已截单，等到货",
        "ready": "到货了，可以取",
        "partly": "取了一部分",
        "picked_up": "已取完",
        "no_show": "没有来取",
        "cancelled": "已取消",
    }[view.state]
    if view.round_kind == "shelf" and view.state == "ready":
        state = "可以来取"
    pay = {
        "unpaid": f"未付 {money(view.due_fen)}" + _had(view),
        "claimed": f"待团长核对 {money(view.due_fen)}" + _had(view),
        "paid": "已付",
        "part_refunded": f"已付，退了{money(view.refunded_fen)}",
        "refunded": f"已退 {money(view.refunded_fen)}",
        "nothing": "不用付",
    }[view.pay_state]
    if view.due_fen < 0:
        pay += f"，多付的 {money(-view.due_fen)} 会退给您"
    lines = [f"【{view.round_title}】{state}，{pay}"]
    if view.host_name is not None or view.account_id is None:
        lines.append(f"（替 {' '.join(x for x in (view.room, view.resident_name) if x)} 订的）")
    lines += [_kept(x) for x in view.lines]
    lines += _extras(view)
    number = "单号" if view.round_kind == "shelf" else "接龙号"
    lines.append(f"合计 {money(view.total_fen - view.discount_fen)}（{number} {view.seq}）")
    if view.code and view.state in {"ready", "partly", "no_show"}:
        lines.append(f"取货码：{view.code[:3]} {view.code[3:]}")
    if when_and_where:
        lines.append(f"取货：{when_and_where}")
    return "\n".join(lines)


def _had(view: OrderView) -> str:
    got = view.paid_fen - view.refunded_fen
    return f"（已付 {money(got)}）" if got > 0 else ""


def _kept(line: LineView) -> str:
    text = order_line(line)
    if line.allocated_milli is not None and line.allocated_milli < line.quantity_milli:
        text += f"（到货不足，实发{amount(line.allocated_milli, line.unit)}）"
    if line.picked_milli:
        text += f"，已取{amount(line.picked_milli, line.unit)}"
    return text


def no_orders() -> str:
    return "您还没有订单。回复“团购”看现在能订什么。"


def nothing_to_cancel() -> str:
    return "您现在没有可以取消的订单。"


def which_to_cancel(titles: Sequence[str]) -> str:
    lines = "\n".join(f"{i} {title}" for i, title in enumerate(titles, 1))
    return f"您在几个团里都订了，取消哪一个？回复数字：\n{lines}"


def ask_cancel(view: OrderView) -> str:
    lines = "、".join(f"{x.name}{amount(x.quantity_milli, x.unit)}" for x in view.lines)
    return f"要取消“{view.round_title}”的全部订单吗？（{lines}）\n回复 {menu_link('确认')} 或 {menu_link('算了')}"


def not_yet(text: str) -> str:
    word = text.split(maxsplit=1)[0][:6] if text.split() else ""
    return f"“{word}”这个功能现在还没有，没有记任何东西。回复“帮助”看能做什么。"


def unclear(rounds: Sequence[RoundView]) -> str:
    like = example(rounds[0].offers if rounds else ())
    return f"没看懂您要什么。请写商品和数量，例如：{like}；回复“团购”看现在有什么。"


def unknown(rounds: Sequence[RoundView], mine: Sequence[OrderView], *, reaching: str) -> str:
    """`mine`: what the neighbour has ordered in these rounds, and what stays as it is."""
    start = "这句我没看懂，没有记任何东西。"
    if has := "、".join(f"{x.name}{amount(x.quantity_milli, x.unit)}" for o in mine for x in o.lines):
        start = f"这句我没看懂，您订的没有变：{has}。\n"
    order = f"要订货请写商品和数量，例如：{example(rounds[0].offers)}；" if rounds else ""
    return f"{start}{order}{reaching}\n回复“帮助”看能做什么。"


def introduced(name: str | None, room: str | None, phone: str | None, community: str | None = None) -> str:
    said = "，".join(
        part
        for part in (
            f"小区 {community}" if community else "",
            f"房号 {room}" if room else "",
            f"称呼 {name}" if name else "",
            "电话已记" if phone else "",
        )
        if part
    )
    return f"记住了：{said}。"


def order_moved(title: str, before: str, room: str) -> str:
    return f"“{title}”的订单也改到 {room} 了（原来 {before}）。"


NO_ORDER_TO_MOVE = "您现在没有可以改的订单，没有改动。您自己搬了家，请发：我住 5-301"


def order_goes_to(title: str, room: str, *, home: str | None) -> str:
    """One order goes elsewhere; where the neighbour lives stays, and is said."""
    own = f"您家的房号还是 {home}；搬了家请发：我住 {room}" if home and home != room else ""
    return f"好的，“{title}”这一单改到 {room} 了。{own}"


def which_to_move(room: str, titles: Sequence[str]) -> str:
    lines = "\n".join(f"{i} {title}" for i, title in enumerate(titles, 1))
    return f"您在几个团里都订了，哪一单改到 {room}？回复数字：\n{lines}"


def my_codes(codes: Sequence[tuple[str, str, str | None, str]]) -> str:
    """(round title, code, link, when and where) of each order that can be collected; one place is said once."""
    lines = []
    places = [place for _, _, _, place in codes]
    is_one = len(set(places)) == 1
    for title, code, link, place in codes:
        lines.append(f"【{title}】取货码：{code[:3]} {code[3:]}")
        if link:
            lines.append(f'<a href="{link}">打开二维码给团长扫</a>')
        if place and not is_one:
            lines.append(f"取货：{place}")
    if is_one and places[0]:
        lines.append(f"取货：{places[0]}")
    lines.append("取货时报这六个数字，或者把二维码给团长扫。")
    return "\n".join(lines)


def no_code_yet(view: OrderView | None) -> str:
    if view is None:
        return "您现在没有等着取的订单。"
    return f"“{view.round_title}”还没到货，到货后会把取货码发给您。"


def pay_claimed(total_fen: int, due_fen: int) -> str:
    """`total_fen`: what he says he paid; `due_fen`: of the orders it may be for."""
    of = f"（要付的是 {money(due_fen)}）" if due_fen != total_fen else ""
    return f"记下了，您说已付 {money(total_fen)}{of}。团长收到后会核对，在“我的订单”里能看到。"


def nothing_to_pay() -> str:
    return "您没有要付的订单。"


def pending_expired() -> str:
    return "这个问题过去太久了，没有改动。请重新说一遍。"


def bad_choice(count: int) -> str:
    return "请回复 1，或者“算了”。" if count == 1 else f"请回复 1 到 {count} 里的一个数字，或者“算了”。"


def said_later(notices: Sequence[str]) -> str:
    """What could not be pushed, told now."""
    return "【之前没能送到的消息】\n" + "\n".join(notices)
