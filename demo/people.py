"""The try-out's people: in the database, and their phones in the simulator."""

from __future__ import annotations

from bot.parsing.post import read_post
from bot.simulator import Account, Sim
from bot.simulator import Settings as SimSettings
from bot.simulator.pay import PaySim
from bot.simulator.pay.keys import Keys
from bot.texts.menu import MENU
from config import Config
from handlers.rounds import new_round
from models import Clock, Store, Work, leader
from operations import leadership, operators, people, rounds, showcase, stocking, suppliers
from operations.delivery import fleet
from operations.delivery.fleet import VehicleFacts, WarehouseFacts
from operations.suppliers import ProductFacts, SupplierFacts

LEADER = "o_demo_leader_xiaomei_000001"
RESIDENTS = (
    ("o_demo_resident_wang_0000001", "王姐", "3-502"),
    ("o_demo_resident_laoli_000001", "老李", "5-301"),
    ("o_demo_resident_xiaozhou_001", "小周", None),
)
POST = """#开团 粮油小团
1) 五常大米 5kg/袋 39.9元
2) 花生油 5L/桶 89元 限10桶
3) 红富士苹果 5斤/箱 29.9元
4) 小土豆 2.5元/斤
截单:明天20:00  自提:后天16:00-19:00
地点:3号楼大堂"""
SAMPLE_POST = """#开团 周六水果团
1) 红颜草莓 2斤/盒 45元 限20盒
2) 土鸡蛋 30枚/板 36元
3) 鲜牛奶 950ml 15元/2瓶28元
截单:周五20:00  自提:周六16:00-19:00
地点:3号楼大堂(冷藏品请当天取)
下单示例:草莓2 鸡蛋1 3-502"""

RICE = ("五常大米", "5kg/袋", "袋")  # as POST words it
SUPPLIERS = (
    (
        SupplierFacts(
            "老周的草莓园", origin="浙江建德", story="老周在山脚种了二十年草莓，清早摘，下午到。", is_farmer=True
        ),
        ProductFacts("红颜草莓", unit="盒", cost_fen=2800, spec="2斤", case_milli=6000, storage="chilled"),
    ),
    (
        SupplierFacts(
            "稻香粮油", origin="黑龙江五常", story="自家米厂，当季的稻子，下单以后才碾。", min_order_fen=50_000
        ),
        ProductFacts("五常大米", unit="袋", cost_fen=3100, spec="5kg", case_milli=4000),
    ),
)


def _steps() -> list[dict[str, str]]:
    """The newcomer's way through a day: who types what, and why."""
    wang, laoli, zhou = (openid for openid, _name, _room in RESIDENTS)
    said = (
        (wang, "看团购", "团购", "小美已经开着一个团，邻居先看看有什么"),
        (LEADER, "开新团", SAMPLE_POST, "团长把群里那段文字原样发给公众号，先看预览"),
        (LEADER, "确认", "确认", "没问题就确认，会给一段可以转发到群里的文字和二维码"),
        (wang, "王姐下单", "草莓2 鸡蛋1", "平常怎么说就怎么写"),
        (laoli, "老李下单", "两盒草莓，三瓶牛奶", "三瓶牛奶会按“两瓶28元”算"),
        (zhou, "小周绑定", "L1", "新邻居发团长的编号，或者用左下角的扫码"),
        (zhou, "小周下单", "鸡蛋2 7-101 小周", "房号和称呼会记住，下次不用再写"),
        (wang, "改单", "草莓改成1", "改主意了，说一声就行"),
        (LEADER, "统计", "统计", "随时看合计"),
        (LEADER, "截单", "截单", "开着两个团，会问是哪一个；到点会自己截"),
        (LEADER, "选 2", "2", "回复数字选“周六水果团”"),
        (LEADER, "确认", "确认", "要影响别人的事，都要确认一次"),
        (LEADER, "到货", "到货", "有缺的可以写：到货 草莓少1"),
        (LEADER, "确认", "确认", "稍等两秒，每位邻居都会收到取货码"),
        (wang, "取货码", "取货码", "取货码和二维码；把六位数字发给小美就核销"),
        (wang, "售后", "售后 草莓坏了一盒", "再点左下角相机发张照片，会自己放进这个单"),
        (LEADER, "看售后", "售后", "然后回复：退 S1 全额"),
        (LEADER, "后台", "后台", "手机后台：名单、扫码核销、分货"),
    )
    return [{"who": who, "label": label, "text": text, "hint": hint} for who, label, text, hint in said]


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
        _suppliers(work)
        _round(work, leader_id)
        stocking.teach(work, leader_id=leader_id, words=RICE, product_id=_product(work, RICE[0]), actor="system")
        _delivery(work, leader_id)


def _suppliers(work: Work) -> None:
    """A farmer for the newcomer's strawberries, a merchant for the rice that is being sold already."""
    for facts, goods in SUPPLIERS:
        supplier_id = suppliers.save_supplier(work, supplier_id=None, facts=facts, actor="system")
        suppliers.save_product(work, supplier_id=supplier_id, product_id=None, facts=goods, actor="system")


def _product(work: Work, name: str) -> int:
    return next(one.id for one in stocking.on_sale(work) if one.name == name)


def _delivery(work: Work, leader_id: int) -> None:
    """A warehouse, a car, and where the leader's pickup point is: so that a delivery run can be tried."""
    fleet.save_warehouse(work, facts=WarehouseFacts("东仓", "川沙路 100 号", (31_230_000, 121_560_000)), actor="system")
    fleet.save_vehicle(work, facts=VehicleFacts("1号车", "老赵", None, 80, 5 * 60, 19 * 60), actor="system")
    showcase.set_place(
        work, leader_id=leader_id, name="3号楼大堂", address="阳光花园东门进", hours=None,
        position=(31_215_000, 121_530_000), actor="system",
    )  # fmt: skip


def _leader(work: Work) -> int:
    person = people.recognise(work, LEADER)
    leader_id = leadership.apply_as_leader(
        work, account_id=person.account_id, name="小美", note="阳光花园3号楼", share_bps=1000
    )
    leadership.approve_leader(work, leader_id=leader_id, actor="system")
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
        phones={"scenes": [{"scene": "L1", "label": "团长小美的二维码"}], "steps": _steps()},
    )
    # The database outlives this process: numbers used before the last stop would be taken for repeats.
    sim.state.last_message_id = 24_000_000_000_000_000 + int(clock().timestamp()) * 10_000
    sim.add_user(LEADER, name="团长小美", role="leader")
    for openid, name, _room in RESIDENTS:
        sim.add_user(openid, name=name, role="resident")
    sim.state.menu = {"button": MENU["button"]}
    sim.webhook_url = f"{config.server.public_url}/wechat"
    return sim


def simulated_pay(config: Config, clock: Clock) -> PaySim | None:
    """The simulated WeChat Pay beside it, with the keys that the configuration names."""
    pay = config.wechatpay
    if pay is None:
        return None
    return PaySim(
        clock=clock,
        appid=config.wechat.appid,
        mchid=pay.mchid,
        base_url=config.server.public_url,
        keys=Keys.kept(pay.private_key.parent),
        is_prompt=True,
    )
