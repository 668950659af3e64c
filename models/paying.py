"""How money comes in without cash: WeChat Pay orders, transfers read from a bill, pictures people send as proof."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from models.base import Instant, metadata, of_leader, one_of, owned, ref

pay_order = owned(
    "pay_order",  # one order as WeChat Pay knows it: an amount that does not change any more
    Column("order_id", BigInteger, nullable=False),
    Column("out_trade_no", String(32), nullable=False, unique=True),  # over all leaders: one merchant account
    Column("trade_type", String(8), nullable=False),
    Column("openid", String(64)),
    Column("amount_fen", BigInteger, nullable=False),
    Column("state", String(12), nullable=False, server_default="created"),
    Column("prepay", String(256)),  # prepay_id, or the address that a Native code shows
    Column("prepay_until", Instant),
    Column("expires_at", Instant, nullable=False),
    Column("transaction_id", String(40), unique=True),
    Column("paid_at", Instant),
    Column("is_shared", Boolean, nullable=False, server_default=text("false")),  # 分账 is possible for it
    Column("next_at", Instant),  # when to ask WeChat Pay what became of it
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", String(120)),
    Column("created_at", Instant, nullable=False),
    ref("order_id", "orders"),
    one_of("trade_type", "jsapi", "native"),
    one_of("state", "created", "paid", "closed"),
    CheckConstraint("amount_fen > 0", name="positive"),
    CheckConstraint("(state = 'paid') = (transaction_id IS NOT NULL)", name="paid_has_transaction"),
)
Index("ix_pay_order_order", pay_order.c.leader_id, pay_order.c.order_id)
Index("ix_pay_order_due", pay_order.c.state, pay_order.c.next_at)

share_receiver = owned(
    "share_receiver",  # 分账: the merchant account in which a leader may be given her part; none: she is paid otherwise
    Column("merchant_id", String(32), nullable=False),
    Column("name", String(100), nullable=False),  # the account's full name, as WeChat Pay checks it
    Column("state", String(12), nullable=False, server_default="wanted"),
    Column("problem", String(120)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant),
    Column("changed_at", Instant, nullable=False),
    of_leader(),
    UniqueConstraint("leader_id"),
    one_of("state", "wanted", "ready", "failed"),
)
Index("ix_share_receiver_due", share_receiver.c.state, share_receiver.c.next_at)

profit_share = owned(
    "profit_share",  # 分账 of one WeChat payment: the leader's part, and the rest is freed with it; 0: only freed
    Column("pay_order_id", BigInteger, nullable=False),
    Column("settlement_id", BigInteger, nullable=False),
    Column("receiver", String(32), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("returned_fen", BigInteger, nullable=False, server_default="0"),
    Column("state", String(12), nullable=False, server_default="created"),
    Column("problem", String(120)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    ref("pay_order_id", "pay_order"),
    ref("settlement_id", "settlement"),
    UniqueConstraint("leader_id", "pay_order_id"),
    one_of("state", "created", "processing", "done", "failed"),
    CheckConstraint("amount_fen >= 0 AND returned_fen BETWEEN 0 AND amount_fen", name="amounts"),
    CheckConstraint("returned_fen = 0 OR state = 'done'", name="returned_was_done"),
)
Index("ix_profit_share_settlement", profit_share.c.leader_id, profit_share.c.settlement_id)
Index("ix_profit_share_due", profit_share.c.state, profit_share.c.next_at)

share_return = owned(
    "share_return",  # 分账回退: a part on its way back, because its payment is to be refunded
    Column("share_id", BigInteger, nullable=False),
    Column("refund_id", BigInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("state", String(12), nullable=False, server_default="created"),
    Column("made_good_in", BigInteger),  # the settlement in which it is owed to the leader anew
    Column("problem", String(120)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    ref("share_id", "profit_share"),
    ref("refund_id", "refund"),
    ref("made_good_in", "settlement"),
    UniqueConstraint("leader_id", "refund_id"),
    one_of("state", "created", "done", "failed"),
    CheckConstraint("amount_fen > 0", name="positive"),
)
Index("ix_share_return_due", share_return.c.state, share_return.c.next_at)

pay_difference = Table(
    "pay_difference",  # what WeChat Pay's daily bill and our books do not agree about
    metadata,
    Column("bill_on", String(10), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("reference", String(64), nullable=False),  # transaction or refund number
    Column("ours_fen", BigInteger),
    Column("theirs_fen", BigInteger),
    Column("found_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("settled_by", String(40)),
    Column("note", String(200)),
    PrimaryKeyConstraint("bill_on", "kind", "reference"),
    one_of(
        "kind", "unknown_payment", "missing_payment", "payment_amount", "unknown_refund", "missing_refund",
        "refund_amount", "missing_share", "share_amount", "missing_return", "return_amount",
    ),
)  # fmt: skip

transfer_in = owned(
    "transfer_in",  # one line of the bill that a leader downloaded from her WeChat: money that came in
    Column("transaction_no", String(64), nullable=False),
    Column("paid_at", Instant, nullable=False),
    Column("payer", String(64), nullable=False),
    Column("note", String(120), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("state", String(12), nullable=False, server_default="open"),
    Column("order_id", BigInteger),
    Column("uploaded_at", Instant, nullable=False),
    Column("decided_at", Instant),
    of_leader(),
    ref("order_id", "orders"),
    UniqueConstraint("leader_id", "transaction_no"),
    one_of("state", "open", "matched", "ignored"),
    CheckConstraint("amount_fen > 0", name="positive"),
    CheckConstraint("(state = 'matched') = (order_id IS NOT NULL)", name="matched_has_order"),
)
Index("ix_transfer_in_state", transfer_in.c.leader_id, transfer_in.c.state, transfer_in.c.paid_at)

payer_alias = Table(
    "payer_alias",  # under which WeChat name a neighbour paid before
    metadata,
    Column("leader_id", BigInteger, nullable=False),
    Column("payer", String(64), nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("times", Integer, nullable=False, server_default="1"),
    Column("last_at", Instant, nullable=False),
    PrimaryKeyConstraint("leader_id", "payer", "resident_id"),
    ref("resident_id", "resident"),
)

payment_proof = owned(
    "payment_proof",  # a screenshot of a payment: kept with the order, marked, never refused by a machine
    Column("order_id", BigInteger, nullable=False),
    Column("media_id", BigInteger, nullable=False),
    Column("mark", String(8), nullable=False, server_default="yellow"),
    Column("reasons", JSON, nullable=False),
    Column("looks", String(16)),  # perceptual hash, 16 hex digits, once the picture was fetched
    Column("sent_at", Instant, nullable=False),
    Column("checked_at", Instant),
    ref("order_id", "orders"),
    ref("media_id", "media"),
    UniqueConstraint("leader_id", "media_id"),
    one_of("mark", "green", "yellow", "red"),
)
Index("ix_payment_proof_order", payment_proof.c.leader_id, payment_proof.c.order_id)
