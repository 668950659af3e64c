"""Days of random chat by thirty neighbours and a leader, in simulated time, through the webhook and the jobs.

LINTUAN_SOAK_DAYS sets how many days are lived, each with a seed of its own, LINTUAN_SOAK_MINUTES when to stop at the
latest.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import Store, after_sales_case, ledger_transfer, notice, order, order_event, redemption, round_
from tests.support.chat import LEADER, World, world
from tests.support.clock import SHANGHAI, StillClock
from tests.support.databases import opened
from tests.support.invariants import violations

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

DAYS = int(os.environ.get("LINTUAN_SOAK_DAYS", "2"))
MINUTES = float(os.environ.get("LINTUAN_SOAK_MINUTES", "30"))
NEIGHBOURS = [f"邻居{n}" for n in range(1, 31)]
INCIDENT = "没有记下"
FRUIT = """#开团 水果团
1) 红颜草莓 2斤/盒 45元 限20盒
2) 土鸡蛋 30枚 36元
3) 鲜牛奶 950ml 15元/2瓶28元
截单:今天{close}:00
自提:今天{pickup}:00-23:30
地点:3号楼大堂"""
STAPLES = """#开团 粮油团
1) 五常大米 5kg/袋 39.9元
2) 花生油 5L/桶 89元 限10桶
3) 小土豆 2.5元/斤
截单:今天{close}:00
自提:明天10:00-12:00
地点:东门"""
CHAIN = "#接龙\n水果团\n1. 赵阿姨 6-601 鸡蛋1\n2. 钱叔 草莓1 牛奶2"
GOODS = ("草莓", "鸡蛋", "牛奶", "大米", "花生油", "小土豆", "车厘子")

# How often, and what: one line each; with arrows, several messages in a row.
RESIDENT = """6 {one}{n}
6 {one}{n} {other}1
4 再加{n}份{one}
4 要{n}份{one}，{other}来一份
3 {one}少一个
3 {one}改成{n}
2 不要{one}了
2 取消→确认
3 确认
1 算了
2 团购
2 我的订单
1 {one}换{other}
1 {one}1.5斤
3 取货码
2 已付
2 1
1 2
5 售后 {one} 坏了一个→1→确认
1 联系团长 几点能取？
1 退订
1 订阅
1 帮助
1 更多
1 我是 {n}-30{n} 老王{n}
1 好的谢谢
1 到了吗
1 {one}{many}
1 我的数据
1 L1"""
OWNER = """2 统计
2 名单
2 未付
9 确认
2 1
1 算了
4 收 {many}
2 代 9-20{n} 张奶奶 {one}1
5 到货→确认
1 到货 {one}少1→确认
8 {code}
2 {code} {one}1
2 售后
3 退 S{n} 全额→确认
1 拒 S{n} 已经补过了
1 补 S{n}
2 截单→1→确认
1 延长1小时
1 {one} 限50
0.3 撤团→1→确认
2 回 {n} 四点以后
1 后台
6 {post}→确认
1 撤销核销
1 {chain}→确认"""


def words(table: str, chance: random.Random, *, hour: int = 0, codes: Sequence[str] = ()) -> list[str]:
    """A message or a few, as people write them, sensible most of the time."""
    rows = [line.partition(" ")[::2] for line in table.splitlines()]
    template = chance.choices([row[1] for row in rows], [float(row[0]) for row in rows])[0]
    close = min(22, hour + chance.randint(1, 4))
    return template.format(
        one=chance.choice(GOODS),
        other=chance.choice(GOODS),
        n=chance.randint(1, 4),
        many=chance.randint(1, 60),
        code=chance.choice(codes) if codes else "123456",
        post=chance.choice((FRUIT, STAPLES)).format(close=close, pickup=close + 1),
        chain=CHAIN,
    ).split("→")


def codes_in(text: str) -> list[str]:
    """Pickup codes that somebody was told."""
    return [found.replace(" ", "") for found in re.findall(r"取货码：(\d{3} \d{3})", text)]


def clock_hour(clock: StillClock) -> int:
    return clock().astimezone(SHANGHAI).hour


def what_came_of_it(store: Store) -> dict[str, int]:
    """How much of the business the walk has reached."""
    tables = {"orders": order, "rounds": round_, "order events": order_event, "redemptions": redemption}
    tables |= {"after-sales cases": after_sales_case, "ledger": ledger_transfer, "notices": notice}
    with store.read() as work:
        return {name: work.db.execute(select(func.count()).select_from(t)).scalar_one() for name, t in tables.items()}


def live(place: World, clock: StillClock, chance: random.Random, heard: Counter[str]) -> None:
    """24 hours; the database is looked through every hour."""
    codes: list[str] = []
    for hour in range(24):
        for _ in range(6):
            for _ in range(chance.randint(2, 12)):
                said_by_leader = chance.random() < 0.25
                who = LEADER if said_by_leader else chance.choice(NEIGHBOURS)
                table = OWNER if said_by_leader else RESIDENT
                for said in words(table, chance, hour=clock_hour(clock), codes=codes):
                    reply = place.say_thrice(who, said) if chance.random() < 0.1 else place.say(who, said)
                    assert INCIDENT not in reply, f"{who} said {said!r} at hour {hour}"
                    codes += codes_in(reply)
                    heard["messages"] += 1
            clock.advance(minutes=10)
            place.run_jobs()
            for who in NEIGHBOURS:
                for push in place.hear(who):
                    heard["pushes"] += 1
                    codes += codes_in(push)
        assert violations(place.store) == [], f"after hour {hour}"
        assert not place.sim.failures
        heard["hours"] += 1


def test_days_of_random_chat(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing anybody types ends in an incident, and after every hour the books are right."""
    heard: Counter[str] = Counter()
    deadline = time.monotonic() + MINUTES * 60
    clock = StillClock()
    with opened(database_url, clock) as store, world(store, clock, tmp_path) as place:
        place.say(LEADER, FRUIT.format(close=14, pickup=15))
        place.say(LEADER, "确认")
        for who in NEIGHBOURS:
            place.openid(who)
        for seed in range(DAYS):
            live(place, clock, random.Random(seed), heard)
            if time.monotonic() > deadline:
                break
        came = what_came_of_it(store)
    assert all(came.values()), came
    with capsys.disabled():
        print(f"\n{database_url.partition(':')[0]}: {dict(heard)} {came}, 0 incidents, 0 broken rules")  # noqa: T201
