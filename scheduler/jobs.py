"""What the scheduler does: each job opens its own transactions, does a bounded amount of work, and says what it did.

Due work is found by its state, however long ago it fell due: a scheduler that was down catches up, and one that runs
twice finds nothing the second time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sized
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog

from bot.messenger import Messenger
from bot.pay.gateway import Gateway
from models import Store, Work
from operations import (
    after_close,
    case_decisions,
    full_case_wishes,
    housekeeping,
    invite_rewards,
    ledger_check,
    pickup_days,
    purchase_drafts,
    relays,
    reminders,
    rounds,
    settlements,
    shelf_orders,
    unpaid,
)
from operations.invites import Terms
from operations.keeping import KEPT, Kept
from operations.routing.geo import GreatCircle, Matrix
from scheduler import page_ticket, paying, pictures, planning, proofs, sharing
from scheduler.channels import Channels, Renderer
from scheduler.delivery import Deliverer
from scheduler.pacing import Pacer, repeat

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the jobs need to know. `stop_within_s`: how long running jobs may take to finish at the end, in seconds."""

    media_folder: Path
    channels: Channels = field(default_factory=Channels)
    sends_per_second: float = 20.0
    remind_before: timedelta = timedelta(hours=1)
    stop_within_s: float = 40.0
    gateway: Gateway | None = None  # WeChat Pay, where it is switched on
    appid: str = ""  # empty: no JS-SDK on pages
    invites: Terms = field(default_factory=Terms)
    kept: Kept = KEPT
    matrix: Matrix = field(default_factory=GreatCircle)  # how far it is from one pickup point to another


class Context:
    """What every job is given."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        renderer: Renderer,
        settings: Settings,
        stop: threading.Event | None = None,
    ) -> None:
        self.store, self.messenger, self.settings = store, messenger, settings
        self.stop = stop or threading.Event()
        self.deliverer = Deliverer(
            store, messenger, renderer, settings.channels, pacer=Pacer(settings.sends_per_second), stop=self.stop
        )

    def repeat(self, step: Callable[[Work], int | Sized], *, leaves_room: bool = False) -> int:
        """As `pacing.repeat`."""
        return repeat(self.store, step, self.stop, leaves_room=leaves_room)


def close_due(context: Context) -> int:
    """Close rounds whose time has come."""
    return context.repeat(lambda work: rounds.close_due(work, limit=5))


def book_closed(context: Context) -> int:
    """Book the orders of large rounds that are closed, part by part: sales and notices."""
    return context.repeat(after_close.book_next, leaves_room=True)


def gather_purchases(context: Context) -> int:
    """Bring what closed rounds want into the drafts of purchase orders."""
    return context.repeat(purchase_drafts.gather)


def fill_cases(context: Context) -> int:
    """Extend rounds that are about to close with a case that is not full, where their leader wishes it."""
    return context.repeat(full_case_wishes.stretch_due)


def remind_before_close(context: Context) -> int:
    """Remind people with an order that the round closes soon."""
    within = context.settings.remind_before
    return context.repeat(lambda work: reminders.remind_before_close(work, within=within))


def remind_uncollected(context: Context) -> int:
    """Remind people of goods that wait for them."""
    return context.repeat(pickup_days.remind_uncollected)


def end_pickup_days(context: Context) -> int:
    """Complete rounds whose pickup is over; what nobody came for becomes a no-show."""
    return context.repeat(pickup_days.end_pickup_days)


def end_shelf_days(context: Context) -> int:
    """End the days of the shelf (现货) whose goods are kept no longer; what nobody fetched or paid for goes back."""
    return context.repeat(shelf_orders.end_days)


def escalate_after_sales(context: Context) -> int:
    """Hand cases that the leader left lying to the platform."""
    return context.repeat(case_decisions.escalate_due)


def deliver_notices(context: Context) -> int:
    """Push what is due."""
    return context.deliverer.deliver_due()


def escalate_questions(context: Context) -> int:
    """Questions to leaders that waited too long go to the platform."""
    return context.repeat(relays.escalate_due)


def reward_invites(context: Context) -> int:
    """Coupons for invitations whose newcomer has fetched his first order; those of orders paid back are stopped."""
    terms = context.settings.invites
    given = context.repeat(lambda work: invite_rewards.reward_due(work, terms=terms)) if terms.is_on else 0
    return given + context.repeat(invite_rewards.take_back)


def expire_questions(context: Context) -> int:
    """Forget questions that nobody answered in time."""
    return context.store.run(housekeeping.expire_questions)


def fetch_pictures(context: Context) -> int:
    """Fetch pictures people sent."""
    return pictures.fetch_wanted(context.store, context.messenger, context.settings.media_folder)


def check_proofs(context: Context) -> int:
    """Mark pictures people sent as proof of a payment."""
    return proofs.check_proofs(context.store, context.settings.media_folder)


def remind_unpaid(context: Context) -> int:
    """Ask for money that is due beforehand, once."""
    return context.repeat(unpaid.remind_unpaid)


def cancel_unpaid(context: Context) -> int:
    """Cancel what nobody paid for, where the leader wants that."""
    return context.repeat(unpaid.cancel_unpaid)


def ask_about_payments(context: Context) -> int:
    """Ask WeChat Pay what became of orders nobody told us about."""
    gateway = context.settings.gateway
    return paying.ask_about_payments(context.store, gateway) if gateway else 0


def send_refunds(context: Context) -> int:
    """Send money back through WeChat Pay, and ask whether it arrived."""
    gateway = context.settings.gateway
    return paying.send_refunds(context.store, gateway) if gateway else 0


def share_profits(context: Context) -> int:
    """Give leaders their parts by 分账, and get back what is to be refunded."""
    gateway = context.settings.gateway
    return sharing.share_profits(context.store, gateway.sharing) if gateway else 0


def check_bill(context: Context) -> int:
    """Compare WeChat Pay's bill of yesterday with the books."""
    gateway = context.settings.gateway
    return paying.check_bill(context.store, gateway) if gateway else 0


def settle_rounds(context: Context) -> int:
    """Settle rounds whose after-sales period is over."""
    return context.repeat(settlements.settle_due)


def check_books(context: Context) -> int:
    """Once a night: do orders, payments and books agree? What does not is told to whoever reads the log."""
    found = context.store.run(ledger_check.check_tonight) or []
    for one in found:
        log.error("books_differ", rule=one.rule, leader=one.leader_id, entity=one.entity_id, **one.sums())
    return len(found)


def plan_routes(context: Context) -> int:
    """Search for the routes of a delivery run that an operator asked for."""
    return planning.plan_routes(context.store, context.settings.matrix, context.stop)


def renew_page_ticket(context: Context) -> int:
    """Have a ticket ready that lets pages inside WeChat use its scanner."""
    return page_ticket.renew(context.store, context.messenger, context.settings.appid)


def clean_up(context: Context) -> int:
    """Delete what nobody needs any more."""
    swept = context.repeat(lambda work: housekeeping.sweep(work, kept=context.settings.kept))
    context.store.tidy()
    return swept + pictures.drop_outdated(context.store, context.settings.media_folder)
