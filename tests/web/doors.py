"""Every address of the pages, how to knock there, and who may come in. A route that is not listed fails the suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update

from models import redemption, round_
from operations import bill_check, pickup_days, rounds, settlements, supplier_links
from operations.delivery import fleet, run_views, runs, tours
from operations.pay_links import token_of
from tests.support.runs import make_fleet, make_run, plan
from tests.web.conftest import SETTINGS, Pages
from tests.web.people import EVERYBODY, RESIDENTS

CONSOLE = ("owner", "operator", "service", "viewer")
SERVICE = ("owner", "operator", "service")
LEADERS = ("owner", "operator")
OWNER = ("owner",)
A_AND_HELPER = ("leader_a", "helper")
A_ALONE = ("leader_a",)
LEADERS_ALONE = ("leader_a", "leader_b")
MEMBERS = ("leader_a", "leader_b", "helper")

NONCE = "0123456789abcdef0123456789abcdef"
Made = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Door:
    """`make` gives the path and the form; `admits` who may enter. All others are refused and change nothing."""

    method: str
    endpoint: str
    admits: tuple[str, ...]
    make: Callable[[Pages], Made]


def at(path: str, **form: Any) -> Callable[[Pages], Made]:
    """A path with {names} of the world's ids in it; form values too."""

    def make(pages: Pages) -> Made:
        names = vars(pages.world) | {
            "order": pages.world.orders[0],
            "code": pages.world.codes[4],
            "token": pages.world.tokens[4],
            "viewer": pages.world.operators["viewer"],
        }
        return path.format(**names), {key: str(value).format(**names) for key, value in form.items()}

    return make


def link(purpose: str, path: str) -> Callable[[Pages], Made]:
    """A path with a new one-time link of leader A."""

    def make(pages: Pages) -> Made:
        targets: dict[str, dict[str, Any]] = {
            "export": {"round_id": pages.world.arrived},
            "resident": {"path": "/l/L1"},
        }
        target = targets.get(purpose, {})
        return path.format(pages.link(purpose, pages.world.account_a, pages.world.leader_a, **target)), {}

    return make


def pay_page(path: str) -> Callable[[Pages], Made]:
    """The payment page of A's first order."""

    def make(pages: Pages) -> Made:
        world = pages.world
        return path.format(token_of(SETTINGS.secret, leader_id=world.leader_a, order_id=world.orders[0])), {}

    return make


def supplier_page(path: str, **form: Any) -> Callable[[Pages], Made]:
    """A supplier's own page, by the link that the platform gave out."""

    def make(pages: Pages) -> Made:
        token = supplier_links.token_of(SETTINGS.secret, supplier_id=pages.world.supplier, version=1)
        return path.format(token=token, purchase=pages.world.purchase), form

    return make


def settled(path: str, **form: Any) -> Callable[[Pages], Made]:
    """The same with the settlement of leader B's round, made when it is first needed."""

    def make(pages: Pages) -> Made:
        number = str(settle_b(pages))
        path_made, filled = at(path.replace("{settlement_b}", number), **form)(pages)
        return path_made, {key: value.replace("SETTLEMENT", number) for key, value in filled.items()}

    return make


def differing(path: str, **form: Any) -> Callable[[Pages], Made]:
    """The same, with a day's bill that has a payment of 1 yuan we do not know."""

    def make(pages: Pages) -> Made:
        with pages.store.transaction() as work:
            bill_check.compare(work, day=date(2026, 5, 1), theirs=[bill_check.Entry("LT999999", "4200", 100)])
        return at(path, **form)(pages)

    return make


def settle_b(pages: Pages) -> int:
    """Settle leader B's round as if its pickup had ended long ago; the same id again."""
    mine: dict[str, Any] = {"leader_id": pages.world.leader_b, "round_id": pages.world.arrived_b, "actor": "system"}
    with pages.store.transaction() as work:
        if (known := settlements.live_of_round(work, mine["leader_id"], mine["round_id"])) is not None:
            return known
        pickup_days.no_shows(work, **mine)
        long_ago = work.now - timedelta(days=9)
        work.db.execute(update(round_).where(round_.c.id == pages.world.arrived_b).values(finished_at=long_ago))
        work.db.execute(update(redemption).where(redemption.c.leader_id == pages.world.leader_b).values(at=long_ago))
        return settlements.settle(work, **mine)


def on_run(path: str, **form: Any) -> Callable[[Pages], Made]:
    """A path of a delivery run: {draft}, or {run} with its {route}, {stop}, {leader}, {point}, {vehicle}, {drive}."""

    def make(pages: Pages) -> Made:
        names = run_names(pages)
        filled = {key: str(value).format(**names) for key, value in form.items()}
        return path.format(**names), filled

    return make


def run_names(pages: Pages) -> dict[str, Any]:
    """A run of leader A's second round, frozen and planned, and a draft of another day; made when first needed."""
    world, store = pages.world, pages.store
    with store.transaction() as work:
        if not fleet.warehouses(work):
            rounds.close(work, leader_id=world.leader_a, round_id=world.open, actor="system")
            warehouse_id, _ = make_fleet(work)
            made = make_run(work, [(world.leader_a, world.open)], warehouse_id=warehouse_id)
            runs.create(work, run_on=date(2026, 6, 1), warehouse_id=warehouse_id, actor="system")
        else:
            made = 0
    if made:
        plan(store, made)
    with store.read() as work:
        found = run_views.search(work)
        ids = {row["state"]: row["id"] for row in found.rows}
        run_id = next((ids[state] for state in ("frozen", "on_the_way", "done") if state in ids), found.rows[0]["id"])
        routes = run_views.routes(work, run_id=run_id)
        names = {
            "run": run_id,
            "draft": ids.get("draft", run_id),
            "version": runs.get(work, run_id).version,
            "warehouse": fleet.warehouses(work)[0]["id"],
            "vehicle": fleet.vehicles(work)[0]["id"],
            "leader": world.leader_a,
            "point": fleet.points(work).rows[0]["id"],
            "round": world.open,
        }
        if not routes:
            return names | {"route": 1, "stop": 1, "drive": "1-1-" + "0" * 24}
        one = routes[0]
        token = tours.token_of(SETTINGS.secret, route_id=one.head["id"], link_no=one.head["link_no"])
        return names | {"route": one.head["id"], "stop": one.stops[0]["id"], "drive": token}


DOORS = (
    # open to everybody
    Door("GET", "site.healthz", EVERYBODY, at("/healthz")),
    Door("GET", "site.favicon", EVERYBODY, at("/favicon.ico")),
    Door("GET", "site.readyz", EVERYBODY, at("/readyz")),
    Door("GET", "site.static", EVERYBODY, at("/assets/admin.css")),
    Door("GET", "admin.login", EVERYBODY, at("/admin/login")),
    Door("GET", "leader.entrance", EVERYBODY, link("leader", "/m/enter/{}")),
    Door("POST", "leader.enter", EVERYBODY, link("leader", "/m/enter/{}")),
    Door("GET", "leader.gone", EVERYBODY, at("/m/gone")),
    Door("GET", "leader.scan_worker", EVERYBODY, at("/m/scan/worker.js")),
    Door("GET", "public.ticket", EVERYBODY, at("/p/{token}")),
    Door("GET", "public.front", EVERYBODY, at("/")),
    Door("GET", "mall.home", EVERYBODY, at("/l/L1")),
    Door("GET", "mall.goods_in_stock", EVERYBODY, at("/l/L1/shelf")),
    Door("GET", "mall.shelf_now", EVERYBODY, at("/l/L1/shelf/live?q_1=2")),
    Door("GET", "mall.round_", EVERYBODY, at("/r/{round_code}")),
    Door("GET", "mall.live", EVERYBODY, at("/r/{round_code}/live?q_1=2")),
    Door("GET", "mall.poster", EVERYBODY, at("/r/{round_code}/poster.png")),
    Door("GET", "mall.picture", EVERYBODY, at("/i/{leader_a}/{face}?s=1")),
    Door("GET", "mall.entrance", EVERYBODY, link("resident", "/e/{}")),
    Door("POST", "mall.enter", EVERYBODY, link("resident", "/e/{}")),
    # neighbours
    Door("POST", "mall.place", RESIDENTS, at("/r/{round_code}", q_1="2", had_1="", nonce=NONCE)),
    Door("POST", "mall.take", RESIDENTS, at("/l/L1/shelf", q_1="2", had_1="", nonce=NONCE)),
    Door("GET", "mall.invited", EVERYBODY, at("/y/{invite_code}")),
    Door("POST", "mall.join", RESIDENTS, at("/y/{invite_code}")),
    Door("GET", "mall.mine", RESIDENTS, at("/my")),
    Door("POST", "mall.own_link", RESIDENTS, at("/my/invite")),
    Door("POST", "mall.about_me", RESIDENTS, at("/my/about", room="9-901", name="小王")),
    Door("GET", "mall.own_data", RESIDENTS, at("/my/data")),
    Door(
        "POST", "mall.review", RESIDENTS, at("/my/review", order="{order}", leader="{leader_a}", stars="5", words="好")
    ),
    Door("POST", "mall.erase", RESIDENTS, at("/my/erase", sure="1")),
    Door("POST", "mall.use_coupon", RESIDENTS, at("/r/{round_code}/coupon", coupon="SAVE10", nonce=NONCE)),
    Door("POST", "mall.follow", RESIDENTS, at("/l/L2/follow")),
    Door("POST", "mall.ask_leader", RESIDENTS, at("/l/L1/ask", text="几点能来取", nonce=NONCE)),
    Door("GET", "public.export_file", EVERYBODY, link("export", "/x/{}")),
    Door("GET", "public.pay", EVERYBODY, pay_page("/pay/{}")),
    Door("GET", "mall.supplier", EVERYBODY, at("/l/L1/from/{supplier}")),
    Door("GET", "mall.farm_picture", EVERYBODY, at("/i/from/{farm_photo}")),
    Door("GET", "public.supplier_orders", EVERYBODY, supplier_page("/s/{token}")),
    Door("GET", "public.supplier_order", EVERYBODY, supplier_page("/s/{token}/{purchase}")),
    Door("POST", "public.promise_order", EVERYBODY, supplier_page("/s/{token}/{purchase}", note="下午到")),
    Door("GET", "public.supplier_file", EVERYBODY, supplier_page("/s/{token}/{purchase}/file.xlsx")),
    # the console
    Door("GET", "admin.dashboard", CONSOLE, at("/admin/")),
    Door("GET", "admin.account", CONSOLE, at("/admin/account")),
    Door("POST", "admin.logout", CONSOLE, at("/admin/logout")),
    Door("POST", "admin.change_password", CONSOLE, at("/admin/account/password", current="x")),
    Door("GET", "admin.leaders", CONSOLE, at("/admin/leaders")),
    Door("GET", "admin.leader", CONSOLE, at("/admin/leaders/{leader_a}")),
    Door("POST", "admin.approve_leader", LEADERS, at("/admin/leaders/{applicant}/approve")),
    Door("POST", "admin.reject_leader", LEADERS, at("/admin/leaders/{applicant}/reject", reason="x")),
    Door("POST", "admin.suspend_leader", LEADERS, at("/admin/leaders/{leader_b}/suspend")),
    Door("POST", "admin.set_share", LEADERS, at("/admin/leaders/{leader_a}/share", share="12.5")),
    Door("GET", "admin.rounds", CONSOLE, at("/admin/rounds")),
    Door("GET", "admin.round_", CONSOLE, at("/admin/rounds/{leader_a}/{arrived}")),
    Door("POST", "admin.export_round", SERVICE, at("/admin/rounds/{leader_a}/{arrived}/export")),
    Door(
        "POST", "admin.move_pickup", LEADERS, at("/admin/rounds/{leader_a}/{arrived}/pickup", place="南门", nonce=NONCE)
    ),
    Door("GET", "admin.orders", CONSOLE, at("/admin/orders")),
    Door("GET", "admin.order", CONSOLE, at("/admin/orders/{leader_a}/{order}")),
    Door("POST", "admin.show_contact", SERVICE, at("/admin/orders/{leader_a}/{order}/contact")),
    Door("GET", "admin.contact_was_shown", CONSOLE, at("/admin/orders/{leader_a}/{order}/contact")),
    Door("GET", "admin.redeem", SERVICE, at("/admin/redeem")),
    Door("POST", "admin.look_at_code", SERVICE, at("/admin/redeem/look", leader="L1", code="{code}")),
    Door("POST", "admin.hand_out_code", SERVICE, at("/admin/redeem", leader="L1", code="{code}", nonce=NONCE)),
    Door("POST", "admin.undo_code", SERVICE, at("/admin/redeem/undo", leader="L1", code="{code}")),
    Door("GET", "admin.cases", CONSOLE, at("/admin/cases")),
    Door("GET", "admin.case", CONSOLE, at("/admin/cases/{leader_a}/{case}")),
    Door("GET", "admin.case_photo", CONSOLE, at("/admin/cases/{leader_a}/{case}/photos/{photo}")),
    Door(
        "POST",
        "admin.decide_case",
        SERVICE,
        at("/admin/cases/{leader_a}/{case}/decide", decision="refund", amount="10", nonce=NONCE),
    ),
    Door("POST", "admin.note_case", SERVICE, at("/admin/cases/{leader_a}/{case}/note", text="x")),
    Door("GET", "admin.settlements", CONSOLE, at("/admin/settlements")),
    Door("GET", "admin.settlement", CONSOLE, settled("/admin/settlements/{leader_b}/{settlement_b}")),
    Door("POST", "admin.settlement_file", SERVICE, settled("/admin/settlements/{leader_b}/{settlement_b}/file")),
    Door("POST", "admin.confirm_settlement", LEADERS, settled("/admin/settlements/{leader_b}/{settlement_b}/confirm")),
    Door(
        "POST",
        "admin.void_settlement",
        LEADERS,
        settled("/admin/settlements/{leader_b}/{settlement_b}/void", reason="x"),
    ),
    Door("GET", "admin.differences", CONSOLE, at("/admin/differences")),
    Door(
        "POST",
        "admin.settle_difference",
        LEADERS,
        differing(
            "/admin/differences/settle", bill_on="2026-05-01", kind="unknown_payment", reference="LT999999", note="x"
        ),
    ),
    Door("POST", "admin.payouts", LEADERS, at("/admin/settlements/payouts")),
    Door("POST", "admin.pay_settlements", LEADERS, settled("/admin/settlements/pay", paid="{leader_b}:SETTLEMENT")),
    Door(
        "POST",
        "admin.set_share_receiver",
        LEADERS,
        at("/admin/leaders/{leader_a}/share-receiver", merchant_id="19000009", name="阳光花园便利店"),
    ),
    Door("POST", "admin.set_terms", LEADERS, at("/admin/rounds/{leader_a}/{arrived}/offers/{offer}/terms", share="8")),
    Door("GET", "admin.coupons", CONSOLE, at("/admin/coupons?leader=L1")),
    Door(
        "POST", "admin.create_coupon", LEADERS, at("/admin/coupons", leader="L1", title="券", value="5", kind="amount")
    ),
    Door("POST", "admin.stop_coupon", LEADERS, at("/admin/coupons/{leader_a}/{coupon}/stop")),
    Door("GET", "admin.suppliers_", CONSOLE, at("/admin/suppliers?sort=name")),
    Door("GET", "admin.new_supplier", LEADERS, at("/admin/suppliers/new")),
    Door("POST", "admin.create_supplier", LEADERS, at("/admin/suppliers", name="新农场", is_active="1")),
    Door("GET", "admin.supplier", CONSOLE, at("/admin/suppliers/{supplier}")),
    Door("POST", "admin.save_supplier", LEADERS, at("/admin/suppliers/{supplier}", name="改了名", is_active="1")),
    Door("POST", "admin.renew_supplier_link", LEADERS, at("/admin/suppliers/{supplier}/link")),
    Door(
        "POST",
        "admin.create_product",
        LEADERS,
        at("/admin/suppliers/{supplier}/products", name="桃", unit="箱", cost="9"),
    ),
    Door(
        "POST", "admin.save_product", LEADERS, at("/admin/suppliers/{supplier}/products/{product}", name="桃", cost="9")
    ),
    Door("POST", "admin.add_photos", LEADERS, at("/admin/suppliers/{supplier}/photos", kind="story", nonce=NONCE)),
    Door("POST", "admin.remove_photo", LEADERS, at("/admin/suppliers/{supplier}/photos/{farm_photo}/remove")),
    Door("GET", "admin.supplier_photo", CONSOLE, at("/admin/suppliers/photos/{farm_photo}")),
    Door("GET", "admin.wordings", CONSOLE, at("/admin/wordings?leader=L1")),
    Door(
        "POST",
        "admin.teach_product",
        LEADERS,
        at("/admin/wordings/{leader_a}", name="草莓", spec="2斤", unit="盒", product="own"),
    ),
    Door("GET", "admin.purchases_", CONSOLE, at("/admin/purchases?supplier={supplier}")),
    Door("POST", "admin.gather_purchases", LEADERS, at("/admin/purchases/gather")),
    Door("GET", "admin.purchase", CONSOLE, at("/admin/purchases/{purchase}")),
    Door(
        "POST", "admin.decide_cases", LEADERS, at("/admin/purchases/{purchase}/cases", product="{product}", rest="cap")
    ),
    Door("POST", "admin.send_purchase", LEADERS, at("/admin/purchases/{purchase}/send")),
    Door("POST", "admin.receive_purchase", LEADERS, at("/admin/purchases/{purchase}/receive")),
    Door("POST", "admin.cancel_purchase", LEADERS, at("/admin/purchases/{purchase}/cancel")),
    Door("POST", "admin.purchase_file", CONSOLE, at("/admin/purchases/{purchase}/file")),
    Door("GET", "admin.relays", CONSOLE, at("/admin/relays?state=open&leader=L1")),
    Door("POST", "admin.answer_relay", SERVICE, at("/admin/relays/{leader_a}/1/answer", text="好", nonce=NONCE)),
    Door("GET", "admin.news", CONSOLE, at("/admin/news?leader=L1")),
    Door("POST", "admin.look_at_news", LEADERS, at("/admin/news/look", words="五一照常")),
    Door("POST", "admin.send_news", LEADERS, at("/admin/news", words="五一照常", nonce=NONCE)),
    Door("GET", "admin.reviews", CONSOLE, at("/admin/reviews?leader=L1")),
    Door("POST", "admin.hide_review", LEADERS, at("/admin/reviews/{leader_a}/1/hide", reason="x")),
    Door("POST", "admin.show_review", LEADERS, at("/admin/reviews/{leader_a}/1/show")),
    Door("GET", "admin.notices", CONSOLE, at("/admin/notices")),
    Door("POST", "admin.retry_notice", SERVICE, at("/admin/notices/{leader_a}/{failed_notice}/retry")),
    Door("POST", "admin.drop_notice", SERVICE, at("/admin/notices/{leader_a}/{failed_notice}/drop")),
    Door("GET", "admin.messages", CONSOLE, at("/admin/messages")),
    Door("GET", "admin.misread", CONSOLE, at("/admin/misread")),
    Door(
        "POST", "admin.teach", SERVICE, at("/admin/misread/{leader_a}/teach", words="大草莓", item="{arrived}:{offer}")
    ),
    Door("GET", "admin.actions", CONSOLE, at("/admin/actions")),
    Door("GET", "admin.operators", OWNER, at("/admin/operators")),
    Door(
        "POST",
        "admin.create_operator",
        OWNER,
        at("/admin/operators", username="new", display_name="x", password="long enough 12", role="viewer"),
    ),
    Door("POST", "admin.change_operator", OWNER, at("/admin/operators/{viewer}", role="service")),
    # delivery
    Door("GET", "admin.fleet", CONSOLE, on_run("/admin/fleet")),
    Door("POST", "admin.add_warehouse", LEADERS, on_run("/admin/fleet/warehouses", name="西仓", position="31.2,121.4")),
    Door("POST", "admin.change_warehouse", LEADERS, on_run("/admin/fleet/warehouses/{warehouse}", name="新仓")),
    Door(
        "POST",
        "admin.add_vehicle",
        LEADERS,
        on_run("/admin/fleet/vehicles", name="9号车", capacity="30", **{"from": "5:00", "until": "11:30"}),
    ),
    Door(
        "POST",
        "admin.change_vehicle",
        LEADERS,
        on_run("/admin/fleet/vehicles/{vehicle}", name="8号车", capacity="30", **{"from": "5:00", "until": "11:30"}),
    ),
    Door(
        "POST",
        "admin.change_point",
        LEADERS,
        on_run("/admin/fleet/points/{leader}/{point}", position="31.21,121.41", service="8", opens="6:00", cold="8:30"),
    ),
    Door("GET", "admin.delivery_runs", CONSOLE, on_run("/admin/runs")),
    Door("POST", "admin.create_run", LEADERS, on_run("/admin/runs", day="2026-06-02", warehouse="{warehouse}")),
    Door("GET", "admin.delivery_run", CONSOLE, on_run("/admin/runs/{run}")),
    Door("POST", "admin.freeze_run", LEADERS, on_run("/admin/runs/{draft}/freeze", r="{leader}-{round}", units="8")),
    Door("POST", "admin.thaw_run", LEADERS, on_run("/admin/runs/{run}/thaw")),
    Door("POST", "admin.cancel_run", LEADERS, on_run("/admin/runs/{draft}/cancel")),
    Door("GET", "admin.run_papers", CONSOLE, on_run("/admin/runs/{run}/papers?kind=routes")),
    Door("GET", "admin.run_papers_pdf", CONSOLE, on_run("/admin/runs/{run}/papers/file?kind=receipts")),
    Door("POST", "admin.plan_routes", LEADERS, on_run("/admin/runs/{run}/plan", seconds="10", zones="1")),
    Door("POST", "admin.stop_planning", LEADERS, on_run("/admin/runs/{run}/plan/stop")),
    Door("GET", "admin.planning_progress", CONSOLE, on_run("/admin/runs/{run}/plan")),
    Door(
        "POST",
        "admin.move_stop",
        LEADERS,
        on_run("/admin/runs/{run}/stops/{leader}/{point}/move", version="{version}", vehicle="{vehicle}", position="1"),
    ),
    Door("POST", "admin.lock_stop", LEADERS, on_run("/admin/runs/{run}/stops/{leader}/{point}/lock", lock="1")),
    Door("POST", "admin.lock_route", LEADERS, on_run("/admin/runs/{run}/routes/{route}/lock", lock="1")),
    Door("POST", "admin.take_best_plan", LEADERS, on_run("/admin/runs/{run}/plan/best", version="{version}")),
    Door("POST", "admin.replace_driver_link", LEADERS, on_run("/admin/runs/{run}/routes/{route}/link")),
    Door("GET", "admin.driver_links", LEADERS, on_run("/admin/runs/{run}/links")),
    Door("GET", "admin.run_map", CONSOLE, on_run("/admin/runs/{run}/map")),
    Door("GET", "public.drive", EVERYBODY, on_run("/d/{drive}")),
    # leaders and helpers
    Door("GET", "leader.today", MEMBERS, at("/m/")),
    Door("POST", "leader.logout", MEMBERS, at("/m/logout")),
    Door("GET", "leader.redeem", MEMBERS, at("/m/redeem")),
    Door("POST", "leader.look_at_code", MEMBERS, at("/m/redeem/look", code="{code}")),
    Door("POST", "leader.hand_out_code", MEMBERS, at("/m/redeem", code="{code}", nonce=NONCE)),
    Door("POST", "leader.undo_code", MEMBERS, at("/m/redeem/undo", code="{code}")),
    Door("GET", "leader.round_", A_AND_HELPER, at("/m/rounds/{arrived}")),
    Door("GET", "leader.order", A_AND_HELPER, at("/m/orders/{order}")),
    Door("POST", "leader.paid", A_ALONE, at("/m/orders/{order}/paid", nonce=NONCE)),
    Door("GET", "leader.find", MEMBERS, at("/m/find?q=5-201")),
    Door("GET", "leader.household", A_AND_HELPER, at("/m/households/{order}")),
    Door("POST", "leader.hand_out_household", A_AND_HELPER, at("/m/households/{order}", nonce=NONCE)),
    Door("GET", "leader.scan", MEMBERS, at("/m/scan")),
    Door("GET", "leader.scan_list", MEMBERS, at("/m/scan/list")),
    Door("GET", "leader.picking", A_AND_HELPER, at("/m/rounds/{arrived}/picking")),
    Door("POST", "leader.remind", A_AND_HELPER, at("/m/orders/{order}/remind")),
    Door("GET", "leader.papers_pdf", A_AND_HELPER, at("/m/rounds/{arrived}/papers.pdf?kind=labels&size=roll")),
    Door("GET", "admin.papers", CONSOLE, at("/admin/papers")),
    Door("GET", "admin.print_papers", CONSOLE, at("/admin/papers/print?r={leader_a}-{arrived}&kind=routes")),
    Door("GET", "admin.papers_pdf", CONSOLE, at("/admin/papers/file?r={leader_a}-{arrived}&kind=receipts")),
    Door("GET", "leader.papers", A_AND_HELPER, at("/m/rounds/{arrived}/papers")),
    Door("GET", "leader.full_cases", A_ALONE, at("/m/rounds/{open}/cases")),
    Door("POST", "leader.wish_cases", A_ALONE, at("/m/rounds/{open}/cases", usual="cap")),
    Door("GET", "leader.where_and_when", A_ALONE, at("/m/rounds/{arrived}/pickup")),
    Door("POST", "leader.move_pickup", A_ALONE, at("/m/rounds/{arrived}/pickup", place="南门", nonce=NONCE)),
    Door("GET", "leader.showcase_of", A_ALONE, at("/m/rounds/{open}/showcase")),
    Door("POST", "leader.show_offer", A_ALONE, at("/m/rounds/{open}/showcase/1", words="甜", nonce=NONCE)),
    Door("GET", "leader.news", LEADERS_ALONE, at("/m/news")),
    Door("POST", "leader.look_at_news", LEADERS_ALONE, at("/m/news/look", words="明天到货")),
    Door("GET", "leader.news_was_looked_at", LEADERS_ALONE, at("/m/news/look")),
    Door("POST", "leader.send_news", LEADERS_ALONE, at("/m/news", words="明天到货", to="all", nonce=NONCE)),
    Door("POST", "leader.withdraw_news", LEADERS_ALONE, at("/m/news/withdraw", number="1")),
    Door("POST", "leader.keep_communities", LEADERS_ALONE, at("/m/communities", names="阳光花园")),
    Door("GET", "leader.shelf_", LEADERS_ALONE, at("/m/shelf")),
    Door(
        "POST",
        "leader.put_on_shelf",
        LEADERS_ALONE,
        at("/m/shelf", name="大米", unit="袋", price="35", stock="20", nonce=NONCE),
    ),
    Door(
        "POST", "leader.keep_shelf", A_ALONE, at("/m/shelf/1", price="36", left="9", had="9", words="香", nonce=NONCE)
    ),
    Door("GET", "leader.profile", ("leader_a", "leader_b"), at("/m/profile")),
    Door("POST", "leader.save_profile", ("leader_a", "leader_b"), at("/m/profile", intro="住3号楼", nonce=NONCE)),
    Door("GET", "leader.goods_in", A_ALONE, at("/m/rounds/{arrived}/goods")),
    Door("POST", "leader.look_at_goods", A_ALONE, at("/m/rounds/{arrived}/goods/look")),
    Door("POST", "leader.confirm_goods", A_ALONE, at("/m/rounds/{arrived}/goods", nonce=NONCE)),
    Door("GET", "leader.transfers_", ("leader_a", "leader_b"), at("/m/transfers")),
    Door("POST", "leader.upload_bill", ("leader_a", "leader_b"), at("/m/transfers", pasted="x")),
    Door("POST", "leader.match_transfer", ("leader_a", "leader_b"), at("/m/transfers/1/match", order="1")),
    Door("POST", "leader.match_sure", ("leader_a", "leader_b"), at("/m/transfers/sure")),
    Door("POST", "leader.ignore_transfer", ("leader_a", "leader_b"), at("/m/transfers/1/ignore")),
    Door("GET", "leader.settlements", ("leader_a", "leader_b"), at("/m/settlements")),
    Door("GET", "leader.settlement", ("leader_b",), settled("/m/settlements/{settlement_b}")),
    Door("GET", "leader.settlement_preview", A_ALONE, at("/m/rounds/{arrived}/settlement")),
    Door("POST", "leader.confirm_settlement", ("leader_b",), settled("/m/settlements/{settlement_b}/confirm")),
    Door("GET", "leader.settlement_file", ("leader_b",), settled("/m/settlements/{settlement_b}/file")),
    Door("GET", "leader.short", A_ALONE, at("/m/rounds/{arrived}/short")),
    Door("POST", "leader.look_at_short", A_ALONE, at("/m/rounds/{arrived}/short/look")),
    Door("POST", "leader.confirm_short", A_ALONE, at("/m/rounds/{arrived}/short", nonce=NONCE)),
    Door("POST", "leader.remind_all", A_AND_HELPER, at("/m/rounds/{arrived}/remind", building="*")),
    Door("POST", "leader.tell_all", A_ALONE, at("/m/rounds/{arrived}/tell-all")),
    Door("GET", "leader.cases", LEADERS_ALONE, at("/m/cases")),
    Door("GET", "leader.case", A_ALONE, at("/m/cases/{case}")),
    Door("GET", "leader.case_photo", A_ALONE, at("/m/cases/{case}/photos/{photo}")),
    Door("POST", "leader.look_at_decision", A_ALONE, at("/m/cases/{case}/look", decision="refund", amount="10")),
    Door(
        "POST",
        "leader.decide_case",
        A_ALONE,
        at("/m/cases/{case}/decide", decision="refund", amount="10", nonce=NONCE),
    ),
    Door("POST", "leader.note_case", A_ALONE, at("/m/cases/{case}/note", text="x", nonce=NONCE)),
    Door("POST", "leader.hand_out_replacement", A_ALONE, at("/m/cases/{case}/given")),
    Door("GET", "leader.new_case", A_ALONE, at("/m/orders/{order}/case")),
    Door("POST", "leader.open_case", A_ALONE, at("/m/orders/{order}/case", nonce=NONCE)),
    Door("GET", "leader.bad_goods", A_ALONE, at("/m/rounds/{arrived}/bad?offer={offer}")),
    Door(
        "POST",
        "leader.look_at_bad_goods",
        A_ALONE,
        at("/m/rounds/{arrived}/bad/look", **{"offer": "{offer}", "bad_{order}": "1"}),
    ),
    Door("POST", "leader.open_bad_goods", A_ALONE, at("/m/rounds/{arrived}/bad", offer="{offer}", nonce=NONCE)),
    Door("GET", "leader.neighbours", LEADERS_ALONE, at("/m/neighbours")),
    Door("GET", "leader.neighbour", A_ALONE, at("/m/neighbours/{resident}")),
    Door("POST", "leader.show_phone", A_ALONE, at("/m/neighbours/{resident}/phone")),
    Door("GET", "leader.phone_was_shown", LEADERS_ALONE, at("/m/neighbours/{resident}/phone")),
    Door("POST", "leader.add_helper", A_ALONE, at("/m/neighbours/{resident}/helper")),
    Door("POST", "leader.remove_helper", A_ALONE, at("/m/helpers/{account_helper}/remove")),
    Door("GET", "admin.new_case", SERVICE, at("/admin/orders/{leader_a}/{order}/case")),
    Door("POST", "admin.open_case", SERVICE, at("/admin/orders/{leader_a}/{order}/case", nonce=NONCE)),
    Door("POST", "public.hand_out_ticket", A_AND_HELPER, at("/p/{token}", nonce=NONCE)),
)
# Tried in tests of their own: log-in refuses by the password, not by who asks; scans are sent as JSON, not as a form.
# Coming in by WeChat goes through WeChat and back.
# A driver's link is the key to his page, whoever holds it: tests/web/test_driver.py.
TRIED_ELSEWHERE = {
    "public.start_driving",
    "public.car_arrived",
    "public.sign_for_goods",
    "public.leave_goods",
    "public.reorder_stop",
    "public.lock_own_route",
    "admin.signature_photo",
    "public.start_paying",
    "public.check_payment",
    "leader.proof",
    "admin.enter",
    "leader.deliver_scans",
    "mall.come_in",
    "mall.come_back",
}
