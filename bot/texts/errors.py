"""Words for every refusal: one entry per `code` of `operations.errors` (a test holds the two together)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.texts.leading import STAYS_HOME
from bot.texts.replies import NOT_BOUND
from bot.texts.wording import amount, day_and_clock, money, pickup_of

Facts = Mapping[str, Any]


def refusal(code: str, facts: Facts) -> str:
    """The sentence for a refusal. An unknown code is a defect and raises KeyError."""
    return ERRORS[code](facts)


def _not_found(f: Facts) -> str:
    what = {
        "leader": "这个团长编号",
        "round": "这一团",
        "offer": "这个商品",
        "order": "这个订单",
        "case": "这个售后单",
        "code": "这个取货码",
        "replacement": "这个补货",
        "relay": "这条留言",
        "resident": "这位邻居",
        "settlement": "这张结算单",
        "difference": "这条差异",
        "coupon": "这张券",
        "review": "这条评价",
        "announcement": "这条公告",
        "transfer": "这笔转账",
        "supplier": "这家供应商",
        "product": "这个商品",
        "photo": "这张照片",
        "purchase": "这张采购单",
        "warehouse": "这个仓库",
        "vehicle": "这辆车",
        "run": "这趟配送",
        "route": "这条线路",
        "stop": "这一站",
        "pickup_point": "这个自提点",
        "shelf_item": "货架上的这一样",
        "community": "这个小区",
    }.get(str(f.get("what")), "您说的这一项")
    typed = f"“{f['typed']}”" if f.get("typed") else ""
    if f.get("what") == "offer" and typed:
        return f"没有找到这个商品{typed}，没有改动。回复“团购”看现在有哪些、各是几号。"
    return f"没有找到{what}{typed}，请核对一下。"


def _too_early_to_settle(f: Facts) -> str:
    if f.get("cases"):
        return "还有售后没处理完，处理好了才能结算。"
    if f.get("until"):
        return f"售后期到 {day_and_clock(f['until'])} 才结束，到时再结算。"
    return "取货还没有结束，不能结算。"


def _sold_out(f: Facts) -> str:
    if not f["remaining_milli"]:
        return f"{f['name']}已经订完了。"
    left = amount(f["remaining_milli"], f["unit"])
    had = f.get("had_milli") or 0
    if f.get("is_for_other"):
        return f"{f['name']}只剩{left}，没有记上。"
    if had:
        most = amount(f["remaining_milli"] + had, "")
        return f"{f['name']}只剩{left}，没有加上；您最多可以订到{most}{f['unit']}，回复“{f['name']}{most}”就行。"
    return f"{f['name']}只剩{left}，没有记上；要的话回复“{f['name']}{amount(f['remaining_milli'])}”。"


def _over_limit(f: Facts) -> str:
    name, had, most = f["name"], f.get("had_milli") or 0, f["most_milli"]
    start = f"{name}每户最多{amount(f['limit_milli'], f['unit'])}"
    if most <= had:
        return f"{start}，已经订了{amount(had, f['unit'])}，没有再加。" if had else f"{start}，也已经订完了。"
    if f.get("is_for_other"):
        return f"{start}，没有记上；还可以订到{amount(most, f['unit'])}。"
    if had:
        return f"{start}，没有加上；您最多可以订到{amount(most, f['unit'])}，回复“{name}{amount(most)}”就行。"
    return f"{start}，没有记上；要的话回复“{name}{amount(most)}”。"


def _bad_quantity(f: Facts) -> str:
    name = f.get("name") or "这个商品"
    return f"{name}按{f.get('unit', '份')}卖，不能订{amount(f['quantity_milli'])}，请说整数。"


def _wrong_state(f: Facts) -> str:
    state = {
        "draft": "还没发布",
        "open": "还没截单",
        "closed": "已经截单",
        "arrived": "已经到货",
        "completed": "已经结束",
        "settled": "已经结算",
        "cancelled": "已经取消",
    }.get(str(f.get("state")), "状态不对")
    title = f"“{f['title']}”" if f.get("title") else "这一团"
    return f"{title}{state}，现在不能这样操作。"


def _bad_time(f: Facts) -> str:
    if f.get("field") == "pickup":
        return "取货的结束时间要晚于开始时间。"
    if f.get("field") == "pickup_past":
        return f"{_at(f.get('at')) or '这一天'}已经过了，取货时间要在现在之后，没有改动。"
    if f.get("field") == "pickup_before_close":
        return f"{_at(f['at'])}才截单，取货要在那以后，没有改动。想早点取，先“截单”或者“改截单 今天18:00”。"
    past = _at(f.get("at"))
    return f"{past}已经过了，截单时间要在现在之后，请再说一次。" if past else "截单时间要在现在之后，请再说一次。"


def _at(value: Any) -> str:
    return day_and_clock(value) if isinstance(value, datetime) else ""


def _whose(f: Facts) -> str:
    return " ".join(part for part in (f"{f['seq']}号" if f.get("seq") else "", f.get("name") or "") if part)


def _unknown_code(f: Facts) -> str:
    if f.get("is_mistyped"):
        return "取货码有一位打错了，请再看一眼。"
    return "没有这个取货码，请核对；别的团长的码在这里不能用。"


def _already_redeemed(f: Facts) -> str:
    by = f"（{f['by']}核销的）" if f.get("by") else ""
    return f"{_whose(f)}的货已经在{_at(f.get('at'))}取走了{by}，没有重复登记。"


def _unpaid(f: Facts) -> str:
    claimed = "（说已经付了，等您核对）" if f.get("claimed_at") else ""
    return f"{_whose(f)}还有{money(f['due_fen'])}没付{claimed}。收到后发“收 {f['seq']}”，再核销。"


def _under_after_sales(f: Facts) -> str:
    cases = "、".join(f"S{n}" for n in f.get("cases", ()))
    return f"{f.get('name', '这一项')}正在售后（{cases}），先处理完再发货。"


def _after_sales_over(f: Facts) -> str:
    return (
        f"“{f['title']}”的售后期到{day_and_clock(f['until'])}，已经过了，不能再自己申请。\n"
        "有特殊情况请发：联系团长 加上您要说的话，团长可以替您登记。"
    )


def _claim_too_much(f: Facts) -> str:
    if f.get("is_short"):
        return f"{f['name']}这次到货不够，没有给到您，钱已经不算了，付过的会退，不用再申请售后。有别的事请发：联系团长 加上您要说的话。"
    if f["left_milli"]:
        return f"{f['name']}还能申请{amount(f['left_milli'], f['unit'])}，请改一下数量。"
    cases = "、".join(f"S{n}" for n in f.get("cases", ()))
    where = f"已经在售后单 {cases} 里了" if cases else "已经都申请过售后了"
    return f"{f['name']}{where}，没有再记。补充照片请直接发过来；看到哪一步了，发“售后”。"


def _case_closed(f: Facts) -> str:
    how = {"refund": "退款", "replacement": "补货"}.get(str(f.get("outcome")), "处理")
    return f"S{f['number']}已经{how}完了，没有再改。"


def _coupon_refused(f: Facts) -> str:
    why = str(f.get("why"))
    if why == "min_spend":
        return f"这张券满{money(f['min_spend_fen'])}才能用，现在是{money(f['total_fen'])}，没有用上。"
    if why == "unknown":
        return f"没有“{f.get('typed', '')}”这张券，请核对券码；回复“我的券”看您有哪些。"
    if why == "not_yet":
        return f"这张券要到{_at(f.get('valid_from'))}才能用。"
    if why == "other":
        return f"这一单已经用了“{f.get('in_use', '')}”，一单只能用一张；要换先回复“不用券”。"
    return {
        "closed": f"“{f.get('title') or '这一团'}”已经截单，不能再改用券。",
        "over": "这张券过期了，没有用上。",
        "stopped": "这张券已经停用，没有用上。",
        "used_up": "这张券已经被用完了，没有用上。",
        "per_resident": "这张券您已经用过了，没有用上。",
    }.get(why, "这张券现在不能用，没有改动。")


def _bad_coupon(f: Facts) -> str:
    return {
        "title": "请写券的名字。",
        "kind": "券要么减金额，要么打折。",
        "value": "券的面额不对：金额要大于0，折扣要在0到100%之间。",
        "code": f"券码“{f.get('typed', '')}”不能用：要3到20个字母或数字，并且没有用过。",
        "min_spend": "最低消费不对。",
        "max_uses": "总张数至少是1。",
        "per_resident": "每人张数至少是1。",
        "validity": "结束时间要晚于开始时间。",
    }.get(str(f.get("field")), "这张券填得不对，没有建。")


def _invite_refused(f: Facts) -> str:
    return {
        "unknown": "没有这个邀请码，请核对一下。",
        "self": "这是您自己的邀请码，发给还没来过的邻居才有礼。",
        "not_new": f"您已经是“{f.get('leader') or '这位团长'}”的邻居了，邀请只算新邻居，没有改动。",
    }.get(str(f.get("why")), "这个邀请不能算，没有改动。")


def _run_state(f: Facts) -> str:
    return {
        "draft": "这趟配送还没有定单，先定单再做这一步。",
        "frozen": "这趟配送已经定单了，要改先退回草稿。",
        "on_the_way": "车已经出发，这一步不能做了。",
        "done": "这趟配送已经送完了。",
        "cancelled": "这趟配送已经取消了。",
        "searching": "正在排线路，等排好或者先按“停下”再改。",
        "unplanned": "还没有排过线路，先排一次再改。",
    }.get(str(f.get("state")), "这趟配送现在不能这样做。")


ERRORS: dict[str, Callable[[Facts], str]] = {
    "refused": lambda f: "这样不行，没有改动。",
    "not_found": _not_found,
    "not_allowed": lambda f: "这件事只有团长能做。",
    "not_bound": lambda f: NOT_BOUND,
    "leader_inactive": lambda f: f"团长“{f.get('name', '')}”现在暂停接单，没有改动。",
    "not_following": lambda f: f"您现在跟着团长“{f.get('now', '')}”，要先换到“{f.get('name', '')}”才能在这里订。",
    "own_shop": lambda f: STAYS_HOME,
    "already_applied": lambda f: (
        "您已经是团长了。" if f.get("state") == "active" else "您的申请已经收到，请等平台审核。"
    ),
    "still_leader": lambda f: "还是团长，要先请平台停掉团长身份，才能这样做。",
    "no_open_round": lambda f: "现在没有开着的团。",
    "round_closed": lambda f: f"“{f.get('title') or '这一团'}”已经截单，这次订不了了。",
    "wrong_state": _wrong_state,
    "empty_round": lambda f: "没有看到商品和价格，开不了团。",
    "bad_time": _bad_time,
    "same_pickup": lambda f: f"“{f['title']}”本来就是这样取的：{pickup_of(f)}，没有改动，也没有通知。",
    "hours_wanted": lambda f: (
        f"“{f['title']}”的货已经到了，要说清楚几点到几点，邻居才好来取，例如：“改自提 后天16:00-19:00”。"
    ),
    "sold_out": _sold_out,
    "over_limit": _over_limit,
    "offer_withdrawn": lambda f: f"{f.get('name', '这个商品')}已经下架，没有记上。",
    "bad_quantity": _bad_quantity,
    "bad_coupon": _bad_coupon,
    "coupon_refused": _coupon_refused,
    "invite_refused": _invite_refused,
    "news_cap_reached": lambda f: f"今天已经发过{f.get('most', 2)}次公告了，明天再发，免得打扰邻居。",
    "nothing_to_review": lambda f: "还没有取过货的订单可以评价。取了货再来说说怎么样。",
    "below_reserved": lambda f: f"{f['name']}已经订出去{amount(f['reserved_milli'], f['unit'])}，总量不能比这个少。",
    "no_order": lambda f: "还没有订单可以改。",
    "nothing_booked": lambda f: "一样也没有记上。",
    "already_picked_up": lambda f: "这单已经取货，改不了了。有问题请发“售后”加一句话。",
    "already_cancelled": lambda f: "这个已经取消过了。",
    "link_dead": lambda f: "这个链接已经失效，请在聊天里重新要一个。",
    "operator_exists": lambda f: f"已经有叫“{f.get('username', '')}”的运营人员了。",
    "weak_password": lambda f: f"密码太简单，请至少用{f.get('least', 10)}个字符，并且不要和用户名相同。",
    "unknown_code": _unknown_code,
    "tries_locked": lambda f: f"试错太多次了，请在{_at(f.get('until'))}之后再试。",
    "already_redeemed": _already_redeemed,
    "unpaid_order": _unpaid,
    "order_cancelled": lambda f: f"{_whose(f)}的订单已经取消，不能取货。",
    "not_arrived": lambda f: f"“{f.get('title', '这一团')}”还没登记到货。货到了请先发“到货”。",
    "code_revoked": lambda f: f"取货码{f.get('typed', '')}已经作废。",
    "nothing_left": lambda f: f"{f['name']}只剩{amount(f['left_milli'], f['unit'])}没取，没有登记。",
    "under_after_sales": _under_after_sales,
    "nothing_to_annul": lambda f: f"取货码{f.get('typed', '')}没有可以撤销的核销。",
    "annul_too_late": lambda f: f"核销超过{f.get('minutes', 15)}分钟就不能撤销了，请走售后。",
    "bad_amount": lambda f: "金额不对，请再说一次。",
    "nothing_paid": lambda f: f"{_whose(f)}没有收款记录。",
    "payment_refunded": lambda f: f"{_whose(f)}的款已经退过{money(f['refunded_fen'])}，不能再撤。",
    "refund_too_much": lambda f: f"最多还能退{money(f['max_fen'])}。",
    "not_delivered": lambda f: f"“{f.get('title') or '这一团'}”还没到货，到货后再申请售后。要改订单请直接说。",
    "after_sales_over": _after_sales_over,
    "claim_too_much": _claim_too_much,
    "case_closed": _case_closed,
    "nothing_to_pay": lambda f: f"{f['seq']}号订单不用付钱了。",
    "transfer_done": lambda f: f"这笔 {money(f['amount_fen'])} 已经处理过了。",
    "too_early_to_settle": _too_early_to_settle,
    "below_minimum": lambda f: (
        f"“{f['title']}”满{money(f['min_fen'])}才送，现在是{money(f['goods_fen'])}，"
        f"还差{money(f['min_fen'] - f['goods_fen'])}，没有记上。再加一点，一起发过来就行。"
    ),
    "bad_receiver": lambda f: "分账收款方要填商户号（8到16位数字）和商户全称。",
    "name_taken": lambda f: f"已经有叫“{f['name']}”的了，请换个名字。",
    "units_differ": lambda f: (
        f"{f['name']}按{f['unit']}卖，这个商品按{f['product_unit']}，数量对不上。请先在供应商那里加一个按{f['unit']}的商品。"
    ),
    "below_least": lambda f: (
        f"{f['name']}起订{money(f['least_fen'])}，这张只有{money(f['total_fen'])}。确定要发，请点“不到起订也发”。"
    ),
    "cases_undecided": lambda f: f"{'、'.join(f['names'])}凑不满整箱，还没有定怎么办，先定好再发。",
    "cases_cut": lambda f: f"“{f['title']}”已经按整箱截过，少拿的邻居也通知了，不能再开。要接着卖请再开一团。",
    "settlement_state": lambda f: {
        "computed": "这张结算单还没有确认，先确认再打款。",
        "void": "这张结算单已经作废了。",
        "sharing": "这张结算单已经开始微信分账，等分账有了结果再操作。",
    }.get(str(f.get("state")), "这张结算单后面已经有新的结算，或者已经打款，不能再改。"),
    "run_state": _run_state,
    "run_changed": lambda f: "线路刚被别人改过，这一步没有做。请看看最新的样子再改。",
    "round_elsewhere": lambda f: f"“{f.get('title') or '这一团'}”已经在另一趟配送里了，没有定单。",
    "no_pickup_point": lambda f: f"“{f.get('title') or '这一团'}”有货不知道送到哪：团长还没有自提点。",
    "nothing_to_deliver": lambda f: "没有要送的货，先勾选要送的团。",
    "not_plannable": lambda f: "现在还排不了线路，请先处理页面上列出的问题。",
    "already_signed": lambda f: f"这一站已经由{f.get('by') or '别人'}签收了，没有再记。",
    "not_next": lambda f: "还没有到这一站，请先点“到了”。",
}
