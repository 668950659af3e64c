"""The table of jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scheduler import jobs
from scheduler.jobs import Context


@dataclass(frozen=True, slots=True)
class Job:
    """`do` returns how many things it dealt with; it runs every `every` seconds, and never twice at a time."""

    name: str
    every: float
    do: Callable[[Context], int]


SCHEDULE = (
    Job("close_due", 5, jobs.close_due),
    Job("book_closed", 2, jobs.book_closed),
    Job("gather_purchases", 20, jobs.gather_purchases),
    Job("fill_cases", 60, jobs.fill_cases),
    Job("fetch_pictures", 2, jobs.fetch_pictures),
    Job("deliver_notices", 2, jobs.deliver_notices),
    Job("remind_before_close", 60, jobs.remind_before_close),
    Job("remind_uncollected", 60, jobs.remind_uncollected),
    Job("end_pickup_days", 60, jobs.end_pickup_days),
    Job("end_shelf_days", 60, jobs.end_shelf_days),
    Job("escalate_after_sales", 60, jobs.escalate_after_sales),
    Job("escalate_questions", 60, jobs.escalate_questions),
    Job("reward_invites", 60, jobs.reward_invites),
    Job("expire_questions", 60, jobs.expire_questions),
    Job("check_proofs", 10, jobs.check_proofs),
    Job("remind_unpaid", 60, jobs.remind_unpaid),
    Job("cancel_unpaid", 60, jobs.cancel_unpaid),
    Job("ask_about_payments", 10, jobs.ask_about_payments),
    Job("send_refunds", 15, jobs.send_refunds),
    Job("share_profits", 15, jobs.share_profits),
    Job("check_bill", 600, jobs.check_bill),
    Job("settle_rounds", 60, jobs.settle_rounds),
    Job("check_books", 600, jobs.check_books),
    Job("plan_routes", 1, jobs.plan_routes),
    Job("renew_page_ticket", 30, jobs.renew_page_ticket),
    Job("clean_up", 3600, jobs.clean_up),
)
