"""A small platform on a pickup day: two leaders, neighbours, a round that arrived, one that is open, some trouble.

Everything comes about by the operations the product itself uses, so that the pages are shown what they will be shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from models import (
    Store,
    Work,
    account,
    community,
    inbound_message,
    job_run,
    leader,
    media,
    notice,
    pickup_point,
    purchase_order,
    purchase_order_line,
)
from operations import (
    aftersales,
    applications,
    codes,
    coupons,
    goods,
    invites,
    leadership,
    operators,
    order_views,
    orders,
    payments,
    people,
    round_views,
    rounds,
    shelf,
    showcase,
    suppliers,
)
from operations.coupons import NewCoupon
from operations.offers import NewOffer
from operations.orders import Change
from operations.rounds import NewRound
from operations.suppliers import ProductFacts, SupplierFacts
from tests.support.clock import StillClock

PASSWORD = "correct horse battery"
ROLES = operators.ROLES


@dataclass
class World:
    """Ids of what the tests talk about."""

    operators: dict[str, int] = field(default_factory=dict)  # by role; the user name is the role
    leader_a: int = 0
    leader_b: int = 0
    applicant: int = 0
    account_a: int = 0
    account_b: int = 0
    account_helper: int = 0
    arrived: int = 0  # a round of A
    offer: int = 0  # its first item
    open: int = 0  # another of A
    arrived_b: int = 0
    orders: list[int] = field(default_factory=list)  # of A's arrived round, by 接龙 number
    order_b: int = 0
    codes: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    code_b: str = ""
    token_b: str = ""
    resident: int = 0  # the third of A's neighbours, with a phone and no case
    case: int = 0
    photo: int = 0
    failed_notice: int = 0
    round_code: str = ""  # of the open round
    face: int = 0  # the picture of leader A
    invite_code: str = ""  # of leader A's first neighbour
    coupon: int = 0
    supplier: int = 0
    product: int = 0
    farm_photo: int = 0
    purchase: int = 0  # sent to the supplier
    community: int = 0  # of leader A


def build(store: Store, clock: StillClock, *, text: str = "") -> World:
    """Fill an empty database. `text` goes into everything people can name or note themselves."""
    world = World()
    with store.transaction() as work:
        for role in ROLES:
            world.operators[role] = operators.create_operator(
                work, username=role, display_name=text[:40] or NAMES[role], password=PASSWORD, role=role
            )
        _leaders(work, world, text)
    _arrived_round(store, clock, world, text)
    with store.transaction() as work:
        world.resident = order_views.view(work, leader_id=world.leader_a, order_id=world.orders[2]).resident_id
        world.open = _open_round(work, world, clock, text)
        _shop(work, world, text)
        _supplier(work, world, text)
        _case(work, world, text)
        _trouble(work, world, text)
    return world


def _supplier(work: Work, world: World, text: str) -> None:
    """Somebody the platform buys from, with one product, one picture and one order that he has."""
    facts = SupplierFacts(
        text[:80] or "阳光农场", phone="13800000077", origin=text[:120] or "建德", story=text or "老周种的。"
    )
    world.supplier = suppliers.save_supplier(work, supplier_id=None, facts=facts, actor="system")
    goods = ProductFacts(
        name=text[:80] or "红颜草莓", unit="盒", cost_fen=3000, spec=text[:60] or "2斤", case_milli=6000
    )
    world.product = suppliers.save_product(
        work, supplier_id=world.supplier, product_id=None, facts=goods, actor="system"
    )
    world.farm_photo = work.new_id()
    suppliers.add_photo(
        work, supplier_id=world.supplier, product_id=None, kind="story", picture_id=world.farm_photo, path=PHOTO,
        sha256="0" * 64, source_key="test:farm", actor="system",
    )  # fmt: skip
    world.purchase = work.new_id()
    day = work.now.date()
    head = {"supplier_id": world.supplier, "needed_on": day, "state": "sent", "total_fen": 36_000, "sent_at": work.now}
    work.db.execute(insert(purchase_order).values(id=world.purchase, created_at=work.now, **head))
    line = {"product_id": world.product, "needed_milli": 0, "ordered_milli": 12_000, "case_milli": 6000}
    work.db.execute(insert(purchase_order_line).values(purchase_order_id=world.purchase, cost_fen=3000, **line))


def _shop(work: Work, world: World, text: str) -> None:
    """What the mall shows: a face, the leader's words, a place on the map."""
    world.round_code = round_views.view(work, world.leader_a, world.open).code
    actor = f"account:{world.account_a}"
    world.face = work.new_id()
    work.db.execute(
        insert(media).values(
            leader_id=world.leader_a, id=world.face, account_id=world.account_a, purpose="shop", state="stored",
            path=PHOTO, content_type="image/jpeg", sha256="0" * 64, size=1, source_key="test:face", next_at=work.now,
            created_at=work.now, expires_at=work.now + showcase.KEPT_FOR,
        )
    )  # fmt: skip
    intro = text or "只选自己家也吃的水果和鸡蛋。周二、周六到货，有问题拍照找我。"
    showcase.introduce_leader(work, leader_id=world.leader_a, intro=intro, media_id=world.face, actor=actor)
    showcase.recommend(
        work,
        leader_id=world.leader_a,
        round_id=world.open,
        number=1,
        words=text or "我家每天一瓶，早上送到的。",
        actor=actor,
    )
    showcase.picture_goods(
        work, leader_id=world.leader_a, round_id=world.open, number=1, media_id=world.face, actor=actor
    )
    rice = shelf.Goods(name=text[:80] or "大米", price_fen=3500, unit="袋", stock_milli=20_000, spec=text[:60] or "5kg")
    oil = shelf.Goods(name="菜籽油", price_fen=6800, unit="桶", stock_milli=3000, spec="5L")
    shelf.put(work, leader_id=world.leader_a, goods=[rice, oil], actor=actor)
    shelf.describe(work, leader_id=world.leader_a, number=1, words=text or "今年新米", media_id=world.face, actor=actor)
    neighbour = people.recognise(work, "o_test_resident_0")
    world.invite_code = invites.own_code(work, leader_id=world.leader_a, resident_id=neighbour.resident_id or 0)
    world.coupon = coupons.create(
        work,
        leader_id=world.leader_a,
        new=NewCoupon(text[:40] or "开张券", "amount", 1000, min_spend_fen=5000, code="SAVE10"),
        actor=f"operator:{world.operators['operator']}",
    ).id
    work.db.execute(
        update(pickup_point)
        .where(pickup_point.c.leader_id == world.leader_a)
        .values(lat_e6=31_230_000, lng_e6=121_470_000)
    )


PHOTO = "photo.jpg"  # in the media folder of the tests
NAMES = {"owner": "周敏", "operator": "陈立", "service": "何苗", "viewer": "实习生"}
NEIGHBOURS = (
    ("王姐", "3-502", "13800000001"),
    ("李想", "3-1101", "13800000002"),
    ("赵阿姨", "5-201", "13800000003"),
    ("小陈", "5-1802", None),
    ("孙老师", "12-603", "13800000005"),
    ("周周", "12-2004", "13800000006"),
    ("吴叔", "", None),
)
WISHES = (
    {1: 2000, 2: 1000},
    {1: 1000},
    {2: 2000, 3: 2000},
    {3: 4000, 4: 1500},
    {1: 3000},
    {2: 1000, 4: 2500},
    {1: 1000},
)


def _leaders(work: Work, world: World, text: str) -> None:
    world.account_a, world.leader_a = _leader(work, "o_test_leader_a", text or "张团长", "东湖花园 3 号楼，开团两年。")
    world.account_b, world.leader_b = _leader(work, "o_test_leader_b", text or "刘姐", "")
    for leader_id in (world.leader_a, world.leader_b):
        applications.approve(work, leader_id=leader_id, actor=f"operator:{world.operators['operator']}")
    work.db.execute(
        update(leader)
        .where(leader.c.id == world.leader_a)
        .values(phone="13800000099", intro=text or "只选自己家也吃的水果和鸡蛋。周二、周六到货，有问题拍照找我。")
    )
    applicant = people.recognise(work, "o_test_applicant")
    world.applicant = leadership.apply_as_leader(
        work,
        account_id=applicant.account_id,
        name=(text or "林晓雨")[:60],
        note=text[:300] or "南山一村 6 号楼，群里有 180 户，之前帮邻居拼过牛奶。",
        share_bps=1000,
    )
    helper = people.recognise(work, "o_test_helper")
    world.account_helper = helper.account_id
    leadership.add_helper(
        work,
        leader_id=world.leader_a,
        account_id=helper.account_id,
        name=(text or "小徐")[:60],
        actor=f"account:{world.account_a}",
    )
    point = {
        "leader_id": world.leader_a,
        "id": work.new_id(),
        "name": text[:80] or "3 号楼大堂",
        "hours": "16:00-19:00",
    }
    work.db.execute(insert(pickup_point).values(**point, address=text[:200] or "东湖花园东门进，右手边"))
    world.community = work.new_id()
    work.db.execute(
        insert(community).values(leader_id=world.leader_a, id=world.community, name=text[:80] or "东湖花园")
    )


def _leader(work: Work, openid: str, name: str, note: str) -> tuple[int, int]:
    person = people.recognise(work, openid)
    work.db.execute(update(account).where(account.c.id == person.account_id).values(nickname=name[:64]))
    leader_id = leadership.apply_as_leader(
        work, account_id=person.account_id, name=name[:64], note=note or None, share_bps=1000
    )
    return person.account_id, leader_id


def make_offers(text: str) -> tuple[NewOffer, ...]:
    return (
        NewOffer(text[:80] or "红颜草莓", 4500, "盒", spec=text[:60] or "2斤装", capacity_milli=20_000),
        NewOffer("土鸡蛋", 3600, "份", spec="30枚"),
        NewOffer("鲜牛奶", 1500, "瓶", spec="950ml", is_cold=True),
        NewOffer("本地青菜", 580, "斤"),
    )


def _publish(work: Work, leader_id: int, account_id: int, clock: StillClock, title: str, text: str) -> Any:
    now = clock()
    return rounds.publish(
        work,
        leader_id=leader_id,
        actor=f"account:{account_id}",
        new=NewRound(
            title=(text or title)[:120],
            offers=make_offers(text),
            closes_at=now + timedelta(hours=8),
            pickup_from=now + timedelta(hours=30),
            pickup_until=now + timedelta(hours=33),
            pickup_place=text[:120] or "3 号楼大堂",
            note=text[:500] or "冷藏品请当天取。",
            post=text or f"#开团 {title}\n1) 红颜草莓 2斤/盒 45元 限20盒\n2) 土鸡蛋 30枚 36元",
        ),
    )


def _arrived_round(store: Store, clock: StillClock, world: World, text: str) -> None:
    """Yesterday's round of A, and one of B: ordered, closed, partly paid, arrived."""
    clock.advance(hours=-30)
    with store.transaction() as work:
        mine = _publish(work, world.leader_a, world.account_a, clock, "周六水果团", text)
        other = _publish(work, world.leader_b, world.account_b, clock, "刘姐的团", text)
        world.arrived, world.arrived_b = mine.id, other.id
        world.offer = mine.offers[0].id
        for at, (name, room, phone) in enumerate(NEIGHBOURS):
            wishes = {mine.offers[number - 1].id: milli for number, milli in WISHES[at].items()}
            world.orders.append(_order(work, world.leader_a, mine.id, at, (text or name, room, phone), wishes, text))
        wish = {other.offers[0].id: 1000}
        world.order_b = _order(work, world.leader_b, other.id, 90, (text or "别家的居民", "1-101", None), wish, text)
    clock.advance(hours=20)
    with store.transaction() as work:
        for leader_id, account_id, round_id in (
            (world.leader_a, world.account_a, world.arrived),
            (world.leader_b, world.account_b, world.arrived_b),
        ):
            actor = f"account:{account_id}"
            rounds.close(work, leader_id=leader_id, round_id=round_id, actor=actor)
            goods.mark_arrived(work, leader_id=leader_id, round_id=round_id, actor=actor, source_key="test:arrived")
        _money(work, world)
        for order_id in world.orders:
            world.codes.append(codes.live_code(work, leader_id=world.leader_a, order_id=order_id) or "")
            world.tokens.append(codes.token_of(work, leader_id=world.leader_a, order_id=order_id) or "")
        world.code_b = codes.live_code(work, leader_id=world.leader_b, order_id=world.order_b) or ""
        world.token_b = codes.token_of(work, leader_id=world.leader_b, order_id=world.order_b) or ""
    clock.advance(hours=10)


def _order(
    work: Work,
    leader_id: int,
    round_id: int,
    at: int,
    who: tuple[str, str, str | None],
    wishes: dict[int, int],
    text: str,
) -> int:
    person = people.recognise(work, f"o_test_resident_{at}")
    resident_id = people.bind(work, account_id=person.account_id, leader_id=leader_id, via="code")
    name, room, phone = who
    people.introduce(work, leader_id=leader_id, resident_id=resident_id, name=name[:64], room=room or None, phone=phone)
    changed = orders.change(
        work,
        leader_id=leader_id,
        round_id=round_id,
        resident_id=resident_id,
        changes=[Change(offer_id, milli) for offer_id, milli in wishes.items()],
        actor=f"account:{person.account_id}",
        source_key=f"test:{at}",
        room=room or None,
        note=text[:200] or ("放门口冰箱" if at == 2 else None),
    )
    return changed.order.id


def _money(work: Work, world: World) -> None:
    actor = f"account:{world.account_a}"
    payments.mark_paid(
        work,
        leader_id=world.leader_a,
        actor=actor,
        source_key="test:paid",
        order_ids=world.orders[:3],
        method="transfer",
    )
    payments.claim_paid(
        work, leader_id=world.leader_a, order_id=world.orders[3], actor="account:1", source_key="test:claim"
    )


def _open_round(work: Work, world: World, clock: StillClock, text: str) -> int:
    round_ = _publish(work, world.leader_a, world.account_a, clock, "周二牛奶鸡蛋团", text)
    wishes = {round_.offers[1].id: 2000, round_.offers[2].id: 6000}
    _order(work, world.leader_a, round_.id, 0, (text or "王姐", "3-502", None), wishes, text)
    _order(work, world.leader_a, round_.id, 4, (text or "孙老师", "12-603", None), {round_.offers[0].id: 1000}, text)
    return int(round_.id)


def _case(work: Work, world: World, text: str) -> None:
    """The first neighbour's strawberries were bad; the second one's case went to the platform."""
    for at, (quantity, reason) in enumerate(((1000, "quality"), (1000, "damaged"))):
        view = order_views.view(work, leader_id=world.leader_a, order_id=world.orders[at])
        opened = aftersales.open_case(
            work,
            leader_id=world.leader_a,
            order_id=view.id,
            lines={view.lines[0].offer_id: quantity},
            reason=reason,
            opened_by="resident",
            actor=f"account:{view.account_id}",
            source_key=f"test:case{at}",
            wish="refund",
            note=text or "打开一看坏了小半盒，底下都烂了。",
            photos=["test_media"],
        )
        world.case = world.case or opened.id
    history = aftersales.history(work, leader_id=world.leader_a, case_id=world.case)
    world.photo = next(row.media_id for row in history if row.media_id)
    work.db.execute(update(media).where(media.c.id == world.photo).values(state="stored", path=PHOTO))
    aftersales.decide(
        work,
        leader_id=world.leader_a,
        case_number=2,
        decision="escalate",
        actor=f"account:{world.account_a}",
        source_key="test:escalate",
    )


def _trouble(work: Work, world: World, text: str) -> None:
    world.failed_notice = work.new_id()
    common = {"leader_id": world.leader_a, "account_id": world.account_helper, "created_at": work.now}
    for at, (state, code, notice_id) in enumerate(
        (("failed", 40003, world.failed_notice), ("waiting", 45015, work.new_id()), ("held", None, work.new_id()))
    ):
        work.db.execute(
            insert(notice).values(
                **common,
                id=notice_id,
                dedupe_key=f"test:{at}",
                kind="arrived",
                payload={},
                state=state,
                attempts=3,
                last_code=code,
                next_at=work.now,
            )
        )
    messages = (
        (text or "草莓2 鸡蛋1", "PlaceOrder", "done", "记好了，王姐。\n草莓 2盒\n鸡蛋 1份\n合计 ¥126"),
        (text or "那个红的甜不甜呀", "unknown", "done", "没看懂，可以这样说：草莓2"),
        (text or "再来点那个", "unclear", "done", "是要再来点草莓，还是鸡蛋？"),
    )
    for at, (content, reading, state, reply) in enumerate(messages):
        work.db.execute(
            insert(inbound_message).values(
                dedupe_key=f"test:{at}",
                openid=f"o_test_resident_{at}",
                leader_id=world.leader_a,
                kind="text",
                content=content,
                reading=reading,
                state=state,
                reply=text or reply,
                received_at=work.now - timedelta(minutes=at),
            )
        )
    work.db.execute(
        insert(job_run).values(
            job="tick", slot="last", state="ok", worker="test", started_at=work.now - timedelta(seconds=5)
        )
    )
