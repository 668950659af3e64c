"""Photos of pickup codes: read as a phone takes them, redeemed once, answered whatever happens."""

from __future__ import annotations

import io
import random
import tracemalloc
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import qrcode
import zxingcpp
from PIL import Image, ImageFilter

from bot.wechat_errors import Category, SendError
from models import Store, media, notice, redemption
from operations import codes, photo_codes, pictures
from scheduler import qr
from scheduler.jobs import Context, Settings
from scheduler.runner import run_once
from tests.scheduler.messengers import Recorder
from tests.scheduler.words import Words
from tests.support.clock import StillClock
from tests.support.world import World

TOKEN = "0123456789abcdef0123456789abcdef"
URL = f"https://lintuan.example.com/p/{TOKEN}"


def code(text: str, edge: int = 600) -> Image.Image:
    drawn: Image.Image = qrcode.make(text, border=4).get_image()
    return drawn.convert("L").resize((edge, edge))


def jpeg(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", **options)
    return out.getvalue()


def photographed(text: str, *, size: tuple[int, int] = (1280, 960), edge: int = 420, turn: float = 7) -> Image.Image:
    """A QR code on a desk: askew, a little out of focus, grainy."""
    rng = random.Random(7)
    desk = Image.new("L", size, 150)
    desk.paste(code(text, edge).rotate(turn, fillcolor=150, expand=True), (size[0] // 3, size[1] // 5))
    grain = Image.frombytes("L", (64, 64), bytes(rng.randrange(256) for _ in range(4096))).resize(size)
    return Image.blend(desk, grain, 0.12).filter(ImageFilter.GaussianBlur(1.2))


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize("turn", [0, 7, 45, 90, 180])
def test_a_code_is_read_at_any_angle(turn: float) -> None:
    assert qr.read(photographed(URL, turn=turn)) == [URL]


def test_a_small_code_in_a_large_photo_is_read() -> None:
    large = photographed(URL, size=(4000, 3000), edge=135)
    small = large.copy()
    small.thumbnail((qr.LONG_EDGES[0],) * 2)
    assert qr.read(small) == [], "the first look cannot read it"
    assert qr.read(large) == [URL]


def test_a_photo_taken_on_its_side_is_read() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(jpeg(photographed(URL), exif=exif))) as image:
        assert qr.read(image) == [URL]


def test_a_photo_of_something_else_says_nothing() -> None:
    assert qr.read(Image.new("RGB", (800, 600), "#b23a2e")) == []


# ---------------------------------------------------------------- settling


class Counter:
    """A leader with goods to hand out, who sends photos."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder, self.world = store, folder, World(store)
        self.order_id = self.world.order(self.world.resident("李姐", room="3-502"), {1: 2})
        self.world.arrive()
        self.code = self.world.code(self.order_id)
        self.recorder = Recorder()
        self.context = Context(store, self.recorder.messenger, Words(), Settings(media_folder=folder))

    @property
    def url(self) -> str:
        with self.store.read() as work:
            token = codes.token_of(work, leader_id=self.world.leader_id, order_id=self.order_id)
        return f"https://lintuan.example.com/p/{token}"

    def send(self, content: bytes | Image.Image, *, by: int | None = None, key: str = "m1") -> None:
        self.recorder.media[key] = content if isinstance(content, bytes) else jpeg(content)
        with self.store.transaction() as work:
            photo_codes.look(
                work,
                leader_id=self.world.leader_id,
                account_id=by or self.world.owner,
                wechat_media_id=key,
                source_key=key,
                is_in_case=False,
            )

    def refuse(self, error: SendError) -> None:
        def download(media_id: str) -> bytes:
            raise error

        self.recorder.download_media = download  # type: ignore[method-assign]

    def look(self) -> int:
        return run_once("fetch_pictures", self.context)

    def told(self) -> list[Mapping[str, Any]]:
        return [row.payload for row in self.world.rows(notice, kind="photo_redeemed")]

    def tries(self) -> list[tuple[bool, str | None]]:
        return [(row.ok, row.reason) for row in self.world.rows(redemption)]

    def states(self) -> list[str]:
        return [row.state for row in self.world.rows(media)]


@pytest.fixture
def counter(store: Store, tmp_path: Path) -> Counter:
    return Counter(store, tmp_path / "media")


def test_a_photo_of_a_code_is_redeemed_with_its_own_time_and_not_kept(counter: Counter, clock: StillClock) -> None:
    counter.send(photographed(counter.url))
    sent_at = clock()
    clock.advance(seconds=40)
    assert counter.look() == 1
    [row] = counter.world.rows(redemption)
    assert (row.ok, row.at, row.recorded_at, row.redeemed_by) == (True, sent_at, clock(), counter.world.owner)
    [told] = counter.told()
    assert (told["outcome"], told["seq"], told["collect_fen"]) == ("redeemed", 1, 9000)
    assert counter.states() == ["expired"]
    assert not [path for path in counter.folder.rglob("*") if path.is_file()]
    assert counter.look() == 0


def test_a_code_shown_as_digits_in_a_bar_code_is_redeemed(counter: Counter) -> None:
    bars = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode(counter.code, zxingcpp.BarcodeFormat.Code128), scale=6
    )
    frame = Image.new("L", (1200, 900), 255)
    frame.paste(Image.fromarray(bars), (200, 300))
    counter.send(frame)
    counter.look()
    assert counter.tries() == [(True, None)]


def test_the_same_message_twice_is_one_photo(counter: Counter) -> None:
    for _ in range(2):
        counter.send(photographed(counter.url))
    counter.look()
    counter.look()
    assert (counter.tries(), len(counter.told())) == ([(True, None)], 1)


def test_a_worker_that_lost_its_lease_redeems_nothing(counter: Counter, clock: StillClock) -> None:
    counter.send(photographed(counter.url))
    with counter.store.transaction() as work:
        [stale] = pictures.claim_wanted(work, limit=5, lease=timedelta(seconds=60))
    clock.advance(seconds=61)
    assert counter.look() == 1
    with counter.store.transaction() as work:
        assert not photo_codes.settle(work, stale, [(None, counter.code)])
        assert not photo_codes.give_up(work, stale)
    assert (counter.tries(), len(counter.told())) == ([(True, None)], 1)


def test_control_without_the_lease_the_same_photo_is_answered_twice(
    counter: Counter, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is handed out twice even then: that the message's key is the scan's nonce sees to it."""
    monkeypatch.setattr(pictures, "looked_at", lambda work, wanted: True)
    counter.send(photographed(counter.url))
    with counter.store.transaction() as work:
        [wanted] = pictures.claim_wanted(work, limit=5, lease=timedelta(seconds=60))
    for _ in range(2):
        with counter.store.transaction() as work:
            assert photo_codes.settle(work, wanted, [(None, counter.code)])
    assert counter.tries() == [(True, None)]


def test_of_several_codes_none_is_redeemed(counter: Counter) -> None:
    both = photographed(counter.url, size=(1600, 900), edge=300)
    both.paste(code(URL, 300), (40, 40))
    counter.send(both)
    counter.look()
    assert counter.tries() == []
    assert counter.told() == [{"outcome": "several", "codes": 2}]


def test_other_codes_in_the_photo_do_not_count(counter: Counter) -> None:
    both = photographed(counter.url, size=(1600, 900), edge=300)
    both.paste(code("https://example.com/an-advertisement", 300), (40, 40))
    counter.send(both)
    counter.look()
    assert counter.tries() == [(True, None)]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"<svg/>", id="no picture"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(60), id="cut off"),
    ],
)
def test_what_cannot_be_opened_is_said(counter: Counter, content: bytes) -> None:
    counter.send(content)
    counter.look()
    assert (counter.told(), counter.states(), counter.tries()) == ([{"outcome": "failed"}], ["failed"], [])


def test_a_bomb_is_refused_before_it_is_unpacked(counter: Counter) -> None:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    assert len(out.getvalue()) < 200_000
    counter.send(out.getvalue())
    tracemalloc.start()
    counter.look()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counter.told() == [{"outcome": "failed"}]
    assert most < 20_000_000


def test_a_helper_is_told_no_sum_and_who_is_neither_redeems_nothing(counter: Counter) -> None:
    counter.send(photographed(counter.url), by=counter.world.account(), key="m0")
    counter.look()
    assert counter.tries() == [(False, "blocked")]
    counter.send(photographed(counter.url), by=counter.world.helper(), key="m1")
    counter.look()
    assert counter.tries() == [(False, "blocked"), (True, None)]
    assert counter.told()[1]["collect_fen"] == 0


@pytest.mark.parametrize(
    ("error", "is_tried_again"),
    [
        (SendError(Category.RETRY, code=-1), True),
        (SendError(Category.UNKNOWN), True),
        (SendError(Category.CONFIGURATION, code=48001), False),
        (SendError(Category.PAYLOAD, code=40007), False),
    ],
)
def test_when_wechat_does_not_give_it(
    counter: Counter, clock: StillClock, error: SendError, is_tried_again: bool
) -> None:
    """The counter does not wait for hours: who sent it is told to type the code."""
    counter.send(photographed(counter.url))
    counter.refuse(error)
    counter.look()
    assert (counter.states() == ["wanted"]) is is_tried_again
    clock.advance(minutes=5)
    counter.look()
    clock.advance(minutes=6)
    counter.look()
    assert (counter.told(), counter.states()) == ([{"outcome": "failed"}], ["failed"])


def test_its_trace_is_gone_after_a_day(counter: Counter, clock: StillClock) -> None:
    counter.send(photographed(counter.url))
    counter.look()
    clock.advance(days=1)
    run_once("clean_up", counter.context)
    assert counter.states() == []
