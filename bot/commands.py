"""What a message asks for, as values. Parsing makes them, the router maps each type to one handler.

A command that waits for 「确认」 or is one of several numbered choices is kept in the conversation as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot import typed
from bot.parsing.values import ChainReading, Doubt, Line, Pickup, PostItem, PostReading


class Command:
    """Something a person wants done."""

    __slots__ = ()


class LeaderCommand(Command):
    """Something only a leader may do, however it was asked for: typed, tapped in the menu, or confirmed later."""

    __slots__ = ()


# ------------------------------------------------------------------ everybody
@dataclass(frozen=True, slots=True)
class Help(Command):
    """帮助."""


@dataclass(frozen=True, slots=True)
class More(Command):
    """更多: the rest of a long reply."""


@dataclass(frozen=True, slots=True)
class Confirm(Command):
    """确认: run what was shown as a preview."""


@dataclass(frozen=True, slots=True)
class Dismiss(Command):
    """算了: forget what was asked."""


@dataclass(frozen=True, slots=True)
class Unknown(Command):
    """Nothing that can be done; `topic` says what it was about, and so how to say that.

    talk, not_yet, leader_only, code, chain, post, unclear, stays (谁说我不要了); how:改价 (a leader's word that was not
    finished), unsold:西瓜 (goods she would change, which nobody sells); else what the reader recognised (spec,
    delivery …).
    """

    text: str
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class BindLeader(Command):
    """L7, or a scanned code. `confirmed` when somebody who has another leader said yes."""

    number: int
    via: Literal["scene", "link", "code", "invite"] = "code"
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ApplyAsLeader(Command):
    """我要当团长 小美 阳光花园3号楼."""

    name: str
    note: str | None = None


# ------------------------------------------------------------------ residents
@dataclass(frozen=True, slots=True)
class ShowMenu(Command):
    """团购 / 菜单: what can be ordered now. `topic` says what was asked (price, stock, deadline, pickup …)."""

    topic: str | None = None


@dataclass(frozen=True, slots=True)
class OrderPage(Command):
    """下单: links to the pages on which the open rounds can be ordered from."""


@dataclass(frozen=True, slots=True)
class ChangeOrder(Command):
    """An order or a change of one, line by line; `doubts` are asked about. `is_for_guest`: for a neighbour, 代 …"""

    lines: tuple[Line, ...]
    doubts: tuple[Doubt, ...] = ()
    room: str | None = None
    phone: str | None = None
    name: str | None = None
    note: str | None = None
    is_exchange: bool = False
    is_for_guest: bool = False
    cancels_all: bool = False  # 代 3-502 王姐 取消
    said: str = ""  # the words, for what a doubt alone does not tell: 「+1」 adds, whatever it turns out to be of
    resident_id: int | None = None  # whose order it is, after that was asked; 0: nobody's who has one yet
    confirmed: bool = False  # that a neighbour's own order is cancelled
    likely: tuple[Line, ...] = ()  # what the doubts, all about the whole message, most likely come to: offered
    words: str = ""  # of a leader about a neighbour: read again against what he has, once it is known who is meant


@dataclass(frozen=True, slots=True)
class AsUsual(Command):
    """老样子: what this neighbour usually takes, shown first; 照上次 (`is_last`): what he took last time."""

    is_last: bool = False
    lines: tuple[Line, ...] = ()  # what was shown
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ShowShelf(Command):
    """现货: what lies at the leader's and can be taken at once, between rounds."""


@dataclass(frozen=True, slots=True)
class CancelOrder(Command):
    """都不要了: the whole order of a round, asked first."""

    round_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class MyOrders(Command):
    """我的订单."""


@dataclass(frozen=True, slots=True)
class MyCode(Command):
    """取货码."""


@dataclass(frozen=True, slots=True)
class ClaimPaid(Command):
    """已付款: the resident says so; the leader checks."""


@dataclass(frozen=True, slots=True)
class HowToPay(Command):
    """怎么付: what is owed, how this leader is paid, and the link where she takes WeChat Pay."""


@dataclass(frozen=True, slots=True)
class OpenCase(Command):
    """售后 草莓 坏了两个."""

    text: str
    lines: tuple[Line, ...] = ()
    order_id: int | None = None
    code: str | None = None  # opened by the leader on somebody's behalf
    is_remark: bool = False  # 苹果不甜, 大米能退吗: asked whether it shall be one
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class WithdrawCase(Command):
    """取消售后 / 不用退了; 算了 right after one was opened: shown first. `is_vague`: 找到了 may mean nothing of it."""

    number: int | None = None
    is_vague: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class MyCases(Command):
    """我的售后怎么样了 / 退款什么时候到: the neighbour's own cases."""


@dataclass(frozen=True, slots=True)
class StillToFetch(Command):
    """还有什么没取 / 我取过了: what of his orders was not handed out yet."""


@dataclass(frozen=True, slots=True)
class UseCoupon(Command):
    """用券 / 用券 ABC123 / 不用券. Without a code: the only one there is, or which one."""

    code: str | None = None
    is_off: bool = False
    round_id: int | None = None


@dataclass(frozen=True, slots=True)
class MyCoupons(Command):
    """我的券."""


@dataclass(frozen=True, slots=True)
class Invite(Command):
    """邀请: the resident's own link, and how it went so far."""


@dataclass(frozen=True, slots=True)
class JoinInvited(Command):
    """邀请码 23482913, or a scanned one: a newcomer comes by a neighbour's word."""

    code: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class WriteReview(Command):
    """评价 5 很新鲜: of the last order that was handed out. No stars: how it is said."""

    stars: int | None = None
    words: str | None = None
    shows_name: bool = False


@dataclass(frozen=True, slots=True)
class ContactLeader(Command):
    """联系团长 …"""

    text: str


@dataclass(frozen=True, slots=True)
class Introduce(Command):
    """我是 3栋502 王姐."""

    name: str | None
    room: str | None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class MoveOrder(Command):
    """我那单改到5-302: this order goes to another home; the neighbour still lives where he lives."""

    room: str
    round_id: int | None = None


@dataclass(frozen=True, slots=True)
class JoinCommunity(Command):
    """小区 东湖花园: which of the leader's communities a neighbour lives in. No name: which there are."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class SetMuted(Command):
    """退订 / 订阅."""

    is_muted: bool


@dataclass(frozen=True, slots=True)
class SetNews(Command):
    """退订公告 / 订阅公告: announcements only; other notices go on."""

    is_wanted: bool


@dataclass(frozen=True, slots=True)
class ExportMe(Command):
    """导出我的资料."""


@dataclass(frozen=True, slots=True)
class EraseMe(Command):
    """删除我的资料."""

    confirmed: bool = False


# ------------------------------------------------------------------ leaders
@dataclass(frozen=True, slots=True)
class PostRound(LeaderCommand):
    """A 开团 post as it was read, with what the leader has added since. Shown first, published on 确认."""

    reading: PostReading
    text: str
    copied_from_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ApplyChain(LeaderCommand):
    """A pasted 接龙: shown as a difference, applied on 确认. `text` is read again once the round is known."""

    reading: ChainReading
    text: str = ""
    round_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ShowTotals(LeaderCommand):
    """统计."""

    nth: int | None = None


@dataclass(frozen=True, slots=True)
class ShowList(LeaderCommand):
    """名单 / 未付 / 已付 / 未取."""

    which: Literal["all", "unpaid", "paid", "uncollected", "collected"]
    nth: int | None = None


@dataclass(frozen=True, slots=True)
class Export(LeaderCommand):
    """导出: a link to the .xlsx."""

    nth: int | None = None


@dataclass(frozen=True, slots=True)
class CloseRound(LeaderCommand):
    """截单."""

    nth: int | None = None
    round_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class SetDeadline(LeaderCommand):
    """延长 1小时 / 改截单 明晚8点 / 重开 明晚8点. Exactly one of `at` and `by` is set; `is_reopening` for 重开."""

    at: datetime | None = None
    by: timedelta | None = None
    is_reopening: bool = False
    nth: int | None = None
    round_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class MovePickup(LeaderCommand):
    """自提改到后天16:00-19:00 / 地点改成南门 / 自提推迟1小时: another time or place for a round's pickup.

    `is_day_said` False: a clock of the day that stands there; `unread`: words that were neither time nor place.
    """

    pickup: Pickup | None = None
    place: str | None = None
    by: timedelta | None = None
    is_day_said: bool = True
    unread: str = ""
    round_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class SetPrice(LeaderCommand):
    """改价 2 38 / 草莓改价 38. `goods`: what the item was called where no number was said (`number` is 0 then)."""

    number: int
    price_fen: int
    round_id: int | None = None
    goods: str = ""


@dataclass(frozen=True, slots=True)
class SetCapacity(LeaderCommand):
    """加量 1 50 (more of it) / 限量 1 50 (in all) / 草莓只剩5盒 (besides what is ordered). `goods`: see SetPrice."""

    number: int
    quantity_milli: int
    is_more: bool
    round_id: int | None = None
    goods: str = ""
    is_left: bool = False
    may_be_own: bool = False  # 草莓再加10盒: perhaps the leader orders them herself


@dataclass(frozen=True, slots=True)
class SetLimit(LeaderCommand):
    """限购 1 2 / 草莓限购2盒 / 草莓不限购 (None). `goods`: see SetPrice."""

    number: int
    quantity_milli: int | None
    round_id: int | None = None
    goods: str = ""


@dataclass(frozen=True, slots=True)
class Withdraw(LeaderCommand):
    """下架 2 / 上架 2 / 草莓卖完了. `goods`: see SetPrice."""

    number: int
    is_withdrawn: bool = True
    round_id: int | None = None
    goods: str = ""


@dataclass(frozen=True, slots=True)
class TeachAlias(LeaderCommand):
    """别名 2 红的: what the neighbours call item 2, here and in the leader's later rounds."""

    number: int
    alias: str
    round_id: int | None = None


@dataclass(frozen=True, slots=True)
class AddOffers(LeaderCommand):
    """加品 鲜牛奶 950ml 15元."""

    items: tuple[PostItem, ...]
    round_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class PutOnShelf(LeaderCommand):
    """上架 大米 5kg 35元/袋 20袋: ordinary goods on the shelf, shown first."""

    items: tuple[PostItem, ...]
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class SetShelf(LeaderCommand):
    """现货 改价 大米 38 / 现货 加量 1 10 / 现货 库存 大米 5 / 现货 下架 大米. `which`: its number or its name."""

    which: str
    change: Literal["price", "more", "stock", "off", "on"]
    price_fen: int | None = None
    quantity_milli: int | None = None
    is_certain: bool = False  # 现货 was said: goods of the same name in a round are not meant


@dataclass(frozen=True, slots=True)
class ShelfDay(LeaderCommand):
    """现货 统计 / 现货 名单 / 现货 未取 / 现货 导出: what was sold of the shelf on its last day."""

    which: Literal["totals", "all", "unpaid", "uncollected", "export"]


@dataclass(frozen=True, slots=True)
class Recommend(LeaderCommand):
    """推荐 1 今年头茬，特别甜: the leader's own words beside an offer on the page; None takes them away."""

    number: int
    words: str | None
    nth: int | None = None
    round_id: int | None = None


@dataclass(frozen=True, slots=True)
class MakePoster(LeaderCommand):
    """海报: the open round as one picture for the group."""

    nth: int | None = None
    round_id: int | None = None


@dataclass(frozen=True, slots=True)
class FullCases(LeaderCommand):
    """整箱: how far the cases are. 整箱 1 补满: what to do with one item's last case; 整箱 补满: usually."""

    rest: Literal["extend", "cap", "buy"] | None = None
    number: int | None = None
    nth: int | None = None
    round_id: int | None = None


@dataclass(frozen=True, slots=True)
class CopyRound(LeaderCommand):
    """再来一团: the last round's items with a new deadline, shown as a preview."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class CancelRound(LeaderCommand):
    """撤团."""

    reason: str | None = None
    nth: int | None = None
    round_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class MarkArrived(LeaderCommand):
    """到货 / 到货 草莓少3 鸡蛋破2 / 到货 每栋间隔15分钟. `missing` is read against the round that has come.

    `is_late`: shown as a shortage found after the goods had been announced, and confirmed as that.
    """

    missing: str = ""
    nth: int | None = None
    round_id: int | None = None
    batch_minutes: int | None = None
    batch_first: tuple[str, ...] = ()
    is_late: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Remind(LeaderCommand):
    """提醒没来的 / 提醒大家付钱 / 催一下 (neither said): shown first, with how many."""

    about: Literal["pickup", "pay"] | None = None
    nth: int | None = None
    round_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class TellAll(LeaderCommand):
    """全部通知: who waits for his building's turn is told of the goods now."""


@dataclass(frozen=True, slots=True)
class Redeem(Command):
    """One or several pickup codes, each with the text of the part that is handed out (empty: all of it)."""

    codes: tuple[tuple[str, str], ...]
    token: str | None = None
    wanted: tuple[tuple[int, int], ...] = ()  # what is not held by a case: offer numbers and thousandths
    closes: tuple[int, ...] = ()  # cases that are over once all is handed out


@dataclass(frozen=True, slots=True)
class Annul(Command):
    """撤销 482913."""

    code: str


@dataclass(frozen=True, slots=True)
class FindNeighbour(LeaderCommand):
    """3-502 / 王姐订了什么 / 王姐付了吗: what a neighbour has ordered, and how it stands."""

    words: str


@dataclass(frozen=True, slots=True)
class HandOut(LeaderCommand):
    """3-502取走了 / 核销 王姐: all that a household has waiting, or what is said (王姐拿了一箱苹果), without its code;
    shown first."""

    words: str
    part: str = ""
    order_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class HandOutAll(LeaderCommand):
    """都取走了: all that still waits of a round, shown first."""

    nth: int | None = None
    round_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class AnnulOf(LeaderCommand):
    """撤销王姐的核销 / 刚才那个核错了 (nobody named): what was handed out a moment ago, shown first."""

    words: str = ""
    order_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class RemindOne(LeaderCommand):
    """提醒王姐来拿."""

    words: str
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class MarkPaid(LeaderCommand):
    """收 12 45 (接龙 numbers) / 已付 3-502 (a room) / 王姐付了 (a name)."""

    seqs: tuple[int, ...] = ()
    room: str | None = None
    amount_fen: int | None = None
    round_id: int | None = None
    name: str | None = None
    order_id: int | None = None
    confirmed: bool = False  # more than is owed


@dataclass(frozen=True, slots=True)
class UndoPaid(LeaderCommand):
    """收错 12 / 收错 3-502: the payment that was entered last is taken back. An order and its payment: this one."""

    seqs: tuple[int, ...] = ()
    room: str | None = None
    order_id: int | None = None
    payment_id: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class GiveBack(LeaderCommand):
    """待退: who is to get money back, each a numbered choice; with an order: its money was handed over."""

    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class SetPaying(LeaderCommand):
    """收款方式 / 收款方式 转账 扫门口的收款码 / 自动取消 24小时 / 自动取消 关. Nothing set: how it stands."""

    mode: Literal["pickup", "transfer", "wechat"] | None = None
    note: str | None = None
    cancel_after_h: int | None = None  # 0: never


@dataclass(frozen=True, slots=True)
class SetFees(LeaderCommand):
    """收费 / 配送费 3元 满50免 / 每件费 0.5 / 起订 30 / 分摊运费 30; 关 is 0. Nothing set: how it stands."""

    order_fen: int | None = None
    free_from_fen: int | None = None
    unit_fen: int | None = None
    min_fen: int | None = None
    transport_fen: int | None = None  # of one open round
    round_id: int | None = None


@dataclass(frozen=True, slots=True)
class ShowSettlement(LeaderCommand):
    """结算 / 结算 2: what a finished round came to, and what of it is the leader's."""

    nth: int | None = None


@dataclass(frozen=True, slots=True)
class ConfirmSettlement(LeaderCommand):
    """确认 after 结算: looked at and found right."""

    settlement_id: int
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ListCases(LeaderCommand):
    """售后."""


@dataclass(frozen=True, slots=True)
class DecideCase(LeaderCommand):
    """退 S12 全额 / 退 S12 8元 / 补 S12 / 拒 S12 理由 / 转平台 S12; 退3块6 / 退王姐3块 / 全退 without a number (0): the
    case that waits, or the neighbour's (`who`: a name or a room)."""

    number: int
    decision: Literal["refund", "replacement", "reject", "escalate", "handed"]  # handed: given to him already
    amount_fen: int | None = None
    reason: str | None = None
    confirmed: bool = False
    who: str | None = None


@dataclass(frozen=True, slots=True)
class CaseOf(LeaderCommand):
    """王姐的苹果坏了 / 少发了王姐一袋米: a case on a neighbour's behalf, shown first."""

    who: str
    text: str
    order_id: int | None = None
    lines: tuple[Line, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class CloseCase(LeaderCommand):
    """S1 处理好了 / 王姐的售后处理好了: asked how it was dealt with."""

    number: int = 0
    who: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerRelay(LeaderCommand):
    """回 12 …: the leader's answer to a neighbour's question."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class WriteTo(LeaderCommand):
    """回复王姐 可以 / 告诉王姐 晚点来没事: the answer to what she asked, else a message of its own, shown first."""

    words: str
    text: str
    resident_id: int | None = None


@dataclass(frozen=True, slots=True)
class Announce(LeaderCommand):
    """公告 … / 公告 本团 … / 预告 …: to all neighbours, or to who ordered in a round; shown first."""

    kind: Literal["event", "preview"]
    words: str
    is_for_round: bool = False
    nth: int | None = None
    round_id: int | None = None
    title: str | None = None
    confirmed: bool = False
    community_id: int | None = None  # 公告 东湖花园 …: only who lives there


@dataclass(frozen=True, slots=True)
class SetCommunities(LeaderCommand):
    """小区 / 小区 阳光花园、东湖花园: the communities a leader serves. Nothing named: how it stands."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListNews(LeaderCommand):
    """公告: what was sent, and to how many it came."""


@dataclass(frozen=True, slots=True)
class WithdrawNews(LeaderCommand):
    """撤公告 3."""

    number: int


@dataclass(frozen=True, slots=True)
class ListAway(LeaderCommand):
    """好久没订: who has ordered before, but not in the last three rounds."""


@dataclass(frozen=True, slots=True)
class ListReviews(LeaderCommand):
    """评价: what neighbours said."""


@dataclass(frozen=True, slots=True)
class AnswerReview(LeaderCommand):
    """回评 3 谢谢: the leader's answer under a review."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class AddHelper(LeaderCommand):
    """加核销员 …: a one-time word that makes a neighbour a helper."""

    name: str


@dataclass(frozen=True, slots=True)
class LeaderPage(LeaderCommand):
    """主页: the leader's own link and code to share."""


@dataclass(frozen=True, slots=True)
class Console(Command):
    """后台: a one-time link to the leader's own console, or to the helper's part of it.

    打印 (papers of a round), 换头像 (profile): the same link, straight to that page; only for the leader.
    """

    page: Literal["papers", "profile"] | None = None
    nth: int | None = None
    round_id: int | None = None


def dump(command: Command) -> dict[str, Any]:
    """A command as JSON."""
    return {"name": type(command).__name__, "value": typed.plain(command)}


def load(stored: dict[str, Any]) -> Command:
    """The command that `dump` wrote. Raises KeyError for a name this version does not know."""
    command: Command = typed.read(KINDS[stored["name"]], stored["value"])
    return command


# Not Command.__subclasses__(): a dataclass with slots is made twice, and the first making is listed there too.
KINDS: dict[str, type[Command]] = {
    name: kind
    for name, kind in list(globals().items())
    if isinstance(kind, type) and issubclass(kind, Command) and kind not in {Command, LeaderCommand}
}
