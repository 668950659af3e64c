"""公告 on the leader's phone: shown with a count, sent once, reported, withdrawn; and 小区."""

from __future__ import annotations

from sqlalchemy import select, update

from models import announcement, leader, notice, resident
from operations import communities
from tests.web.conftest import Pages
from tests.web.doors import NONCE
from tests.web.people import enter


def told(pages: Pages) -> int:
    with pages.store.read() as work:
        return len(work.db.execute(select(notice.c.id).where(notice.c.kind == "news")).all())


def test_it_is_shown_with_a_count_and_sent_once(pages: Pages) -> None:
    her = enter(pages, "leader_a")
    her.get("/m/news")
    look = her.post("/m/news/look", {"kind": "preview", "to": "all", "words": "下周有<b>西瓜"})
    assert "新品预告，发给全部邻居" in look.text
    assert "下周有&lt;b&gt;西瓜" in look.text
    assert told(pages) == 0
    for _ in range(2):
        her.post("/m/news", {"kind": "preview", "to": "all", "words": "下周有西瓜", "nonce": NONCE})
    reached = told(pages)
    assert reached > 0
    page = her.get("/m/news").text
    assert f"发给 {reached} 位，送到 0 位" in page
    assert "下周有西瓜" in pages.visitor().get("/l/L1").text
    her.post("/m/news/withdraw", {"number": "1"})
    assert "已撤回" in her.get("/m/news").text
    assert "下周有西瓜" not in pages.visitor().get("/l/L1").text


def test_only_who_lives_there_gets_it(pages: Pages) -> None:
    world, her = pages.world, enter(pages, "leader_a")
    her.get("/m/news")
    her.post("/m/communities", {"names": "东湖花园\n阳光花园"})
    with pages.store.transaction() as work:
        served = {one.name: one.id for one in communities.of_leader(work, leader_id=world.leader_a)}
        one = work.db.execute(
            select(resident.c.id)
            .where(
                resident.c.leader_id == world.leader_a,
                resident.c.account_id.is_not(None),
                resident.c.account_id != world.account_a,
            )
            .limit(1)
        ).scalar_one()
        communities.choose(work, leader_id=world.leader_a, resident_id=one, community_id=served["阳光花园"])
    to = f"c{served['阳光花园']}"
    assert (
        "发给住阳光花园的邻居，一共 <strong>1</strong> 位"
        in her.post("/m/news/look", {"to": to, "words": "今晚停水"}).text
    )
    her.post("/m/news", {"to": to, "words": "今晚停水", "nonce": NONCE})
    assert told(pages) == 1
    assert "今晚停水" not in pages.visitor().get("/l/L1").text


def test_what_cannot_be_is_said_and_nothing_is_sent(pages: Pages) -> None:
    her = enter(pages, "leader_a")
    her.get("/m/news")
    her.post("/m/news", {"to": "c123", "words": "明天到货", "nonce": NONCE})
    assert "请重新选发给谁" in her.get("/m/news").text
    assert "请先写要告诉邻居的话" in her.post("/m/news/look", {"words": "  "}).text
    for nth in range(3):
        her.post("/m/news", {"to": "all", "words": f"公告{nth}", "nonce": f"{nth:032x}"})
    assert "今天已经发过2次公告了" in her.get("/m/news").text
    with pages.store.transaction() as work:
        assert len(work.db.execute(select(announcement.c.id)).all()) == 2
        work.db.execute(update(leader).where(leader.c.id == pages.world.leader_a).values(state="suspended"))
    pages.clock.advance(days=1)
    her = enter(pages, "leader_a")
    her.get("/m/news")
    her.post("/m/news", {"to": "all", "words": "还在", "nonce": NONCE[::-1]})
    with pages.store.read() as work:
        assert len(work.db.execute(select(announcement.c.id)).all()) == 2
