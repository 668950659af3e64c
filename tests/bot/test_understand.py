"""What a message asks for, by who says it: a table. What is said about goods is tested in `tests/parsing`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import commands as c
from bot.parsing.catalogue import Catalogue
from bot.parsing.values import Item, Line
from bot.understand import Situation, bare_number, op_before, understand

NOW = datetime(2026, 5, 2, 2, 0, tzinfo=UTC)  # Saturday, 10:00 in Shanghai
CATALOGUE = Catalogue(
    [
        Item(1, 1, "红颜草莓", "盒", 4500, "2斤/盒"),
        Item(2, 2, "土鸡蛋", "份", 3600, "30枚"),
        Item(3, 3, "鲜牛奶", "瓶", 1500, "950ml"),
    ]
)
EVENING = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)

EVERYBODY = [
    ("帮助", c.Help()),
    ("怎么用", c.Help()),
    ("？", c.Help()),
    ("更多", c.More()),
    ("确认", c.Confirm()),
    ("好的", c.Confirm()),
    ("OK", c.Confirm()),
    ("算了", c.Dismiss()),
    ("不用了。", c.Dismiss()),
    ("L7", c.BindLeader(7)),
    ("l 12", c.BindLeader(12)),
    ("团长 L3", c.BindLeader(3)),
    ("我要当团长 小王 阳光花园3号楼", c.ApplyAsLeader("小王", "阳光花园3号楼")),
    ("想当团长", c.ApplyAsLeader("")),
    ("退订", c.SetMuted(True)),
    ("订阅", c.SetMuted(False)),
    ("导出我的资料", c.ExportMe()),
    ("删除我的资料", c.EraseMe()),
    ("我的订单", c.MyOrders()),
    ("我订了什么", c.MyOrders()),
    ("取货码", c.MyCode()),
    ("二维码", c.MyCode()),
    ("我是 3栋502 王姐", c.Introduce("王姐", "3-502")),
    ("我是老李", c.Introduce("老李", None)),
    ("我住5-301", c.Introduce(None, "5-301")),
]

RESIDENT = [
    ("团购", c.ShowMenu()),
    ("我想取消", c.CancelOrder()),
    ("取消一下我的订单吧", c.CancelOrder()),
    ("退订单", c.CancelOrder()),
    ("算了吧", c.Dismiss()),
    ("按错了", c.Dismiss()),
    ("你好呀", c.Unknown("你好呀", "hello")),
    ("有什么", c.ShowMenu()),
    ("截单了没", c.ShowMenu("deadline")),
    ("什么时候截单", c.ShowMenu("deadline")),
    ("到货了吗", c.ShowMenu("arrival")),
    ("草莓到货了吗", c.ShowMenu("arrival")),
    ("到货", c.ShowMenu("arrival")),
    ("几点能取", c.ShowMenu("pickup")),
    ("未付吗", c.ShowMenu("payment")),
    ("我没付钱", c.ShowMenu("payment")),
    ("钱付了吗", c.ShowMenu("payment")),
    ("草莓多少钱", c.ShowMenu("price")),
    ("能不能便宜点", c.ShowMenu("bargain")),
    ("贵妃芒怎么卖", c.ShowMenu("price")),
    ("可以开发票吗", c.ShowMenu("invoice")),
    ("快递到家吗", c.ShowMenu("delivery")),
    ("运费多少", c.ShowMenu("delivery")),
    ("周日能取吗", c.ShowMenu("pickup")),
    ("今天能拿到吗", c.ShowMenu("pickup")),
    ("草莓是哪里产的", c.ShowMenu("spec")),
    ("团长电话多少", c.ShowMenu("reach")),
    ("下次什么时候开团", c.ShowMenu("next")),
    ("支持微信吗", c.ShowMenu("payment")),
    ("可以退吗", c.ShowMenu("returns")),
    ("草莓坏了怎么办", c.ShowMenu("returns")),
    ("草莓烂了两个能退吗", c.OpenCase("草莓烂了两个能退吗")),
    ("我明天不在家 让我儿子去拿行不行", c.ShowMenu("by_another")),
    ("怎么付钱 我不会用微信付", c.ShowMenu("payment")),
    ("多少钱一共", c.MyOrders()),
    ("我还能改吗", c.ShowMenu("deadline")),
    ("算一下总共多少", c.MyOrders()),
    ("草莓少到了一份", c.OpenCase("草莓少到了一份")),
    ("怎么还没到", c.ShowMenu("arrival")),
    ("谁是团长", c.ShowMenu("reach")),
    ("没看到二维码", c.MyCode()),
    ("怎么取消通知", c.SetMuted(True)),
    ("不要再发了", c.SetMuted(True)),
    ("老板娘在吗", c.ContactLeader("")),
    ("我那单改到5-302", c.MoveOrder("5-302")),
    ("把我的订单送到5号楼302我女儿家", c.MoveOrder("5-302")),
    ("这单放5-302吧", c.MoveOrder("5-302")),
    ("还有草莓吗", c.ShowMenu("stock")),
    ("联系团长 能晚点取吗？", c.ContactLeader("能晚点取吗？")),
    ("告诉团长我晚到，留一下", c.ContactLeader("我晚到，留一下")),
    ("联系团长", c.ContactLeader("")),
    ("售后 草莓坏了两个", c.OpenCase("草莓坏了两个")),
    ("草莓坏了两个", c.OpenCase("草莓坏了两个")),
    ("售后", c.OpenCase("")),
    ("付好了", c.ClaimPaid()),
    ("已付款", c.ClaimPaid()),
    ("转给你了", c.ClaimPaid()),
    ("付了，微信转的", c.ClaimPaid()),
    ("5星 很好吃", c.WriteReview(5, "很好吃")),
    ("五星好评", c.WriteReview(5)),
    ("怎么邀请邻居", c.Invite()),
    ("付款码发一下", c.HowToPay()),
    ("收款码发我", c.HowToPay()),
    ("我到了", c.MyCode()),
    ("我来拿了", c.MyCode()),
    ("取货", c.MyCode()),
    ("我一共多少钱", c.MyOrders()),
    ("人工", c.ContactLeader("")),
    ("团长在吗", c.ContactLeader("")),
    ("取消订单", c.CancelOrder()),
    ("都不要了", c.CancelOrder()),
    ("退出接龙", c.CancelOrder()),
]

LEADER = [
    ("团购", c.ShowMenu()),
    ("统计", c.ShowTotals()),
    ("统计 2", c.ShowTotals(2)),
    ("名单", c.ShowList("all")),
    ("未付", c.ShowList("unpaid")),
    ("谁没付钱", c.ShowList("unpaid")),
    ("未取", c.ShowList("uncollected")),
    ("没来的", c.ShowList("uncollected")),
    ("导出", c.Export()),
    ("截单", c.CloseRound()),
    ("截单 2", c.CloseRound(2)),
    ("延长 1小时", c.SetDeadline(by=timedelta(hours=1))),
    ("延长", c.SetDeadline()),
    ("改截单 明晚8点", c.SetDeadline(at=EVENING)),
    ("截单 明天20:00", c.SetDeadline(at=EVENING)),
    ("重开 明晚8点", c.SetDeadline(at=EVENING, is_reopening=True)),
    ("重开", c.SetDeadline(is_reopening=True)),
    ("改价 2 38", c.SetPrice(2, 3800)),
    ("改价 2 38.5元", c.SetPrice(2, 3850)),
    ("改价 草莓 38", c.SetPrice(0, 3800, goods="草莓")),
    ("草莓改价38", c.SetPrice(0, 3800, goods="草莓")),
    ("今天谁下单了", c.ShowList("all")),
    ("取货名单发我", c.ShowList("all")),
    ("草莓每家限2盒", c.SetLimit(0, 2000, goods="草莓")),
    ("草莓少到了一份", c.MarkArrived(missing="草莓少一份")),
    ("草莓一共要多少盒", c.ShowTotals()),
    ("S1退全款", c.DecideCase(1, "refund")),
    ("S12 退8块", c.DecideCase(12, "refund", amount_fen=800)),
    ("s3补货吧", c.DecideCase(3, "replacement")),
    ("S3拒绝", c.DecideCase(3, "reject")),
    ("把粮油团的截单推迟到明天20:00", c.SetDeadline(at=EVENING)),
    ("推迟到明天20:00截单", c.SetDeadline(at=EVENING)),
    ("通知大家来拿水饺", c.Remind("pickup")),
    ("老李的钱收到了", c.MarkPaid(name="老李")),
    ("5-301的转账到了90", c.MarkPaid(room="5-301", amount_fen=9000)),
    ("王姐的单子给我看看", c.FindNeighbour("王姐")),
    ("草莓涨价了 改成48", c.SetPrice(0, 4800, goods="草莓")),
    ("草莓涨到48", c.SetPrice(0, 4800, goods="草莓")),
    ("把草莓改成48元", c.SetPrice(0, 4800, goods="草莓")),
    ("草莓降价5块", c.Unknown("草莓降价5块", "how:改价")),
    ("草莓限20盒", c.SetCapacity(0, 20000, is_more=False, goods="草莓")),
    ("草莓加量20", c.SetCapacity(0, 20000, is_more=True, goods="草莓")),
    ("草莓只剩5盒了", c.SetCapacity(0, 5000, is_more=False, goods="草莓", is_left=True)),
    ("草莓卖完了", c.Withdraw(0, goods="草莓")),
    ("下架草莓", c.Withdraw(0, goods="草莓")),
    ("草莓又有货了", c.Withdraw(0, False, goods="草莓")),
    ("草莓订了多少", c.ShowTotals()),
    ("今天卖了几单", c.ShowTotals()),
    ("今天还有谁没来拿", c.ShowList("uncollected")),
    ("还有哪些人没付款", c.ShowList("unpaid")),
    ("晚一个小时截单", c.SetDeadline(by=timedelta(hours=1))),
    ("我赚了多少", c.ShowSettlement()),
    ("通知大家草莓晚到一小时", c.Announce("event", "草莓晚到一小时")),
    ("发个通知：今晚七点后来取", c.Announce("event", "今晚七点后来取")),
    ("草莓限购2盒", c.SetLimit(0, 2000, goods="草莓")),
    ("限购 1 2", c.SetLimit(1, 2000)),
    ("每人限购2盒草莓", c.SetLimit(0, 2000, goods="草莓")),
    ("每人最多2盒", c.Unknown("每人最多2盒", "how:限购")),
    ("草莓不限购", c.SetLimit(0, None, goods="草莓")),
    ("打印名单", c.ShowList("all")),
    ("帮我看下谁还没付", c.ShowList("unpaid")),
    ("发海报", c.MakePoster()),
    ("今天几单", c.ShowTotals()),
    ("关团", c.CloseRound()),
    ("还剩几单没取", c.ShowList("uncollected")),
    ("到货了 花饼少一盒", c.MarkArrived("花饼少一盒")),
    ("桃子烂了三个", c.MarkArrived("桃子坏三个")),
    ("3-502", c.FindNeighbour("3-502")),
    ("502", c.FindNeighbour("502")),
    ("3-502 王姐", c.FindNeighbour("3-502 王姐")),
    ("王姐订了啥", c.FindNeighbour("王姐")),
    ("小周还没拿吧", c.FindNeighbour("小周")),
    ("小周还没付款吗", c.FindNeighbour("小周")),
    ("待核", c.ShowList("unpaid")),
    ("退她一半", c.Unknown("退她一半", "how:退")),
    ("退一半吧", c.Unknown("退一半吧", "how:退")),
    ("查一下王姐", c.FindNeighbour("王姐")),
    ("王姐付了吗", c.FindNeighbour("王姐")),
    ("王姐来拿了没", c.FindNeighbour("王姐")),
    ("3-502取了", c.HandOut("3-502")),
    ("12号来拿走了", c.HandOut("12")),
    ("核销 王姐", c.HandOut("王姐")),
    ("王姐付了", c.MarkPaid(name="王姐")),
    ("12号付了", c.MarkPaid((12,))),
    ("3-502的钱付了", c.MarkPaid(room="3-502")),
    ("老李转了45", c.MarkPaid(name="老李", amount_fen=4500)),
    ("收王姐126", c.MarkPaid(name="王姐", amount_fen=12600)),
    ("取消3-502的订单", c.ChangeOrder((), room="3-502", is_for_guest=True, cancels_all=True)),
    ("大家都付了", c.Unknown("大家都付了", "payment")),
    ("微信转账了", c.Unknown("微信转账了", "payment")),
    ("运费付了50", c.Unknown("运费付了50", "payment")),
    ("草莓拿走了", c.Unknown("草莓拿走了")),
    ("加量 1 50", c.SetCapacity(1, 50000, is_more=True)),
    ("限量 1 50盒", c.SetCapacity(1, 50000, is_more=False)),
    ("下架 2", c.Withdraw(2, True)),
    ("别名 2 红的", c.TeachAlias(2, "红的")),
    ("别名 2 两盒", c.Unknown("别名 2 两盒", "how:别名")),
    ("上架2号", c.Withdraw(2, False)),
    ("再来一团", c.CopyRound("")),
    ("再来一团 截单 明天20:00", c.CopyRound("截单 明天20:00")),
    ("撤团", c.CancelRound()),
    ("撤团 2", c.CancelRound(None, 2)),
    ("撤团 果园下雨，不送了", c.CancelRound("果园下雨，不送了")),
    ("到货", c.MarkArrived()),
    ("到货 2", c.MarkArrived(nth=2)),
    ("到货 草莓少3 鸡蛋破2", c.MarkArrived("草莓少3 鸡蛋破2")),
    ("482913", c.Redeem((("482913", ""),))),
    ("核销 482913", c.Redeem((("482913", ""),))),
    ("482913 草莓1", c.Redeem((("482913", "草莓1"),))),
    ("482913 118204", c.Redeem((("482913", ""), ("118204", "")))),
    ("撤销 482913", c.Annul("482913")),
    ("收 12 45", c.MarkPaid((12, 45))),
    ("收 12 30元", c.MarkPaid((12,), amount_fen=3000)),
    ("已付 3-502", c.MarkPaid(room="3-502")),
    ("售后", c.ListCases()),
    ("售后 482913 草莓1 坏果", c.OpenCase("草莓1 坏果", code="482913")),
    ("售后 草莓坏了一盒", c.OpenCase("草莓坏了一盒")),
    ("退 S12 全额", c.DecideCase(12, "refund")),
    ("退 S12 8元", c.DecideCase(12, "refund", amount_fen=800)),
    ("补 S12", c.DecideCase(12, "replacement")),
    ("拒 S12 签收超过24小时", c.DecideCase(12, "reject", reason="签收超过24小时")),
    ("拒 S12", c.DecideCase(12, "reject")),
    ("转平台 S12", c.DecideCase(12, "escalate")),
    ("回 12 可以，晚点来拿", c.AnswerRelay(12, "可以，晚点来拿")),
    ("加核销员 3-502", c.AddHelper("3-502")),
    ("主页", c.LeaderPage()),
    ("后台", c.Console()),
]

# Words by topic: what cannot be done, and why.
TOPICS = [
    ("resident", "谢谢", "talk"),
    ("resident", "收到", "talk"),
    ("resident", "谢谢啊 辛苦你了", "talk"),
    ("resident", "喂", "hello"),
    ("resident", "字太多了看不懂", "simple"),
    ("resident", "你是真人吗", "who"),
    ("leader", "你是谁", "who"),
    ("leader", "好的，谢谢", "talk"),
    ("leader", "代班 L8", "not_yet"),
    ("leader", "休息", "not_yet"),
    ("resident", "截单", "leader_only"),
    ("resident", "撤团", "leader_only"),
    ("resident", "名单", "leader_only"),
    ("resident", "收 12 45", "leader_only"),
    ("resident", "改价 2 38", "leader_only"),
    ("resident", "退 S1 全额", "leader_only"),
    ("resident", "到货 草莓少3", "leader_only"),
    ("resident", "撤销 482913", "leader_only"),
    ("resident", "482913", "code"),
    ("resident", "取货码 482913", "code"),
    ("resident", "草莓改价38", "leader_only"),
    ("resident", "退出 1 小明", "others"),
    ("resident", "#接龙\n1. 小明 草莓2", "chain"),
    ("resident", "#开团 我也开\n1) 面包 12元", "post"),
    ("leader", "改价 面包 38", "unsold:面包"),
    ("leader", "改价 面包", "how:改价"),
    ("leader", "加量", "how:加量"),
    ("leader", "收", "how:收"),
    ("leader", "已付", "how:已付"),
    ("leader", "回复", "how:回复"),
    ("leader", "草莓坏了一个", "how:售后"),
    ("leader", "代 3-502 王姐", "how:代"),
    ("leader", "联系团长 你好", "how:联系团长"),
]


# A neighbour who says this speaks of his own order.
MEANT_OTHERWISE = [
    ("草莓再加10盒", c.SetCapacity(0, 10000, is_more=True, goods="草莓", may_be_own=True)),
    ("多加10盒草莓", c.SetCapacity(0, 10000, is_more=True, goods="草莓", may_be_own=True)),
    ("删掉鸡蛋", c.Withdraw(0, goods="鸡蛋")),
]


@pytest.mark.parametrize(("text", "command"), MEANT_OTHERWISE)
def test_the_same_words_mean_the_round_from_its_leader(text: str, command: c.Command) -> None:
    assert understand(text, _as("leader")) == command
    assert isinstance(understand(text, _as("resident")), c.ChangeOrder)


@pytest.mark.parametrize(("text", "note"), [("草莓1 她住6-301", None), ("草莓1 备注：要大的", "要大的")])
def test_a_word_left_over_is_no_note(text: str, note: str | None) -> None:
    found = understand(text, _as("resident"))
    assert isinstance(found, c.ChangeOrder)
    assert found.note == note


def test_a_leader_who_ordered_some_means_her_own() -> None:
    found = understand("草莓再加10盒", _as("leader", prior=(Line(1, 1000),)))
    assert isinstance(found, c.ChangeOrder)


def _as(who: str, *, prior: tuple[Line, ...] = ()) -> Situation:
    return Situation(NOW, CATALOGUE, prior, is_leader=who == "leader", is_helper=who == "helper", leader_name="小美")


@pytest.mark.parametrize("who", ["resident", "leader", "helper"])
@pytest.mark.parametrize(("text", "command"), EVERYBODY)
def test_words_of_everybody(who: str, text: str, command: c.Command) -> None:
    assert understand(text, _as(who)) == command


@pytest.mark.parametrize(("text", "command"), RESIDENT)
def test_words_of_residents(text: str, command: c.Command) -> None:
    assert understand(text, _as("resident")) == command


@pytest.mark.parametrize(("text", "command"), LEADER)
def test_words_of_leaders(text: str, command: c.Command) -> None:
    assert understand(text, _as("leader")) == command


@pytest.mark.parametrize(("who", "text", "topic"), TOPICS)
def test_what_cannot_be_done_is_named(who: str, text: str, topic: str) -> None:
    assert understand(text, _as(who)) == c.Unknown(text, topic)


@pytest.mark.parametrize(("text", "_command"), LEADER)
def test_a_resident_cannot_do_what_leaders_do(text: str, _command: c.Command) -> None:
    command = understand(text, _as("resident"))
    assert not isinstance(command, (c.LeaderCommand, c.Redeem, c.Annul))
    assert not isinstance(command, c.ChangeOrder) or not command.lines


@pytest.mark.parametrize("text", ["到货了吗", "草莓到货了吗", "截单了没", "未付吗", "什么时候截单"])
def test_a_question_changes_nothing_for_leaders_either(text: str) -> None:
    assert isinstance(understand(text, _as("leader")), (c.ShowMenu, c.Unknown))


@pytest.mark.parametrize(
    ("who", "text", "lines", "is_for_guest"),
    [
        ("resident", "草莓2 鸡蛋1 3-502", {1: 2000, 2: 1000}, False),
        ("leader", "草莓2", {1: 2000}, False),
        ("leader", "代 3-502 王姐 草莓2 鸡蛋1", {1: 2000, 2: 1000}, True),
        ("leader", "3-502 王姐 草莓2", {1: 2000}, True),
        ("resident", "代 3-502 王姐 草莓2", {1: 2000}, True),
        ("resident", "帮我订草莓2", {1: 2000}, False),
        ("leader", "代 3-502 王姐 草莓不要了", {1: 0}, True),
    ],
)
def test_orders_for_oneself_and_for_neighbours(
    who: str, text: str, lines: dict[int, int], *, is_for_guest: bool
) -> None:
    command = understand(text, _as(who))
    assert isinstance(command, c.ChangeOrder)
    assert {line.key: line.quantity_milli for line in command.lines} == lines
    assert command.is_for_guest is is_for_guest


@pytest.mark.parametrize("text", ["代 3-502 王姐 取消", "代 3-502 王姐 都不要了", "代 3-502 王姐 全部取消"])
def test_cancelling_for_a_neighbour_never_cancels_ones_own(text: str) -> None:
    for who in ("leader", "resident"):
        command = understand(text, _as(who, prior=(Line(1, 2000),)))
        assert command == c.ChangeOrder((), room="3-502", name="王姐", is_for_guest=True, cancels_all=True)


def test_an_exchange_is_one_change() -> None:
    command = understand("草莓换成牛奶", _as("resident", prior=(Line(1, 2000),)))
    assert isinstance(command, c.ChangeOrder)
    assert command.is_exchange
    assert set(command.lines) == {Line(1, 0), Line(3, 2000)}


def test_a_post_and_a_chain_are_read_for_leaders() -> None:
    post = understand("#开团 周六水果团\n1) 西瓜 20元/个\n截单:今天20:00", _as("leader"))
    assert isinstance(post, c.PostRound)
    assert post.reading.items[0].price_fen == 2000
    chain = understand("#接龙\n1. 7-101 老周 草莓2\n2. 小明 鸡蛋1", _as("leader"))
    assert isinstance(chain, c.ApplyChain)
    assert [entry.name for entry in chain.reading.entries] == ["老周", "小明"]


def test_a_helper_may_redeem_and_undo() -> None:
    assert understand("482913", _as("helper")) == c.Redeem((("482913", ""),))
    assert understand("撤销 482913", _as("helper")) == c.Annul("482913")
    assert understand("统计", _as("helper")) == c.Unknown("统计", "leader_only")


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("第二个", 2), ("两盒", 2), ("１２", 12), ("3号", 3), ("草莓2", None), ("", None), ("3-502", None)],
)
def test_bare_numbers(text: str, number: int | None) -> None:
    assert bare_number(text) == number


@pytest.mark.parametrize(
    ("said", "fragment", "op"),
    [
        ("+1", "1", "add"),
        ("再来1", "1", "add"),
        ("＋１", "１", "add"),
        ("少1", "1", "sub"),
        ("1", "1", "set"),
        ("", "1", "set"),
    ],
)
def test_an_amount_of_something_unknown_is_added_or_set(said: str, fragment: str, op: str) -> None:
    assert op_before(said, fragment) == op


@given(st.text(max_size=60), st.sampled_from(["resident", "leader", "helper"]))
def test_any_text_is_understood_as_something(text: str, who: str) -> None:
    command = understand(text, _as(who))
    assert c.load(c.dump(command)) == command
