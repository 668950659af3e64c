"""Being somebody: binding to a leader, name and room, subscriptions, one's own data, becoming a leader, help."""

from __future__ import annotations

from bot import commands as c
from bot.router import Router
from bot.texts import caring, finding, guide, leading, own_data, replies
from handlers.talk import Talk
from operations import aftersales, communities, leadership, orders, people, privacy, relays, rounds
from operations.errors import NotFound
from operations.notices import enqueue

router = Router()


@router.on(c.BindLeader)
def bind(talk: Talk, command: c.BindLeader) -> str:
    try:
        wanted = people.find_leader(talk.work, number=command.number)
    except NotFound:
        if talk.has_leader:
            raise
        return finding.no_such_number(command.number)
    if talk.is_leader and wanted.id != talk.leader_id:
        return leading.STAYS_HOME
    now = talk.person.leader_id
    if now is not None and now != wanted.id and not command.confirmed:
        talk.ask_confirmation(command)
        return replies.ask_switch(talk.person.leader_name or "", wanted.display_name)
    people.bind(talk.work, account_id=talk.person.account_id, leader_id=wanted.id, via=command.via)
    open_rounds = rounds.open_rounds(talk.work, wanted.id)
    text = replies.bound(wanted.display_name, has_round=bool(open_rounds))
    if open_rounds:
        text += "\n\n" + replies.menu(open_rounds, wanted.display_name, talk.now)
    return text


@router.on(c.ApplyAsLeader)
def apply(talk: Talk, command: c.ApplyAsLeader) -> str:
    if not command.name:
        return leading.NAME_WANTED
    leadership.apply_as_leader(
        talk.work,
        account_id=talk.person.account_id,
        name=command.name[:20],
        note=command.note,
        share_bps=talk.settings.default_share_bps,
    )
    return leading.applied()


@router.on(c.Introduce)
def introduce(talk: Talk, command: c.Introduce) -> str:
    place = communities.named_in(talk.work, leader_id=talk.leader_id, text=command.name or "")
    mine = {"leader_id": talk.leader_id, "resident_id": talk.resident_id}
    name = command.name
    if place is not None and name:  # 我是 东湖花园 3-502 王姐
        name = name.replace(place.name, "").strip() or None
        communities.join(talk.work, **mine, name=place.name)
    people.introduce(talk.work, **mine, name=name, room=command.room, phone=command.phone)
    text = replies.introduced(name, command.room, command.phone, place.name if place else None)
    elsewhere = [o for o in talk.orders.values() if command.room and o.room not in {None, command.room}]
    for o in elsewhere:
        orders.change(
            talk.work,
            leader_id=talk.leader_id,
            round_id=o.round_id,
            resident_id=talk.resident_id,
            changes=[],
            actor=talk.actor,
            source_key=talk.key,
            room=command.room,
        )
    return "\n".join([text, *(replies.order_moved(o.round_title, o.room or "", command.room or "") for o in elsewhere)])


@router.on(c.SetMuted)
def set_muted(talk: Talk, command: c.SetMuted) -> str:
    people.set_muted(talk.work, account_id=talk.person.account_id, is_muted=command.is_muted)
    return replies.MUTED if command.is_muted else replies.UNMUTED


@router.on(c.ExportMe)
def export_me(talk: Talk, command: c.ExportMe) -> str:
    kept = privacy.own_data(talk.work, account_id=talk.person.account_id)
    return f"{own_data.kept(kept)}\n\n{own_data.HOW_TO_ERASE}" if kept else own_data.NOTHING


@router.on(c.EraseMe)
def erase_me(talk: Talk, command: c.EraseMe) -> str:
    if talk.is_leader:
        return leading.HAND_OVER_FIRST
    if not command.confirmed:
        talk.ask_confirmation(command)
        return own_data.ask_erase()
    privacy.erase(talk.work, account_id=talk.person.account_id)
    return own_data.ERASED


@router.on(c.ContactLeader)
def contact_leader(talk: Talk, command: c.ContactLeader) -> str:
    if not command.text:
        return caring.WHAT_TO_SAY
    relays.ask(
        talk.work, leader_id=talk.leader_id, resident_id=talk.resident_id, text=command.text, source_key=talk.key
    )
    return caring.relayed()


@router.on(c.AnswerRelay)
def answer_relay(talk: Talk, command: c.AnswerRelay) -> str:
    relays.answer(talk.work, leader_id=talk.leader_id, number=command.number, text=command.text, source_key=talk.key)
    return caring.answered(command.number)


@router.on(c.AddHelper)
def add_helper(talk: Talk, command: c.AddHelper) -> str:
    talk.check_leader_works()
    if not command.name:
        return guide.how_to(guide.ADD_HELPER)
    found = people.find_residents(talk.work, leader_id=talk.leader_id, words=command.name)
    if not found:
        return leading.helper_not_found(command.name)
    if len(found) > 1:
        return leading.helper_unclear([(row.display_name, row.room) for row in found])
    leadership.add_helper(
        talk.work,
        leader_id=talk.leader_id,
        account_id=found[0].account_id,
        name=found[0].display_name or found[0].room or "-",
        actor=talk.actor,
    )
    return leading.helper_added(found[0].display_name, found[0].room)


@router.on(c.LeaderPage)
def leader_page(talk: Talk, command: c.LeaderPage) -> str:
    number = talk.person.own_leader_number or 0
    enqueue(
        talk.work,
        leader_id=talk.leader_id,
        account_id=talk.person.account_id,
        kind="leader_qr",
        key=f"leader_qr:{talk.key}",
        payload={"scene": f"L{number}"},
    )
    return leading.page(leader_url(talk), number)


def leader_url(talk: Talk) -> str:
    """The leader's public link."""
    return f"{talk.settings.public_url}/l/L{talk.person.own_leader_number}"


@router.on(c.Help)
def show_help(talk: Talk, command: c.Help) -> str:
    if talk.is_leader:
        return _help_for_leader(talk)
    helper = [guide.for_helper()] if talk.person.helps_leader_id else []
    if talk.person.leader_id is None:
        return "\n".join(helper) or guide.for_stranger(has_applied=talk.person.own_leader_state == "applied")
    mine = talk.own_orders(limit=5)
    for_himself = guide.for_resident(
        has_round=bool(talk.rounds),
        has_order=any(o.state in {"placed", "confirmed"} for o in mine),
        can_collect=any(o.state in {"ready", "partly"} for o in mine),
        can_complain=any(o.state not in {"placed", "confirmed"} for o in mine),
    )
    return "\n\n".join([*helper, for_himself])


def _help_for_leader(talk: Talk) -> str:
    return guide.for_leader(
        has_open=bool(talk.rounds),
        has_closed=bool(rounds.latest(talk.work, talk.leader_id, ("closed",))),
        has_arrived=bool(rounds.latest(talk.work, talk.leader_id, ("arrived",))),
        cases=len(aftersales.list_cases(talk.work, leader_id=talk.leader_id)),
    )
