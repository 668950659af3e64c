"""A row of the action log in words: what was before, what is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from web import show, words

_LABELS = {
    "state": "状态",
    "outcome": "结果",
    "share_bps": "分成",
    "role": "权限",
    "active": "可登录",
    "username": "用户名",
    "title": "标题",
    "reason": "原因",
    "number": "编号",
    "offers": "品项数",
    "price_fen": "单价",
    "paid_fen": "已收",
    "amount_fen": "金额",
    "requested_fen": "申请金额",
    "approved_fen": "同意金额",
    "claimed_fen": "说已付",
    "owed_back_fen": "要退回",
    "capacity_milli": "限量",
    "limit_milli": "限购",
    "picked_milli": "取走",
    "stock_milli": "数量",
    "left_milli": "还剩",
    "communities": "小区",
    "closes_at": "截单",
    "pickup_from_at": "自提开始",
    "pickup_until_at": "自提结束",
    "pickup_text": "自提时间",
    "ready": "可取的订单",
    "short": "缺货的品项",
    "no_shows": "过期未取",
    "orders": "订单",
    "rounds": "团",
    "name": "名称",
    "refunded_fen": "已退",
    "per_unit_fen": "每件提成",
    "method": "方式",
    "lines": "品项",
    "is_withdrawn": "已下架",
    "closed": "已截单",
    "alias": "叫法",
    "note": "内容",
    "bill_on": "账单日",
    "people": "人数",
    "reach": "通知人数",
    "kind": "类型",
    "reference": "流水号",
    "code": "编号",
    "known": "已有的",
    "new": "新增的",
    "total_fen": "总额",
    "value": "面值",
    "merchant_id": "商户号",
    "order_fee_fen": "配送费",
    "fee_free_from_fen": "满多少免",
    "unit_fee_fen": "每件费",
    "min_order_fen": "起订",
    "transport_fen": "分摊运费",
    "problem": "问题",
    "new_phone": "电话换了",
    "new_story": "故事换了",
    "origin": "产地",
    "is_farmer": "本地农户",
    "is_active": "在用",
    "spec": "规格",
    "unit": "单位",
    "cost_fen": "进价",
    "case_milli": "一箱",
    "storage": "存放",
    "product": "商品",
    "rest": "零头",
    "promised": "答应",
    "photo": "照片",
    "usable": "好的",
    "purchase": "采购单",
    "zone": "片区",
    "service_min": "卸货分钟",
    "seconds": "秒数",
    "place": "地点",
    "by": "签收人",
}
_HIDDEN = {"source_key", "order", "redemption", "nonce", "payment", "refund"}  # for machines
_STATES = {
    "leader": "leader_states",
    "round": "round_states",
    "order": "order_states",
    "case": "case_states",
    "purchase": "purchase_states",
}


def is_shown_in_words(key: str) -> bool:
    """Whether people are spared the name that the log has for it."""
    return key in _LABELS or key in _HIDDEN


def changes(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(what, before, after) of everything that is worth reading; before is "" where nothing was."""
    before, after = row["before"] or {}, row["after"] or {}
    for key, value in after.items():
        old = before.get(key)
        if key in _HIDDEN or (not value and old is None and value is not False):
            continue
        yield _LABELS.get(key, key), _shown(row["entity"], key, old), _shown(row["entity"], key, value) or "—"


def _shown(entity: str, key: str, value: Any) -> str:
    if value is None:
        return ""
    if key in {"state", "role", "outcome"}:
        table = {"role": "roles", "outcome": "outcomes"}.get(key, _STATES.get(entity, "notice_states"))
        return words.word(table, str(value))
    if isinstance(value, dict):
        return "，".join(f"{name} {show.quantity(milli)}" for name, milli in value.items())
    if key == "photo":
        return words.word("photo_kinds", str(value))
    if key in {"storage", "rest"}:
        return words.word("storages" if key == "storage" else "full_case_wishes", str(value))
    if key == "method":
        return words.word("pay_methods", str(value))
    if key.endswith("_at") and isinstance(value, str):
        return show.shown_time(datetime.fromisoformat(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int) and key.endswith("_fen"):
        return show.yuan(value)
    if isinstance(value, int) and key.endswith("_bps"):
        return show.percent(value)
    if isinstance(value, int) and key.endswith("_milli"):
        return show.quantity(value)
    return str(value)
