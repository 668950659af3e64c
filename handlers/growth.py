"""Coupons, invitations and reviews."""

from __future__ import annotations

from bot import commands as c
from bot.router import Router
from bot.texts import growth, leading, replies
from handlers.talk import Talk
from models.views import RoundView
from operations import coupon_uses, coupons, invites, reviews, rounds
from operations.coupons import CouponView
from operations.errors import NoOrder

router = Router()


@router.on(c.MyCoupons)
def my_coupons(talk: Talk, command: c.MyCoupons) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    mine = coupons.usable(talk.work, leader_id=talk.leader_id, resident_id=talk.resident_id)
    if not mine:
        return growth.NO_COUPONS if talk.settings.invites.is_on else growth.NO_COUPONS_AT_ALL
    return growth.coupons([_line(one) for one in mine], mine[0].code)


@router.on(c.UseCoupon)
def use_coupon(talk: Talk, command: c.UseCoupon) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    found = _ordered_round(talk, command)
    if isinstance(found, str):
        return found
    facts = {"leader_id": talk.leader_id, "round_id": found.id, "resident_id": talk.resident_id}
    if command.is_off:
        order = coupon_uses.leave_out(talk.work, **facts, actor=talk.actor, source_key=talk.key)
        return replies.order(order, found, talk.now, headline=growth.COUPON_LEFT_OUT)
    code = command.code
    if code is None:
        mine = coupons.usable(talk.work, leader_id=talk.leader_id, resident_id=talk.resident_id)
        if len(mine) > 1:
            talk.ask_choice([c.UseCoupon(one.code, round_id=found.id) for one in mine[:5]])
            return growth.which_coupon([_line(one) for one in mine[:5]])
        if not mine:
            return growth.NO_COUPONS if talk.settings.invites.is_on else growth.NO_COUPONS_AT_ALL
        code = mine[0].code
    order = coupon_uses.use(talk.work, **facts, code=code, actor=talk.actor, source_key=talk.key)
    return replies.order(order, found, talk.now)


def _ordered_round(talk: Talk, command: c.UseCoupon) -> RoundView | str:
    """The round whose order is meant, or the question which. Raises NoOrder."""
    mine = list(talk.orders.values())
    if command.round_id is not None:
        return rounds.view(talk.work, talk.leader_id, command.round_id)
    if not mine and talk.shelf_order is not None:
        return growth.NOT_ON_THE_SHELF
    if not mine:
        if not command.is_off and talk.rounds:
            return growth.ORDER_FIRST
        raise NoOrder
    if len(mine) > 1:
        talk.ask_choice([c.UseCoupon(command.code, command.is_off, o.round_id) for o in mine])
        return growth.which_order([o.round_title for o in mine])
    return rounds.view(talk.work, talk.leader_id, mine[0].round_id)


def _line(one: CouponView) -> str:
    return growth.coupon(one.title, one.kind, one.value, one.min_spend_fen, one.code, one.valid_until)


@router.on(c.Invite)
def invite(talk: Talk, command: c.Invite) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    terms = talk.settings.invites
    if not terms.is_on:
        return growth.INVITES_OFF
    code = invites.own_code(talk.work, leader_id=talk.leader_id, resident_id=talk.resident_id)
    found = invites.standing(talk.work, leader_id=talk.leader_id, resident_id=talk.resident_id)
    return growth.invitation(
        f"{talk.settings.public_url}/y/{code}",
        code,
        inviter_fen=terms.inviter_fen,
        invitee_fen=terms.invitee_fen,
        joined=found.joined if found else 0,
        rewarded=found.rewarded if found else 0,
    )


@router.on(c.JoinInvited)
def join_invited(talk: Talk, command: c.JoinInvited) -> str:
    if not talk.settings.invites.is_on:
        return growth.INVITES_OFF
    by = invites.inviter(talk.work, code=command.code)
    if talk.is_leader:
        return leading.STAYS_HOME
    now = talk.person.leader_id
    if now is not None and now != by.leader_id and not command.confirmed:
        talk.ask_confirmation(command)
        return growth.ask_join(by.name, talk.person.leader_name or "", by.leader_name)
    invites.join(talk.work, account_id=talk.person.account_id, code=command.code, terms=talk.settings.invites)
    text = growth.joined(by.name, by.leader_name, talk.settings.invites.invitee_fen)
    open_rounds = rounds.open_rounds(talk.work, by.leader_id)
    return f"{text}\n\n{replies.menu(open_rounds, by.leader_name, talk.now)}" if open_rounds else text


@router.on(c.WriteReview)
def write_review(talk: Talk, command: c.WriteReview) -> str:
    if not talk.has_leader:
        return replies.NOT_BOUND
    if command.stars is None:
        return growth.HOW_TO_REVIEW
    done = reviews.write(
        talk.work,
        leader_id=talk.leader_id,
        resident_id=talk.resident_id,
        stars=command.stars,
        words=command.words,
        shows_name=command.shows_name,
    )
    return growth.reviewed(done.round_title, done.stars, done.words, shows_name=done.shows_name)


@router.on(c.ListReviews)
def list_reviews(talk: Talk, command: c.ListReviews) -> str:
    rows = reviews.of_leader(talk.work, leader_id=talk.leader_id, limit=10)
    if not rows:
        return growth.NO_REVIEWS
    return growth.review_list([(r.number, r.seq, r.name, r.stars, r.words, r.answer) for r in rows])


@router.on(c.AnswerReview)
def answer_review(talk: Talk, command: c.AnswerReview) -> str:
    reviews.answer(talk.work, leader_id=talk.leader_id, number=command.number, text=command.text, actor=talk.actor)
    return growth.review_answered(command.number)
