"""Why the business refuses. Each refusal has a `code`; its words are in `bot.texts`, its facts in `facts`."""

from __future__ import annotations

from typing import Any, ClassVar


class Refused(Exception):
    """Something cannot be done; nothing was changed. `facts` are plain values for the sentence that says so."""

    code: ClassVar[str] = "refused"

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts = facts


class NotFound(Refused):
    """No such thing in this leader's world: also the answer for other people's things. facts: what, typed."""

    code = "not_found"


class NotAllowed(Refused):
    """This person may not do that."""

    code = "not_allowed"


class NotBound(Refused):
    """The person has no leader yet."""

    code = "not_bound"


class LeaderInactive(Refused):
    """The leader is suspended, closed or not yet approved. facts: name."""

    code = "leader_inactive"


class NotFollowing(Refused):
    """The person has another leader and was not asked yet whether to change. facts: name, now (leaders' names)."""

    code = "not_following"


class OwnShop(Refused):
    """A leader cannot become another leader's neighbour."""

    code = "own_shop"


class StillLeader(Refused):
    """A leader must be suspended or closed by the platform before this."""

    code = "still_leader"


class AlreadyApplied(Refused):
    """An application to become a leader is already there. facts: state."""

    code = "already_applied"


class NoOpenRound(Refused):
    """There is nothing to order from."""

    code = "no_open_round"


class RoundClosed(Refused):
    """The deadline has passed or the leader closed the round. facts: title."""

    code = "round_closed"


class WrongState(Refused):
    """The round or order is not in a state in which this can be done. facts: state, title."""

    code = "wrong_state"


class EmptyRound(Refused):
    """A round without a single offer cannot open."""

    code = "empty_round"


class BadTime(Refused):
    """A time that cannot be: a deadline in the past, pickup that ends before it begins. facts: field, at (UTC)."""

    code = "bad_time"


class SamePickup(Refused):
    """Pickup is then and there already. facts: title, pickup_from, pickup_until, pickup_text, pickup_place."""

    code = "same_pickup"


class HoursWanted(Refused):
    """The goods are there: a day without its hours does not say when their pickup is over. facts: title."""

    code = "hours_wanted"


class SoldOut(Refused):
    """Not enough is left. facts: name, unit, remaining_milli, wanted_milli."""

    code = "sold_out"


class OverLimit(Refused):
    """More than one household may have; `most_milli` it can still get in all, by the limit and what is left.

    facts: name, unit, limit_milli, wanted_milli, had_milli, most_milli.
    """

    code = "over_limit"


class OfferWithdrawn(Refused):
    """The item was taken off the list. facts: name."""

    code = "offer_withdrawn"


class BadQuantity(Refused):
    """Zero where it makes no sense, negative, fractions of a pack, or absurdly much. facts: name, quantity_milli."""

    code = "bad_quantity"


class BadCoupon(Refused):
    """A coupon that cannot be made. facts: field (title, kind, value, code …), typed (its code)."""

    code = "bad_coupon"


class CouponRefused(Refused):
    """A coupon cannot be used on this order. facts: why, typed, min_spend_fen, valid_from, in_use.

    why: unknown, closed, not_yet, over, stopped, used_up, per_resident, min_spend, other (another is in use).
    """

    code = "coupon_refused"


class InviteRefused(Refused):
    """An invitation cannot count. facts: why (unknown, self, not_new), leader (the name of the leader it leads to)."""

    code = "invite_refused"


class NewsCapReached(Refused):
    """The leader has sent as many announcements today as she may. facts: most."""

    code = "news_cap_reached"


class NothingToReview(Refused):
    """There is no order that was handed out and is not reviewed yet."""

    code = "nothing_to_review"


class BelowReserved(Refused):
    """A capacity below what is already ordered. facts: name, unit, reserved_milli."""

    code = "below_reserved"


class NoOrder(Refused):
    """The person has no order to change."""

    code = "no_order"


class AlreadyPickedUp(Refused):
    """Goods were handed out: what is wrong now is a matter for after-sales. facts: at."""

    code = "already_picked_up"


class AlreadyCancelled(Refused):
    """The order or round is cancelled already."""

    code = "already_cancelled"


class NothingToPay(Refused):
    """The order is paid, or cancelled. facts: seq."""

    code = "nothing_to_pay"


class TransferDone(Refused):
    """Somebody has decided about this transfer already. facts: amount_fen."""

    code = "transfer_done"


class TooEarlyToSettle(Refused):
    """Goods may still be sent back, or a case is open. facts: title, until, cases."""

    code = "too_early_to_settle"


class BelowMinimum(Refused):
    """The round sells no so little to one household. facts: min_fen, goods_fen, title."""

    code = "below_minimum"


class BadReceiver(Refused):
    """No number of a merchant account, or no name."""

    code = "bad_receiver"


class SettlementState(Refused):
    """The settlement is not in a state in which this can be done. facts: state."""

    code = "settlement_state"


# ---- web: log-in and one-time links


class LinkDead(Refused):
    """A one-time link that was used, has run out, or never was: the three are not told apart."""

    code = "link_dead"


class OperatorExists(Refused):
    """There is an operator of this name already. facts: username."""

    code = "operator_exists"


class WeakPassword(Refused):
    """Too short, too long or too simple. facts: problem (length, simple), least (characters)."""

    code = "weak_password"


# ---- pickup, payments, after-sales


class UnknownCode(Refused):
    """No order of this leader has this pickup code. facts: typed, is_mistyped (the check digit does not fit)."""

    code = "unknown_code"


class TriesLocked(Refused):
    """Too many wrong tries. facts: until (instant)."""

    code = "tries_locked"


class AlreadyRedeemed(Refused):
    """Everything was handed out before. facts: at (instant), by, seq, name, typed."""

    code = "already_redeemed"


class UnpaidOrder(Refused):
    """This leader takes money beforehand, and some is open. facts: due_fen, claimed_at (instant or None), seq, name."""

    code = "unpaid_order"


class OrderCancelled(Refused):
    """The order was cancelled. facts: seq, name."""

    code = "order_cancelled"


class NotArrived(Refused):
    """The goods are not there yet. facts: title, seq, name."""

    code = "not_arrived"


class CodeRevoked(Refused):
    """The code was withdrawn, or this very redemption annulled. facts: typed."""

    code = "code_revoked"


class NothingLeft(Refused):
    """Less is left than was asked for. facts: number, name, unit, left_milli, wanted_milli."""

    code = "nothing_left"


class UnderAfterSales(Refused):
    """An open case holds part of it. facts: cases (numbers), number, name, unit, free_milli, wanted_milli."""

    code = "under_after_sales"


class NothingToAnnul(Refused):
    """This code was not redeemed, or it was annulled already. facts: typed."""

    code = "nothing_to_annul"


class AnnulTooLate(Refused):
    """A redemption can be annulled for some minutes only. facts: at (instant), minutes."""

    code = "annul_too_late"


class BadAmount(Refused):
    """A sum of money that makes no sense here. facts: amount_fen."""

    code = "bad_amount"


class NothingPaid(Refused):
    """There is no payment that could be taken back. facts: seq, name."""

    code = "nothing_paid"


class PaymentRefunded(Refused):
    """The payment was given back in part already: taking it back would owe money twice. facts: seq, refunded_fen."""

    code = "payment_refunded"


class RefundTooMuch(Refused):
    """More than may still be given back. facts: amount_fen, max_fen."""

    code = "refund_too_much"


class NotDelivered(Refused):
    """After-sales begin when goods have come. facts: title, state."""

    code = "not_delivered"


class AfterSalesOver(Refused):
    """The time in which the neighbour himself may complain has passed. facts: title, until (instant)."""

    code = "after_sales_over"


class ClaimTooMuch(Refused):
    """More than was bought and not claimed before.

    facts: name, unit, left_milli, wanted_milli, cases (numbers), is_short (none of it came for him).
    """

    code = "claim_too_much"


class CaseClosed(Refused):
    """The case was decided already. facts: number, state, outcome, approved_fen."""

    code = "case_closed"


class NameTaken(Refused):
    """Something else has this name already. facts: name."""

    code = "name_taken"


class UnitsDiffer(Refused):
    """Goods by weight are not goods by the piece. facts: name, unit, product_unit."""

    code = "units_differ"


class CasesUndecided(Refused):
    """Nobody has said yet what happens with cases that are not full. facts: names."""

    code = "cases_undecided"


class BelowLeast(Refused):
    """A purchase order does not reach its supplier's minimum, and nobody said that it goes out all the same."""

    code = "below_least"


class CasesCut(Refused):
    """The round was cut down to full cases and its neighbours were told: it cannot take orders again. facts: title."""

    code = "cases_cut"


class RunState(Refused):
    """The delivery run is not in a state in which this can be done. facts: state."""

    code = "run_state"


class RunChanged(Refused):
    """Somebody else changed the routes since this page was shown."""

    code = "run_changed"


class RoundElsewhere(Refused):
    """Another delivery run has this round already. facts: title."""

    code = "round_elsewhere"


class NoPickupPoint(Refused):
    """Goods of this round are for no pickup point. facts: title."""

    code = "no_pickup_point"


class NothingToDeliver(Refused):
    """A delivery run without goods."""

    code = "nothing_to_deliver"


class NotPlannable(Refused):
    """No routes can be planned for this run. facts: faults (see operations.delivery.problems)."""

    code = "not_plannable"


class AlreadySigned(Refused):
    """Somebody has signed for these goods. facts: by, at."""

    code = "already_signed"


class NotNext(Refused):
    """The driver signs for a stop he has not come to. facts: place."""

    code = "not_next"
