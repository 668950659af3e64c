"""Whose room it is: the sender's among all the rooms and figures of a message."""

from __future__ import annotations

import pytest

from bot.parsing.catalogue import Catalogue
from bot.parsing.orders import read_order
from bot.parsing.values import Item

GOODS = Catalogue([Item(1, 1, "土鸡蛋", "盒", 3000), Item(2, 2, "大米", "袋", 5800), Item(3, 3, "西瓜", "个", 3200)])


def _room(text: str) -> str | None:
    return read_order(text, GOODS, role="resident", prior=()).room


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("土鸡蛋2盒 我是四栋的王奶奶 402", "4-402"),
        ("大米1袋，11号楼的陈老师 1102", "11-1102"),
        ("4栋的周老师 土鸡蛋2盒大米1袋 住1102", "4-1102"),
        ("大米1袋 送到3号楼1单元，我家在二楼202", "3-1-202"),
        ("土鸡蛋1盒 8号楼顶层1801", "8-1801"),
        ("土鸡蛋1盒 9栋的 门牌904", "9-904"),
        # as it was
        ("9栋的周老师 土鸡蛋2盒 帮302也带1盒", "9栋"),
        ("帮4栋的王奶奶记大米1袋 402的李姐说的", "4栋"),
        ("4栋的王姐 转了116 大米2袋", "4栋"),
        ("4栋的王姐 土鸡蛋2盒大米1袋 1102", "4栋"),
    ],
)
def test_a_building_first_and_the_flat_later(text: str, room: str) -> None:
    assert _room(text) == room


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("我是三栋那个陈婆婆啊三栋五零二的我要大米两袋", "3-502"),
        ("我是13栋的我是13栋904的我要土鸡蛋2盒", "13-904"),
        ("咱家是4号楼的呀4号楼2单元301大米要一袋", "4-2-301"),
        ("2单元的老马 大米一袋 2单元301", "2单元-301"),
        # as it was: two homes, or somebody else's
        ("3栋502土鸡蛋1盒 4栋502大米1袋", None),
        ("我3栋的 大米1袋 帮4栋502带土鸡蛋1盒", None),
        ("我3栋的 大米1袋 跟3栋502一起", None),
    ],
)
def test_the_same_building_said_twice(text: str, room: str | None) -> None:
    assert _room(text) == room


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("大米1袋 3号楼4门501", "3-4-501"),
        ("大米1袋 三号楼四门五零一", "3-4-501"),
        ("大米1袋 8栋1梯201", "8-1-201"),
        ("大米1袋 5号楼 3门201", "5-3-201"),
        ("大米1袋 6号里302 谢谢", "6-302"),
        ("大米1袋，叁单元1102", "3单元-1102"),
        ("大米1袋 住9憧1102", "9-1102"),
        ("大米1袋 我住8撞401", "8-401"),
        ("大米1袋 劳驾放502门把手", "502"),
        ("给302周爹爹记2袋大米", "302"),
        # as it was
        ("大米1袋 5栋2号门", "5栋"),
        ("大米1袋 送到2号门", None),
        ("大米1袋 两周后再送", None),
        ("大米1袋 车子撞了 先放着", None),
    ],
)
def test_spellings_of_a_room(text: str, room: str | None) -> None:
    assert _room(text) == room


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("大米1袋 送A座1503 打错 是B座1503", "B-1503"),
        ("C座3单元 不对我搬家了 现在D座702 大米1袋", "D-702"),
        ("大米2袋，3-502 打错 503", "3-503"),
        ("大米1袋，我2栋902，不是5栋那个902", "2-902"),
        ("1203，大米1袋，我不是1302，上次送错了", "1203"),
        ("1104土鸡蛋2盒 1102大米1袋 全送1102", "1102"),
        # as it was
        ("大米1袋 3-502 别写错 上次写成3-503", None),
        ("3栋502 土鸡蛋2盒 不对 3盒 5栋301大米1袋", None),
    ],
)
def test_a_corrected_room(text: str, room: str | None) -> None:
    assert _room(text) == room


@pytest.mark.parametrize(
    "text",
    [
        "西瓜要是掉到120我来2个",
        "520给女朋友买西瓜1个",
        "520 大米2袋",
        "大米2袋 在阳台烤肉 楼下打了119",
        "大米58一袋 两袋是116 来两袋",
        "58块的大米两袋 刚好116对伐",
        "大米58块啊 那两袋就是116 来两袋",
        "大米1袋放车上 豫A尾号603",
        "票买到了 K1557 大米1袋",
        "坐K126回来 大米1袋",
    ],
)
def test_a_figure_that_is_no_flat(text: str) -> None:
    assert _room(text) is None


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("大米2袋 住120", "120"),
        ("大米2袋 520室", "520"),
        ("大米2袋 送到114", "114"),
        ("大米2袋 5栋520", "5-520"),
        ("58块的大米两袋 我是502", "502"),
        ("大米两袋 刚好502门口有人", "502"),
        ("大米1袋 k座1102", "K-1102"),
        ("大米1袋 C1502", "C-1502"),
    ],
)
def test_a_flat_all_the_same(text: str, room: str) -> None:
    assert _room(text) == room


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("跟602一样 大米1袋", None),
        ("西瓜给我来5栋601一样的", None),
        ("大米1袋，是我的，别跟502的搞混", None),
        ("和301换 她要我的大米 我要她的西瓜", None),
        ("3-202 大米1袋 跟602一样", "3-202"),
        # as it was
        ("502一样来一份", "502"),
        ("502 跟上次一样 大米1袋", "502"),
        ("我不是502吗，大米1袋送到家", "502"),
    ],
)
def test_the_room_of_somebody_else(text: str, room: str | None) -> None:
    assert _room(text) == room
