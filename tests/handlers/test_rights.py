"""What only leaders may do, nobody else can, however it was asked for: typed, tapped, or confirmed later."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot import commands as c
from bot.parsing.values import ChainReading, PostReading
from bot.protocol import Inbound
from handlers import router, run
from handlers.talk import Settings, Talk
from models import Store, Work, metadata
from operations import people
from tests.support.world import World

SAMPLES: list[c.Command] = [
    c.PostRound(PostReading("团", ()), ""),
    c.ApplyChain(ChainReading("团", ()), confirmed=True),
    c.ShowTotals(),
    c.ShowList("all"),
    c.Export(),
    c.CloseRound(confirmed=True),
    c.SetDeadline(at=datetime(2026, 5, 4, tzinfo=UTC), confirmed=True),
    c.MovePickup(place="南门", confirmed=True),
    c.SetPrice(1, 1),
    c.SetCapacity(1, 1000, is_more=False),
    c.Withdraw(1),
    c.TeachAlias(1, "红的"),
    c.AddOffers((), confirmed=True),
    c.PutOnShelf((), confirmed=True),
    c.SetShelf("1", "off"),
    c.ShelfDay("all"),
    c.Recommend(1, "甜"),
    c.MakePoster(),
    c.CopyRound(),
    c.FullCases("buy"),
    c.CancelRound(confirmed=True),
    c.MarkArrived(confirmed=True),
    c.MarkArrived(missing="草莓少1", is_late=True, confirmed=True),
    c.TellAll(),
    c.Redeem((("482913", ""),)),
    c.Annul("482913"),
    c.SetLimit(1, 2000),
    c.FindNeighbour("3-502"),
    c.Remind("pickup"),
    c.HandOut("3-502"),
    c.HandOut("3-502", order_id=1, confirmed=True),
    c.HandOut("3-502", part="草莓1"),
    c.HandOutAll(round_id=1, confirmed=True),
    c.AnnulOf("王姐"),
    c.RemindOne("王姐"),
    c.Redeem((("482913", ""),), closes=(1,)),
    c.MarkPaid((1,)),
    c.MarkPaid(name="王姐"),
    c.UndoPaid((1,)),
    c.GiveBack(1),
    c.SetPaying(mode="transfer"),
    c.SetFees(order_fen=300),
    c.ShowSettlement(),
    c.ConfirmSettlement(1, confirmed=True),
    c.ListCases(),
    c.DecideCase(1, "refund", confirmed=True),
    c.DecideCase(1, "handed", confirmed=True),
    c.CloseCase(1),
    c.CaseOf("王姐", "草莓坏了"),
    c.AnswerRelay(1, "好"),
    c.WriteTo("王姐", "好", resident_id=1),
    c.Announce("event", "明天到货", confirmed=True),
    c.SetCommunities(("阳光花园",)),
    c.ListNews(),
    c.WithdrawNews(1),
    c.ListAway(),
    c.ListReviews(),
    c.AnswerReview(1, "好"),
    c.AddHelper("3-502"),
    c.LeaderPage(),
    c.Console(),
]


def test_every_command_of_leaders_is_in_the_list() -> None:
    leaders = {name for name, kind in c.KINDS.items() if issubclass(kind, c.LeaderCommand)}
    assert leaders | {"Redeem", "Annul", "Console"} == {type(one).__name__ for one in SAMPLES}


@pytest.mark.parametrize("command", SAMPLES, ids=lambda one: type(one).__name__)
def test_a_resident_is_refused_and_nothing_happens(command: c.Command, sqlite_store: Store) -> None:
    place = World(sqlite_store)
    account_id = place.account()
    place.order(place.resident("王姐", room="3-502", account_id=account_id), {1: 1})
    before = _rows(sqlite_store)
    with sqlite_store.transaction() as work:
        text = run(_talk(work, account_id), router(), command)
    assert text is not None
    assert "只有团长能做" in text
    assert _rows(sqlite_store) == before


def _talk(work: Work, account_id: int) -> Talk:
    person = people.by_account(work, account_id)
    inbound = Inbound("m:1", person.openid, "gh_test", "text", "text", work.now, text="…")
    return Talk(work, inbound, person, Settings("http://127.0.0.1:8000"))


def _rows(store: Store) -> dict[str, int]:
    """How many rows every table has: a refusal leaves none behind."""
    with store.read() as work:
        return {
            table.name: work.db.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
