"""The try-out's people: in the database, and their phones in the simulator."""

from __future__ import annotations

from bot.parsing.post import read_post
from bot.simulator import Account, Sim
from bot.simulator import Settings as SimSettings
from config import Config
from handlers.rounds import new_round
from models import Clock, Store, Work, leader
from operations import operators, people, rounds

LEADER = "o_demo_leader_xiaomei_000001"
RESIDENTS = (
    ("o_demo_resident_wang_0000001", "王姐", "3-502"),
    ("o_demo_resident_laoli_000001", "老李", "5-301"),
    ("o_demo_resident_xiaozhou_001", "小周", None),
)
POST = """#开团 尝鲜水果团
1) 红富士苹果 5斤/箱 29.9元
2) 土鸡蛋 30枚/板 28元 限40板
3) 巨峰葡萄 9.8元/斤
4) 鲜牛奶 950ml 15元/2瓶28元
截单:明天20:00  自提:后天16:00-19:00
地点:3号楼大堂"""


def seed(store: Store, *, password: str) -> None:
    """An operator, a leader with an open round, and neighbours who follow her. Doing it again changes nothing."""
    with store.transaction() as work:
        if people.recognise(work, LEADER).own_leader_id is not None:
            return
        operators.create_operator(
            work, username="admin", display_name="管理员", password=password, role="owner", actor="system"
        )
        leader_id = _leader(work)
        for openid, name, room in RESIDENTS[:2]:
            account_id = people.recognise(work, openid).account_id
            resident_id = people.bind(work, account_id=account_id, leader_id=leader_id, via="code")
            people.introduce(work, leader_id=leader_id, resident_id=resident_id, name=name, room=room)
        _round(work, leader_id)


def _leader(work: Work) -> int:
    person = people.recognise(work, LEADER)
    leader_id = people.apply_as_leader(
        work, account_id=person.account_id, name="小美", note="阳光花园3号楼", share_bps=1000
    )
    people.approve_leader(work, leader_id=leader_id, actor="system")
    # No quiet hours in the try-out: whoever tries it in the evening wants to see the pushes too.
    work.db.execute(leader.update().where(leader.c.id == leader_id).values(quiet_from_min=0, quiet_until_min=0))
    return leader_id


def _round(work: Work, leader_id: int) -> None:
    rounds.publish(work, leader_id=leader_id, new=new_round(read_post(POST, work.now), POST), actor="system")


def simulated(config: Config, clock: Clock) -> Sim:
    """The simulator with the demo's phones, pushing to our own webhook over HTTP."""
    assert config.demo is not None  # noqa: S101 - the caller looked
    wechat = config.wechat
    account = Account(
        appid=wechat.appid,
        secret=wechat.secret.get_secret_value(),
        token=wechat.token.get_secret_value(),
        aes_key=wechat.aes_key.get_secret_value() if wechat.aes_key else "",
        mode=wechat.mode,
        name=config.platform.name,
    )
    sim = Sim(
        clock=clock,
        account=account,
        settings=SimSettings(background_events=True),
        base_url=config.server.public_url,
        control_token=config.demo.control_token.get_secret_value(),
        phones={"scenes": [{"scene": "L1", "label": "扫团长小美的码"}]},
    )
    sim.add_user(LEADER, name="团长小美", role="leader")
    for openid, name, _room in RESIDENTS:
        sim.add_user(openid, name=name, role="resident")
    sim.webhook_url = f"{config.server.public_url}/wechat"
    return sim
