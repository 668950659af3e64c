"""Pictures of payments: kept with the order, marked, never refused."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import update

from models import Store, media, payment_proof
from operations import paying_terms, payments, proofs, transfers
from operations.picture_files import redraw
from scheduler.proofs import check_proofs, looks_of
from tests.support.clock import StillClock
from tests.support.world import World


def screenshot(words: str, *, quality: int = 90, taken: str | None = None) -> bytes:
    """Something like a picture of a payment."""
    image = Image.new("RGB", (360, 640), "#fff")
    pen = ImageDraw.Draw(image)
    for nth, letter in enumerate(words):
        left, top = 20 + 34 * (nth % 9), 20 + 80 * (nth // 9)
        pen.rectangle((left, top, left + 26, top + 60), fill=(ord(letter) % 200,) * 3)
    out, exif = io.BytesIO(), Image.Exif()
    if taken:
        exif[306] = taken
    image.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


class Sender:
    """A neighbour who pays by transfer and sends pictures."""

    def __init__(self, world: World, name: str, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.account_id = world.account()
        self.resident_id = world.resident(name, account_id=self.account_id)

    def send(self, raw: bytes, *, key: str) -> None:
        """The picture is attached, fetched, and looked at."""
        picture = redraw(raw)
        with self.world.store.transaction() as work:
            one = proofs.attach(
                work, leader_id=self.world.leader_id, resident_id=self.resident_id, account_id=self.account_id,
                wechat_media_id="m", source_key=key,
            )  # fmt: skip
            assert one is not None
        row = self.world.rows(media, source_key=key)[0]
        (self.folder / f"{row.id}.jpg").write_bytes(picture.data)
        with self.world.store.transaction() as work:
            work.db.execute(
                update(media)
                .where(media.c.id == row.id)
                .values(state="stored", path=f"{row.id}.jpg", sha256=picture.sha256, taken_at=picture.taken_at)
            )
        check_proofs(self.world.store, self.folder)


@pytest.fixture
def world(store: Store) -> World:
    return World(store, payment_mode="transfer")


def marks(world: World) -> list[tuple[str, list[str]]]:
    return [(row.mark, row.reasons) for row in world.rows(payment_proof)]


def test_nothing_known_is_yellow_until_a_bill_has_it_and_the_order_is_said_to_be_paid(
    world: World, tmp_path: Path
) -> None:
    sender = Sender(world, "王姐", tmp_path)
    order_id = world.order(sender.resident_id, {1: 1})
    sender.send(screenshot("9000 paid by wang"), key="m:1")
    assert marks(world) == [("yellow", [])]
    assert world.view(order_id).pay_state == "claimed"
    came = transfers.Incoming("1000050001", world.clock(), "晴天", "", 4500)
    with world.store.transaction() as work:
        transfers.upload(work, leader_id=world.leader_id, lines=[came], actor="system")
    assert check_proofs(world.store, tmp_path) == 1, "a bill was read: it is looked at once more"
    assert marks(world) == [("green", [])]


def test_the_same_picture_again_is_red_even_saved_anew(world: World, tmp_path: Path) -> None:
    wang, li = Sender(world, "王姐", tmp_path), Sender(world, "李姐", tmp_path)
    for one in (wang, li):
        world.order(one.resident_id, {1: 1})
    wang.send(screenshot("9000 paid by wang"), key="m:1")
    li.send(screenshot("9000 paid by wang", quality=60), key="m:2")
    li.send(screenshot("zzzz another thing 42"), key="m:3")
    assert marks(world) == [("yellow", []), ("red", ["duplicate"]), ("yellow", [])]


def test_a_picture_older_than_the_order_is_red(world: World, tmp_path: Path) -> None:
    sender = Sender(world, "王姐", tmp_path)
    world.order(sender.resident_id, {1: 1})
    sender.send(screenshot("old", taken="2026:05:01 09:00:00"), key="m:1")
    sender.send(screenshot("new one 4711", taken="2026:05:02 11:00:00"), key="m:2")
    assert marks(world) == [("red", ["early"]), ("yellow", [])]


def test_seen_money_makes_it_green(world: World, tmp_path: Path, clock: StillClock) -> None:
    sender = Sender(world, "王姐", tmp_path)
    order_id = world.order(sender.resident_id, {1: 1})
    with world.store.transaction() as work:
        proofs.attach(
            work, leader_id=world.leader_id, resident_id=sender.resident_id, account_id=sender.account_id,
            wechat_media_id="m", source_key="first",
        )  # fmt: skip
        payments.mark_paid(work, leader_id=world.leader_id, order_ids=[order_id], actor="system", source_key="p")
    clock.advance(hours=1)
    row = world.rows(media)[0]
    (tmp_path / "x.jpg").write_bytes(redraw(screenshot("paid")).data)
    with world.store.transaction() as work:
        work.db.execute(update(media).where(media.c.id == row.id).values(state="stored", path="x.jpg", sha256="a"))
    assert check_proofs(world.store, tmp_path) == 1
    assert marks(world) == [("green", [])]


def test_who_pays_on_pickup_sends_no_proof(world: World, tmp_path: Path) -> None:
    sender = Sender(world, "王姐", tmp_path)
    world.order(sender.resident_id, {1: 1})
    with world.store.transaction() as work:
        paying_terms.set_mode(work, leader_id=world.leader_id, mode="pickup", note=None, actor="system")
        assert (
            proofs.attach(
                work, leader_id=world.leader_id, resident_id=sender.resident_id, account_id=sender.account_id,
                wechat_media_id="m", source_key="m:1",
            )
            is None
        )  # fmt: skip


def test_pictures_that_differ_look_different(tmp_path: Path) -> None:
    paths = []
    for nth, words in enumerate(("9000 paid by wang", "zzzz another thing 42")):
        paths.append(tmp_path / f"{nth}.jpg")
        paths[-1].write_bytes(redraw(screenshot(words)).data)
    one, other = (int(looks_of(path), 16) for path in paths)
    assert (one ^ other).bit_count() > proofs.ALIKE_BITS
