"""One message being answered: who speaks, what is for sale, and what the handlers need to answer it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from bot import commands, conversation
from bot.parsing.catalogue import Catalogue
from bot.parsing.plain import may_be_plain
from bot.parsing.values import Item, Line
from bot.protocol import Inbound
from bot.understand import Situation
from models import Work
from models.views import OfferView, OrderView, Person, RoundView, ShelfItem
from operations import order_views, people, round_views, shelf, shelf_orders, standing
from operations.errors import LeaderInactive, NotBound
from operations.invites import Terms
from operations.keeping import KEPT, Kept


@dataclass(frozen=True, slots=True)
class Settings:
    """What the handlers are told by the configuration. `public_url` has no slash at its end."""

    public_url: str
    default_share_bps: int = 1000
    pay_secret: str | None = None  # signs the addresses of payment pages; None where nobody pays online
    knows_visitors: bool = False  # pages ask WeChat who opens them; else a link from the chat says it
    invites: Terms = field(default_factory=Terms)
    kept: Kept = KEPT


@dataclass
class Talk:
    """The context of one message. Reads are made when first asked for, and once."""

    work: Work
    inbound: Inbound
    person: Person
    settings: Settings

    def look_ahead(self) -> None:
        """Most messages need these: where they are asked over a network, they come together."""
        if self.person.has_open_talk:
            conversation.ahead(self.work, self.person.account_id)
        if self.has_leader and not self._goes_by_versions:
            round_views.ahead(self.work, self.leader_id)
        if self.inbound.kind == "text" and self._is_resident:
            standing.lock_person(self.work, self.leader_id, self.resident_id)
            standing.ahead(self.work, **self._mine)

    @property
    def now(self) -> datetime:
        return self.work.now

    @property
    def actor(self) -> str:
        return f"account:{self.person.account_id}"

    @property
    def key(self) -> str:
        return self.inbound.key

    @property
    def is_leader(self) -> bool:
        """Whether this person runs a shop; a suspended leader still hands out what has been ordered."""
        return self.person.own_leader_state in {"active", "suspended"}

    @cached_property
    def leader_id(self) -> int:
        """The world this message is about: a leader's own, else that of the resident's leader. Raises NotBound."""
        found = self.person.own_leader_id if self.is_leader else self.person.leader_id
        if found is None:
            raise NotBound
        return found

    @property
    def hands_out(self) -> bool:
        """Whether this person may redeem codes: a leader, or a helper of one."""
        return self.is_leader or self.person.helps_leader_id is not None

    @property
    def counter_id(self) -> int:
        """Whose codes this person redeems: a leader's own, else those of the leader helped. Raises NotBound."""
        return self.leader_id if self.is_leader else self.person.helps_leader_id or self.leader_id

    @property
    def leader_name(self) -> str:
        name = self.person.own_leader_name if self.is_leader else self.person.leader_name
        return name or ""

    @cached_property
    def resident_id(self) -> int:
        """Who this person is in that world."""
        if self.person.leader_id == self.leader_id and self.person.resident_id is not None:
            return self.person.resident_id
        return people.resident_of(self.work, leader_id=self.leader_id, account_id=self.person.account_id)

    @cached_property
    def has_leader(self) -> bool:
        return self.is_leader or self.person.leader_id is not None

    @cached_property
    def _open(self) -> list[round_views.Known]:
        return round_views.known_open(self.work, self.leader_id) if self.has_leader else []

    @cached_property
    def rounds(self) -> list[RoundView]:
        """What can be ordered from now."""
        return [round_views.counted(one) for one in self._open]

    @cached_property
    def offered(self) -> list[RoundView]:
        """The same, for whom it is enough what is sold: how much is left may be older."""
        if self._goes_by_versions:
            return round_views.of_versions(
                self.work, self.leader_id, {id_: s.version for id_, s in self._standing.items()}
            )
        return [known for known, _ in self._open]

    @property
    def _goes_by_versions(self) -> bool:
        """Whether the versions of the open rounds, which come with the resident's orders, say what is sold: one
        statement less. Over a network only for an order: who asks what is left would be waited for once more."""
        return self._is_resident and (not self.work.wire.is_remote or may_be_plain(self.inbound.text))

    @property
    def _is_resident(self) -> bool:
        """Whether this is a resident of somebody else's, and known to be one."""
        return not self.is_leader and self.person.leader_id is not None and self.person.resident_id is not None

    @property
    def _mine(self) -> standing.Whose:
        return {"leader_id": self.leader_id, "resident_id": self.resident_id, "source_key": self.key}

    @cached_property
    def _standing(self) -> dict[int, standing.Standing]:
        return standing.in_open_rounds(self.work, **self._mine)

    @cached_property
    def orders(self) -> dict[int, OrderView]:
        """The person's own order in each open round, by round id."""
        if not self._is_resident and not self.offered:  # a resident's were asked ahead
            return {}
        found = self._standing
        mine = {r.id: found[r.id].order for r in self.offered if r.id in found}
        return {round_id: order for round_id, order in mine.items() if order.lines}

    @cached_property
    def shelf(self) -> tuple[ShelfItem, ...]:
        """What lies on the leader's shelf (现货). How much is left may be older: orders look at it again."""
        version = (self.person.own_shelf_version if self.is_leader else self.person.shelf_version) or 0
        if not version or not self.has_leader:
            return ()
        key = (ShelfItem, self.leader_id, version)
        found: tuple[ShelfItem, ...] | None = self.work.known.get(key)
        if found is None:
            found = tuple(shelf.items(self.work, leader_id=self.leader_id))
            self.work.learn(key, found)
        return found

    @cached_property
    def shelf_order(self) -> OrderView | None:
        """The person's own shelf order that waits to be fetched."""
        if not self.shelf and not (self.person.own_shelf_version or self.person.shelf_version):
            return None
        return shelf_orders.open_order(self.work, leader_id=self.leader_id, resident_id=self.resident_id)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What is for sale as understanding needs it. It is costly to make and stays while the versions stay."""
        return self._catalogue(self.offered, self.shelf)

    def _catalogue(self, open_rounds: list[RoundView], goods: tuple[ShelfItem, ...]) -> Catalogue:
        version = (self.person.own_shelf_version if self.is_leader else self.person.shelf_version) if goods else 0
        key = (Catalogue, version, goods[0].id if goods else 0, *((r.id, r.version) for r in open_rounds))
        found: Catalogue | None = self.work.known.get(key)
        if found is None:
            found = Catalogue([item(o) for r in open_rounds for o in r.offers] + [shelf_item(one) for one in goods])
            self.work.learn(key, found)
        return found

    def situation(self) -> Situation:
        """What understanding needs to know."""
        return Situation(
            now=self.now,
            catalogue=self.catalogue,
            prior=(
                *(Line(x.offer_id, x.quantity_milli) for o in self.orders.values() for x in o.lines),
                *self._taken(),
            ),
            is_leader=self.is_leader,
            is_helper=self.person.helps_leader_id is not None,
            leader_name=self.leader_name if self.is_leader else None,
            of_rounds=self._catalogue(self.offered, ()) if self.shelf else None,
            of_shelf=self._catalogue([], self.shelf) if self.shelf else None,
        )

    def _taken(self) -> list[Line]:
        """What the person's open shelf order holds, by item."""
        one = self.shelf_order if self.shelf else None
        items = shelf_orders.items_of(self.work, one)
        return [Line(items[x.offer_id], x.quantity_milli) for x in one.lines] if one else []

    def own_orders(self, *, limit: int = 10) -> list[OrderView]:
        """Newest first, with those of this person's guests. A leader's guests are his customers: they are left out."""
        found = order_views.of_resident(self.work, self.leader_id, self.resident_id, limit=limit)
        return [o for o in found if o.resident_id == self.resident_id] if self.is_leader else found

    def check_leader_works(self) -> None:
        """Raises LeaderInactive where nothing may be opened or ordered for now."""
        state = self.person.own_leader_state if self.is_leader else self.person.leader_state
        if state != "active":
            raise LeaderInactive(name=self.leader_name)

    def offer(self, offer_id: int) -> OfferView | None:
        """An offer of an open round, or goods of the shelf as if they were one (of the round 0)."""
        on_shelf = next((one for one in self.shelf if one.id == offer_id), None)
        if on_shelf is not None:
            return as_offer(on_shelf)
        return next((o for r in self.rounds for o in r.offers if o.id == offer_id), None)

    def round_of(self, offer_id: int) -> RoundView | None:
        """Of those that are `offered`."""
        return next((r for r in self.offered if any(o.id == offer_id for o in r.offers)), None)

    # ---- questions that wait for an answer
    def ask_confirmation(self, command: commands.Command) -> None:
        """确认 will run this command."""
        conversation.wait_for(self.work, self.person.account_id, "confirm", {"command": commands.dump(command)})

    def ask_to_pass_on(self, command: commands.ContactLeader) -> None:
        """转告 will run it."""
        conversation.wait_for(self.work, self.person.account_id, "relay", {"command": commands.dump(command)})

    def ask_choice(self, options: list[commands.Command]) -> None:
        """1 will run the first of these, and so on."""
        conversation.wait_for(
            self.work, self.person.account_id, "choose", {"options": [commands.dump(o) for o in options]}
        )


def shelf_item(one: ShelfItem) -> Item:
    """Goods of the shelf as the reader sees them."""
    return Item(
        key=one.id,
        number=one.number,
        name=one.name,
        unit=one.unit,
        price_fen=one.price_fen,
        spec=one.spec,
        is_aside=True,
    )


def as_offer(one: ShelfItem) -> OfferView:
    """Goods of the shelf where an offer is spoken of."""
    return OfferView(
        id=one.id,
        round_id=0,
        number=one.number,
        name=one.name,
        spec=one.spec,
        unit=one.unit,
        price_fen=one.price_fen,
        capacity_milli=one.put_milli,
        limit_milli=None,
        case_milli=None,
        reserved_milli=one.taken_milli,
        is_open=one.is_on,
        is_withdrawn=not one.is_on,
        is_cold=one.is_cold,
    )


def item(offer: OfferView) -> Item:
    """An offer as the reader sees it."""
    return Item(
        key=offer.id,
        number=offer.number,
        name=offer.name,
        unit=offer.unit,
        price_fen=offer.price_fen,
        spec=offer.spec,
        aliases=offer.aliases,
    )
