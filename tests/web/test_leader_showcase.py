"""What a leader shows: words and photos beside her goods, her face and place; drawn anew, hers alone."""

from __future__ import annotations

import io

from PIL import Image
from sqlalchemy import select

from models import media, pickup_point
from operations import showcase
from tests.web.conftest import Pages
from tests.web.doors import NONCE
from tests.web.people import enter


def photo(size: tuple[int, int] = (1600, 1200)) -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", size, "#b23a2e").save(out, "JPEG", exif=b"Exif\x00\x00secret place")
    out.seek(0)
    return out, "p.jpg"


def test_words_and_photo_stand_beside_the_goods(pages: Pages) -> None:
    leader, world = enter(pages, "leader_a"), pages.world
    path = f"/m/rounds/{world.open}/showcase"
    assert "推荐和照片" in leader.get(path).text
    leader.post(f"{path}/2", {"words": "散养的", "photo": photo(), "nonce": NONCE}, content_type="multipart/form-data")
    page = pages.visitor().get(f"/r/{world.round_code}").text
    assert "张团长：散养的" in page
    with pages.store.read() as work:
        media_id = work.db.execute(select(media.c.id).where(media.c.source_key == f"web:{NONCE}")).scalar_one()
    small = pages.visitor().get(f"/i/{world.leader_a}/{media_id}?s=1")
    assert Image.open(io.BytesIO(small.data)).size == (192, 192)
    assert len(small.data) < 12_000
    assert b"secret" not in small.data
    assert max(Image.open(io.BytesIO(pages.visitor().get(f"/i/{world.leader_a}/{media_id}").data)).size) == 720
    leader.post(f"{path}/2", {"words": "", "no_photo": "1", "nonce": NONCE[::-1]})
    assert "散养的" not in pages.visitor().get(f"/r/{world.round_code}").text
    assert pages.visitor().get(f"/i/{world.leader_a}/{media_id}").status_code == 404, "taken down is taken down"


def test_what_is_no_picture_is_said(pages: Pages) -> None:
    leader, path = enter(pages, "leader_a"), f"/m/rounds/{pages.world.open}/showcase"
    leader.get(path)
    form = {"words": "好", "photo": (io.BytesIO(b"<svg onload=alert(1)>"), "x.svg"), "nonce": NONCE}
    leader.post(f"{path}/1", form, content_type="multipart/form-data")
    assert "这张照片打不开" in leader.get(path).text


def test_face_introduction_and_place(pages: Pages) -> None:
    leader = enter(pages, "leader_b")
    leader.get("/m/profile")
    form = {
        "intro": "住5号楼",
        "place": "南门岗亭",
        "hours": "17:00-19:00",
        "position": "31.23，121.47",
        "nonce": NONCE,
    }
    leader.post("/m/profile", form | {"photo": photo()}, content_type="multipart/form-data")
    page = pages.visitor().get("/l/L2").text
    for shown in ("住5号楼", "南门岗亭", "17:00-19:00", "position=121.47,31.23", f"/i/{pages.world.leader_b}/"):
        assert shown in page, shown
    leader.post("/m/profile", form | {"position": "不知道", "nonce": NONCE[::-1]})
    assert "位置要写成" in leader.get("/m/profile").text
    with pages.store.read() as work:
        mine = pickup_point.c.leader_id == pages.world.leader_b
        assert len(work.db.execute(select(pickup_point).where(mine)).all()) == 1


def test_another_leaders_goods_are_not_hers_to_praise(pages: Pages) -> None:
    stranger = enter(pages, "leader_b")
    stranger.get("/m/profile")
    assert stranger.get(f"/m/rounds/{pages.world.open}/showcase").status_code == 404
    stranger.post(f"/m/rounds/{pages.world.open}/showcase/1", {"words": "哼", "nonce": NONCE})
    assert "哼" not in pages.visitor().get(f"/r/{pages.world.round_code}").text


def test_pictures_of_after_sales_are_nobody_elses_business(pages: Pages) -> None:
    world = pages.world
    assert pages.visitor().get(f"/i/{world.leader_a}/{world.photo}").status_code == 404
    assert pages.visitor().get(f"/i/{world.leader_b}/{world.face}").status_code == 404
    with pages.store.read() as work:
        assert showcase.public_picture(work, leader_id=world.leader_a, media_id=world.face) is not None
