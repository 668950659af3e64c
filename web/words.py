"""The words of the pages: names of states and kinds, and the colours they are shown in."""

from __future__ import annotations

ROUND_STATES = {
    "draft": "草稿",
    "open": "接单中",
    "closed": "已截单",
    "arrived": "已到货",
    "completed": "已结束",
    "settled": "已结算",
    "cancelled": "已撤团",
}
ORDER_STATES = {
    "placed": "已下单",
    "confirmed": "已确认",
    "ready": "待取货",
    "partly": "部分取货",
    "picked_up": "已取货",
    "no_show": "过期未取",
    "cancelled": "已取消",
}
PAY_STATES = {
    "unpaid": "未付",
    "claimed": "待核",
    "paid": "已收",
    "part_refunded": "部分退款",
    "refunded": "已退款",
    "nothing": "无需付",
}
CASE_STATES = {
    "waiting": "待处理",
    "open": "团长处理中",
    "escalated": "已转平台",
    "resolved": "已解决",
    "rejected": "已拒绝",
    "cancelled": "已撤回",
}
CASE_REASONS = {
    "missing": "少货",
    "wrong_item": "发错货",
    "damaged": "破损",
    "quality": "质量问题",
    "late": "到货晚",
    "other": "其他",
}
WISHES = {"refund": "想退款", "replace": "想补货", "unsure": "未说明"}
OUTCOMES = {"refund": "退款", "replacement": "补货", "none": "不退不补"}
CASE_EVENTS = {
    "opened": "提交售后",
    "photo": "发来照片",
    "message": "留言",
    "decided": "处理结果",
    "escalated": "转平台处理",
    "cancelled": "撤回",
}
LEADER_STATES = {
    "applied": "待审核",
    "active": "营业中",
    "suspended": "已停用",
    "rejected": "未通过",
    "closed": "已退出",
}
NOTICE_STATES = {
    "trouble": "需要留意",
    "queued": "待发送",
    "sending": "发送中",
    "sent": "已送达",
    "waiting": "等对方来消息时补发",
    "shown": "已补发",
    "expired": "已过期",
    "failed": "发送失败",
    "held": "等人工确认",
}
NOTICE_KINDS = {
    "round_closed": "截单汇总",
    "order_closed": "截单确认",
    "arrived": "取货通知",
    "reminder_close": "快截单提醒",
    "reminder_pickup": "取货提醒",
    "round_cancelled": "撤团通知",
    "shortage": "缺货通知",
    "refund": "退款通知",
    "case_opened": "新售后",
    "case_decided": "售后结果",
    "case_escalated": "售后转平台",
    "relay_question": "居民留言",
    "relay_answer": "团长回复",
    "leader_approved": "团长审核通过",
    "leader_rejected": "团长审核未通过",
    "redeem_locked": "核销锁定",
    "round_extended": "延长接单",
    "round_reopened": "重新开团",
    "price_changed": "改价通知",
    "pickup_qr": "取货二维码",
    "leader_qr": "团长二维码",
    "refund_failed": "退款没成功",
    "settlement_ready": "结算单",
    "settlement_paid": "结算到账",
}
ORDER_EVENTS = {
    "place": "下单",
    "change": "修改",
    "cancel": "取消",
    "restore": "恢复",
    "close": "截单锁定",
    "ready": "到货待取",
    "redeem": "核销",
    "annul": "撤销核销",
    "no_show": "过期未取",
    "allocate": "缺货分配",
    "pay": "收款",
    "refund": "退款",
    "move": "换自提点",
    "discount": "优惠",
}
PAY_METHODS = {"cash": "现金", "transfer": "转账", "wechat": "微信支付", "offset": "抵扣"}
MONEY_STATES = {
    "created": "已登记",
    "pending": "处理中",
    "transit": "退款中",
    "confirmed": "已到账",
    "done": "已退回",
    "failed": "失败",
    "cancelled": "已作废",
}
SETTLEMENT_STATES = {
    "waiting": "售后期内",
    "computed": "待结算",
    "confirmed": "已结算",
    "paid": "已到账",
    "void": "已作废",
}
MESSAGE_STATES = {"received": "处理中", "done": "已回复", "failed": "出错", "ignored": "无需回复"}
MESSAGE_KINDS = {
    "event": "事件",
    "text": "文字",
    "shortvideo": "短视频",
    "miniprogrampage": "小程序",
    "image": "图片",
    "voice": "语音",
    "video": "视频",
    "location": "位置",
    "link": "链接",
    "subscribe": "关注",
    "unsubscribe": "取消关注",
    "scan": "扫码",
    "click": "点菜单",
    "view": "打开菜单",
}
ROLES = {"owner": "负责人", "operator": "运营", "service": "客服", "viewer": "只读"}
MEMBER_ROLES = {"leader": "团长", "helper": "协助核销员"}
REDEEM_REASONS = {
    "unknown": "没有这个取货码",
    "already_used": "这个码已经取过货",
    "unpaid": "订单还没付款",
    "cancelled": "订单已取消",
    "revoked": "这个码已作废",
    "other_leader": "不是这位团长的码",
    "other_point": "不在这个自提点",
    "not_arrived": "货还没到",
    "too_late": "已过取货时间",
    "blocked": "暂停核销",
    "locked": "试错太多，已锁定",
    "nothing_left": "没有可取的了",
    "under_after_sales": "正在售后处理",
}
ACTIONS = {
    "leader.apply": "申请做团长",
    "leader.approve": "通过团长申请",
    "leader.reject": "拒绝团长申请",
    "leader.reject_reason": "写明拒绝原因",
    "leader.suspend": "停用团长",
    "leader.share": "修改分成",
    "helper.add": "添加协助核销员",
    "helper.remove": "取消协助核销员",
    "operator.create": "新建后台账号",
    "operator.login": "登录后台",
    "operator.password": "修改密码",
    "operator.role": "修改权限",
    "operator.active": "启用或停用账号",
    "notice.release": "重发通知",
    "notice.drop": "放弃通知",
    "export.orders": "导出订单",
    "contact.show": "查看联系方式",
    "round.publish": "开团",
    "round.close": "截单",
    "round.deadline": "改截单时间",
    "round.arrive": "到货",
    "round.complete": "结束取货",
    "round.cancel": "撤团",
    "offer.add": "加品",
    "offer.price": "改价",
    "offer.capacity": "改限量",
    "offer.withdraw": "下架",
    "offer.alias": "记住叫法",
    "order.ready": "可以取货",
    "order.pay": "收款",
    "order.claim_paid": "居民说已付",
    "order.undo_payment": "撤销收款",
    "order.redeem": "核销",
    "order.annul": "撤销核销",
    "order.remind": "提醒取货",
    "order.refund": "退款",
    "case.open": "提交售后",
    "case.refund": "售后退款",
    "case.replacement": "售后补货",
    "case.reject": "拒绝售后",
    "case.escalate": "售后转平台",
    "case.cancel": "撤回售后",
    "case.hand_out": "给了补货",
    "resident.erase": "删除居民资料",
    "settlement.compute": "出结算单",
    "pay.unknown": "收到不认识的微信付款",
    "pay.unknown_refund": "收到不认识的微信退款",
    "pay.mismatch": "微信付款金额不符",
    "settlement.confirmed": "确认结算单",
    "settlement.paid": "结算到账",
    "settlement.void": "作废结算单",
    "offer.terms": "改提成",
}
ENTITIES = {
    "leader": "团长",
    "round": "团",
    "offer": "品项",
    "order": "订单",
    "case": "售后",
    "notice": "通知",
    "operator": "后台账号",
    "account": "微信账号",
    "resident": "居民",
    "settlement": "结算单",
}
# The name of the command a message was read as: see bot.commands.
READINGS = {
    "Help": "帮助",
    "More": "更多",
    "Confirm": "确认",
    "Dismiss": "取消",
    "Unknown": "没看懂",
    "unknown": "没看懂",
    "unclear": "要再问一句",
    "BindLeader": "跟团长",
    "ApplyAsLeader": "申请做团长",
    "ShowMenu": "看团购",
    "ChangeOrder": "下单或改单",
    "CancelOrder": "取消订单",
    "MyOrders": "我的订单",
    "MyCode": "取货码",
    "ClaimPaid": "说已付款",
    "OpenCase": "申请售后",
    "ContactLeader": "联系团长",
    "Introduce": "报姓名房号",
    "SetMuted": "退订或订阅",
    "ExportMe": "导出资料",
    "EraseMe": "删除资料",
    "PostRound": "开团",
    "ApplyChain": "贴接龙",
    "ShowTotals": "统计",
    "ShowList": "名单",
    "Export": "导出",
    "CloseRound": "截单",
    "SetDeadline": "改截单",
    "SetPrice": "改价",
    "SetCapacity": "改限量",
    "Withdraw": "下架",
    "AddOffers": "加品",
    "CopyRound": "再来一团",
    "CancelRound": "撤团",
    "MarkArrived": "到货",
    "Redeem": "核销",
    "Annul": "撤销核销",
    "MarkPaid": "收款",
    "GiveBack": "退钱给邻居",
    "ShowSettlement": "看结算",
    "ConfirmSettlement": "确认结算",
    "ListCases": "看售后",
    "DecideCase": "处理售后",
    "AnswerRelay": "回复居民",
    "AddHelper": "加核销员",
    "LeaderPage": "团长主页",
    "Console": "后台",
    "subscribe": "关注",
    "unsubscribe": "取消关注",
    "scan": "扫码",
    "image": "图片",
    "voice": "语音",
}

TABLES = {name.lower(): value for name, value in globals().items() if name.isupper() and isinstance(value, dict)}


def word(table: str, key: str | None) -> str:
    """The word for a state or kind; what has none yet is shown as it is stored, so that it is not hidden."""
    return "" if key is None else TABLES[table].get(key, key)


_TONES = {
    "good": {
        "open",
        "ready",
        "picked_up",
        "paid",
        "active",
        "resolved",
        "sent",
        "shown",
        "done",
        "confirmed",
        "arrived",
        "settled",
    },
    "warn": {"claimed", "partly", "applied", "waiting", "held", "part_refunded", "unclear", "no_show", "transit"},
    "bad": {"unpaid", "escalated", "failed", "suspended", "unknown"},
    "calm": {"computed", "placed", "queued", "sending", "received", "pending", "created"},
}


def tone(table: str, key: str | None) -> str:
    """The colour of a state: good, warn, bad, calm, or plain."""
    if table == "case_states" and key == "open":
        return "warn"
    return next((name for name, keys in _TONES.items() if key in keys), "plain")
