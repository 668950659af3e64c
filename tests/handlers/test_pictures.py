"""A picture sent in chat is fetched the same way, whatever it is for: by its id, or from the address WeChat gave."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from models import Store, media
from tests.support.clock import StillClock
from tests.support.dialogue import play, world

EVERY_KIND = """
小美> 收款方式 转账
小美> |
  | #开团 周六水果团
  | 1) 红颜草莓 45元/盒
  | 截单:今天20:00  自提:明天16:00-19:00  地点:3号楼大堂
小美> 确认
王姐> 草莓2 3-502
王姐* 照片
小美> 收 1
小美> 截单
小美> 确认
小美> 到货
小美> 确认
王姐< 到货了
  取货码：
小美> {code:王姐}
王姐> 评价 5 很新鲜
王姐* 照片
  放进您的评价了
@ +1m
王姐> 售后 草莓烂了两颗
王姐* 照片
小美* 照片
"""


def test_every_picture_keeps_the_address_that_came_with_it(
    sqlite_store: Store, clock: StillClock, tmp_path: Path
) -> None:
    with world(sqlite_store, clock, tmp_path) as place:
        play(EVERY_KIND, place)
        with place.store.read() as work:
            rows = work.db.execute(select(media.c.purpose, media.c.pic_url)).all()
    assert {row.purpose for row in rows} == {"payment", "review", "case", "code"}
    assert all(row.pic_url for row in rows)
