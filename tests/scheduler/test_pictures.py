"""Fetching pictures: what is kept, what is refused, and what happens when WeChat does not give them."""

from __future__ import annotations

import io
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Row, insert, select, update

from bot.wechat_errors import Category, SendError
from models import Store, media
from operations import picture_files, picture_intake, showcase
from operations import pictures as rows
from operations.picture_files import LARGEST_BYTES, LONGEST_EDGE, NotAPicture, redraw
from scheduler.jobs import Context, Settings
from scheduler.runner import run_once
from tests.scheduler.messengers import Recorder
from tests.scheduler.neighbours import LEADER, settle
from tests.scheduler.words import Words
from tests.support.clock import StillClock

GPS = 0x8825


def picture(form: str = "JPEG", size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(options.pop("mode", "RGB"), size, options.pop("colour", (200, 30, 30))).save(out, form, **options)
    return out.getvalue()


def with_position() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(GPS)[1] = "N"
    return picture(exif=exif)


# ---------------------------------------------------------------- drawing anew


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_plain_jpeg(form: str) -> None:
    drawn = Image.open(io.BytesIO(redraw(picture(form)).data))
    assert (drawn.format, drawn.size, drawn.mode) == ("JPEG", (640, 480), "RGB")


def test_position_and_camera_are_gone_and_the_picture_stands_upright() -> None:
    raw = with_position()
    assert Image.open(io.BytesIO(raw)).getexif().get_ifd(GPS)
    drawn = Image.open(io.BytesIO(redraw(raw).data))
    assert (dict(drawn.getexif()), drawn.size) == ({}, (480, 640))


def test_what_hides_behind_a_picture_is_gone() -> None:
    assert b"<script>" not in redraw(picture() + b"<script>alert(1)</script>").data


def test_transparent_becomes_white() -> None:
    drawn = Image.open(io.BytesIO(redraw(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0))).data))
    assert drawn.getpixel((10, 10)) == (255, 255, 255)


def test_a_large_picture_becomes_a_smaller_one() -> None:
    drawn = Image.open(io.BytesIO(redraw(picture(size=(5000, 3000))).data))
    assert max(drawn.size) == LONGEST_EDGE


NO_PICTURES: dict[str, Callable[[], bytes]] = {
    "nothing": bytes,
    "json": lambda: b'{"errcode":40007}',
    "svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    "gif": lambda: picture("GIF"),
    "bmp": lambda: picture("BMP"),
    "cut off": lambda: picture()[:500],
    "cut off png": lambda: picture("PNG")[:60],
    "bomb": lambda: picture("PNG", size=(14_000, 14_000), mode="1", colour=0),
    "too many pixels": lambda: picture(size=(9_000, 9_000), mode="L", colour=0),
    "small file, large picture": lambda: picture("PNG", size=(4_100, 4_000), mode="1", colour=0),
    "too many bytes": lambda: picture() + bytes(LARGEST_BYTES),
}


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_sensible_picture_is_refused(name: str) -> None:
    with pytest.raises(NotAPicture):
        redraw(NO_PICTURES[name]())


# ---------------------------------------------------------------- fetching


class Album:
    """Pictures wanted from people, and the folder they go to."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder, self.recorder = store, folder, Recorder()
        settings = Settings(media_folder=folder)
        self.context = Context(store, self.recorder.messenger, Words(), settings)
        settle(store)

    def want(self, media_id: str, content: bytes | Exception | None = None) -> None:
        with self.store.transaction() as work:
            work.db.execute(
                insert(media).values(
                    leader_id=LEADER,
                    id=work.new_id(),
                    account_id=1,
                    wechat_media_id=media_id,
                    next_at=work.now,
                    source_key=media_id,
                    created_at=work.now,
                    expires_at=work.now + timedelta(days=90),
                )
            )
        if isinstance(content, Exception):
            self.refuse(content)
        elif content is not None:
            self.recorder.media[media_id] = content

    def refuse(self, error: Exception) -> None:
        def download(media_id: str) -> bytes:
            raise error

        self.recorder.download_media = download  # type: ignore[method-assign]

    def fetch(self) -> int:
        return run_once("fetch_pictures", self.context)

    def row(self, media_id: str) -> Row[Any]:
        with self.store.read() as work:
            return work.db.execute(select(media).where(media.c.wechat_media_id == media_id)).one()

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def album(store: Store, tmp_path: Path) -> Album:
    return Album(store, tmp_path / "media")


def test_a_picture_is_kept_in_our_folder(album: Album) -> None:
    album.want("m1", with_position())
    assert album.fetch() == 1
    row = album.row("m1")
    [file] = album.files()
    assert (row.state, row.content_type, album.folder / row.path) == ("stored", "image/jpeg", file)
    assert row.size == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert album.fetch() == 0


def test_what_is_no_picture_is_refused_and_the_next_one_is_fetched(album: Album) -> None:
    album.want("m1", b"<svg/>")
    album.want("m2", picture())
    assert album.fetch() == 2
    assert (album.row("m1").state, album.row("m2").state, len(album.files())) == ("failed", "stored", 1)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SendError(Category.PAYLOAD, code=40007), "failed"),
        (SendError(Category.CONFIGURATION, code=48001), "wanted"),
        (SendError(Category.RETRY, code=-1), "wanted"),
        (SendError(Category.UNKNOWN), "wanted"),
    ],
)
def test_what_wechat_answers_decides_about_another_try(album: Album, error: SendError, state: str) -> None:
    album.want("m1", error)
    album.fetch()
    assert (album.row("m1").state, album.fetch()) == (state, 0)


def test_it_is_given_up_when_wechat_no_longer_has_it(album: Album, clock: StillClock) -> None:
    album.want("m1", SendError(Category.CONFIGURATION, code=48001))
    tries = 0
    while album.row("m1").state == "wanted":
        clock.set(album.row("m1").next_at)
        tries += album.fetch()
    assert (album.row("m1").state, tries) == ("failed", len(rows.RETRY_AFTER) + 1)


def test_a_fetcher_that_died_is_replaced_and_its_result_ignored(album: Album, clock: StillClock) -> None:
    album.want("m1", picture())
    with album.store.transaction() as work:
        [stale] = rows.claim_wanted(work, limit=5, lease=timedelta(seconds=60))
    assert album.fetch() == 0
    clock.advance(seconds=61)
    assert album.fetch() == 1
    with album.store.transaction() as work:
        assert not rows.give_up(work, stale)
        assert not rows.stored(work, stale, path="elsewhere", content_type="image/jpeg", sha256="0", size=1)
    assert album.row("m1").state == "stored"


def test_after_its_time_the_file_is_gone(album: Album, clock: StillClock) -> None:
    album.want("m1", picture())
    album.want("m2")
    album.recorder.media["m2"] = picture()
    album.fetch()
    clock.advance(days=89)
    run_once("clean_up", album.context)
    assert len(album.files()) == 2
    clock.advance(days=1)
    assert run_once("clean_up", album.context) == 2
    assert album.files() == []
    row = album.row("m1")
    assert (row.state, row.path, row.sha256) == ("expired", None, None)
    assert run_once("clean_up", album.context) == 0


def test_a_file_that_no_row_knows_goes_after_a_day(album: Album, clock: StillClock) -> None:
    stray = album.folder / "7" / f"{album.store.new_id()}.jpg"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(picture())
    clock.advance(days=1)
    run_once("clean_up", album.context)
    assert stray.exists()
    clock.advance(seconds=1)
    assert run_once("clean_up", album.context) == 1
    assert not stray.exists()


def test_a_face_and_goods_stay_as_long_as_they_are_shown(album: Album, clock: StillClock) -> None:
    shown: list[Path] = []
    for nth in range(2):
        with album.store.transaction() as work:
            picture_id, is_new = picture_intake.keep(
                work, leader_id=LEADER, account_id=None, picture=picture_files.redraw(picture()), folder=album.folder,
                source_key=f"form:{nth}", purpose="shop", kept_for=showcase.KEPT_FOR,
            )  # fmt: skip
        assert is_new
        shown.append(album.folder / str(LEADER) / f"{picture_id}.jpg")
    clock.advance(days=400)
    run_once("clean_up", album.context)
    assert all(file.exists() for file in shown)


@pytest.mark.parametrize(
    ("code", "url", "state"),
    [
        (48001, "http://mmbiz.qpic.cn/x/0", "stored"),
        (48001, None, "wanted"),
        (40007, "http://mmbiz.qpic.cn/x/0", "failed"),
    ],
)
def test_without_the_media_api_the_plain_address_is_taken(album: Album, code: int, url: str | None, state: str) -> None:
    category = Category.CONFIGURATION if code == 48001 else Category.PAYLOAD
    album.want("m1", SendError(category, code=code))
    with album.store.transaction() as work:
        work.db.execute(update(media).values(pic_url=url))
    album.recorder.pictures = {"http://mmbiz.qpic.cn/x/0": picture()}
    album.fetch()
    assert album.row("m1").state == state


def test_a_file_that_is_gone_already_does_not_stop_the_cleaning(album: Album, clock: StillClock) -> None:
    album.want("m1", picture())
    album.fetch()
    album.files()[0].unlink()
    clock.advance(days=90)
    assert run_once("clean_up", album.context) == 1
