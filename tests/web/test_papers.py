"""Papers: their sums are the orders' sums, whichever paper it is; PDFs carry every name and keep to their sheet."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import select, update

from models import Store, offer, resident
from operations import aftersales, goods, order_views, orders, people, rounds
from operations import papers as source
from operations.orders import Change
from operations.papers import Papers, collect
from tests.web.conftest import Pages
from tests.web.people import enter
from web import paper_kinds
from web.paper import Label, Paper, Piece
from web.pdf import MISSING, MISSING_SAID, runs, write_pdf

MM = 72 / 25.4
RARE = "喆堃珺玥镕翀昱祎瑄淼犇骉䶮㛃龘"


def both_rounds(pages: Pages) -> Papers:
    """A's and B's arrived rounds, after a shortage, a refund of goods still here and one of goods handed out."""
    world = pages.world
    with pages.store.read() as work:
        return collect(work, rounds=[(world.leader_a, world.arrived), (world.leader_b, world.arrived_b)])


@pytest.fixture
def troubled(pages: Pages) -> Pages:
    """More orders of both rounds are cut and refunded: what is due is no more what was ordered."""
    world, rng = pages.world, random.Random(3)
    with pages.store.transaction() as work:
        for order_id in world.orders[2:5]:
            one = order_views.view(work, leader_id=world.leader_a, order_id=order_id)
            line = rng.choice(one.lines)
            case = aftersales.open_case(
                work,
                leader_id=world.leader_a,
                order_id=order_id,
                lines={line.offer_id: min(1000, line.due_milli)},
                reason="missing",
                opened_by="leader",
                actor="system",
                source_key=f"t:{order_id}",
            )
            aftersales.decide(
                work,
                leader_id=world.leader_a,
                case_number=case.number,
                decision="refund",
                actor="system",
                source_key=f"t:{order_id}",
            )
    return pages


def due(store: Store, *rounds_: tuple[int, int]) -> Counter[tuple[str, str]]:
    """What the orders say, by name and spec."""
    sums: Counter[tuple[str, str]] = Counter()
    with store.read() as work:
        for leader_id, round_id in rounds_:
            for one in order_views.of_round(work, leader_id, round_id):
                sums.update({(line.name, line.spec): line.due_milli for line in one.lines if line.due_milli})
    return sums


def test_every_paper_adds_up_to_the_orders(troubled: Pages) -> None:
    world = troubled.world
    expected = due(troubled.store, (world.leader_a, world.arrived), (world.leader_b, world.arrived_b))
    papers = both_rounds(troubled)
    assert sum(expected.values()) < 4 * 1_000_000
    items = Counter({(item.name, item.spec): item.due_milli for item in papers.items})
    assert items == expected
    for item in papers.items:
        assert sum(milli for _, milli in item.by_stop()) == item.due_milli
    by_stop: Counter[tuple[str, str]] = Counter()
    for stop in papers.stops:
        by_stop.update({(item.name, item.spec): item.due_milli for item in papers.at([stop]).items})
    assert by_stop == expected
    by_route: Counter[tuple[str, str]] = Counter()
    for _, part in papers.routes():
        by_route.update({(item.name, item.spec): item.due_milli for item in part.items})
    assert by_route == expected


def amounts(text: str) -> Counter[str]:
    """Every «7盒» of a text, summed by unit."""
    sums: Counter[str] = Counter()
    for number, unit in re.findall(r"(\d+(?:\.\d+)?)(盒|份|瓶|斤)(?![\u4e00-\u9fff/]?装)", text):
        sums[unit] += round(float(number) * 1000)
    return sums


def shown(paper: Paper, *columns: int) -> str:
    """The words of these columns, on lines."""
    return "\n".join(
        piece.much or piece.text
        for table in paper.tables
        for row in table.rows
        for column in columns
        for piece in row[column]
    )


def test_what_is_printed_adds_up_too(troubled: Pages) -> None:
    papers = both_rounds(troubled)
    expected: Counter[str] = Counter()
    for item in papers.items:
        expected[item.unit] += item.due_milli
    words: dict[str, Any] = {"title": "t", "sub": "s"}
    for paper in (paper_kinds.sorting(papers, **words), paper_kinds.sorting_by_stop(papers, **words)):
        assert amounts(shown(paper, 2)) == expected
        assert amounts(shown(paper, 3)) == expected
    assert amounts(shown(paper_kinds.routes(papers, **words), 3)) == expected
    assert amounts(shown(paper_kinds.receipts(papers, **words), 2)) == expected
    assert amounts(shown(paper_kinds.picking(papers, **words), 3)) == expected
    stickers = paper_kinds.labels(papers, **words).labels
    assert amounts("\n".join(piece.much for label in stickers for piece in label.items)) == expected
    for paper in (paper_kinds.receipts(papers, **words), paper_kinds.picking(papers, **words)):
        assert amounts(re.sub(r"\d+(斤装|枚|ml)", "", paper.text)) == expected


def test_a_shortage_is_on_the_papers(pages: Pages) -> None:
    world = pages.world
    with pages.store.transaction() as work:
        rounds.close(work, leader_id=world.leader_a, round_id=world.open, actor="system")
        milk = work.db.execute(
            select(offer.c.id).where(offer.c.round_id == world.open, offer.c.number == 3)
        ).scalar_one()
        goods.mark_arrived(
            work,
            leader_id=world.leader_a,
            round_id=world.open,
            actor="system",
            source_key="k",
            received={milk: 4000},
        )
    with pages.store.read() as work:
        found = collect(work, rounds=[(world.leader_a, world.open)])
    assert {item.name: item.due_milli for item in found.items}["鲜牛奶"] == 4000


def test_a_renamed_item_stays_what_it_was_ordered_as(pages: Pages) -> None:
    world = pages.world
    with pages.store.transaction() as work:
        work.db.execute(update(offer).where(offer.c.id == world.offer).values(name="奶油草莓"))
    with pages.store.read() as work:
        found = collect(work, rounds=[(world.leader_a, world.arrived)])
    assert sum(item.due_milli for item in found.items if "草莓" in item.name) == 7000


# ---------------------------------------------------------------- PDF


def texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    found = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return found


def outside(pdf: bytes, margin: float) -> list[str]:
    """Characters that stand beyond the margin, in points."""
    document, found = pypdfium2.PdfDocument(pdf), []
    for page in document:
        width, height = page.get_size()
        text = page.get_textpage()
        for at in range(text.count_chars()):
            char = text.get_text_range(at, 1)
            if not char.strip():
                continue
            left, bottom, right, top = text.get_charbox(at)
            if left < margin - 1 or bottom < 0 or right > width - margin + 1 or top > height:
                found.append(char)
    document.close()
    return found


def made(kind: str, papers: Papers) -> Paper:
    return getattr(paper_kinds, kind)(papers, title="周六水果团", sub="今天")  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", ["picking", "sorting", "sorting_by_stop", "routes", "receipts", "labels"])
@pytest.mark.parametrize("size", ["a4", "roll"])
def test_a_pdf_says_what_the_page_says_and_keeps_to_its_sheet(pages: Pages, kind: str, size: str) -> None:
    paper = made(kind, both_rounds(pages))
    pdf = write_pdf(paper, size=size)
    whole = re.sub(r"\s", "", "".join(texts(pdf)))
    pieces = [piece for table in paper.tables for row in table.rows for cell in row for piece in cell]
    pieces += [piece for label in paper.labels for piece in label.items]
    assert pieces
    for piece in pieces:
        for words in (piece.text, piece.much):
            assert re.sub(r"[\s☐]", "", words) in whole
    assert "¥" not in whole
    assert outside(pdf, (2 if size == "roll" else 11) * MM) == []
    document = pypdfium2.PdfDocument(pdf)
    width = round(document[0].get_size()[0] / MM)
    document.close()
    assert width == (58 if size == "roll" else 210)


def test_rare_names_print_and_what_cannot_be_printed_is_said(pages: Pages) -> None:
    with pages.store.transaction() as work:
        work.db.execute(update(resident).where(resident.c.display_name == "王姐").values(display_name=RARE))
        work.db.execute(update(resident).where(resident.c.display_name == "李想").values(display_name="Zoë①👩‍👧🌸é"))
    pdf = write_pdf(made("labels", both_rounds(pages)))
    whole = re.sub(r"\s", "", "".join(texts(pdf)))
    assert RARE in whole
    assert f"Zoë1{MISSING * 3}é" in whole
    assert MISSING_SAID.replace(" ", "") in whole
    assert MISSING not in "".join(texts(write_pdf(made("sorting_by_stop", both_rounds(pages)))))


def test_every_common_ideograph_has_a_glyph() -> None:
    gb2312 = "".join(
        bytes((row, column)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for column in range(0xA1, 0xFF)
    )
    assert len(gb2312) == 6763
    every = gb2312 + "".join(map(chr, range(0x4E00, 0x9FA6)))
    assert MISSING not in "".join(words for _, words in runs(every))


def test_nothing_runs_out_of_a_label() -> None:
    label = Label(
        "3号楼二单元一千二百零四室东边那户" * 3,
        "12 号 " + "很长的名字" * 6,
        (Piece("超长的商品名" * 12, "99盒"),) * 9,
        "备注" * 60,
    )
    for size, margin in (("roll", 1 * MM), ("a4", 11 * MM)):
        pdf = write_pdf(Paper("标签", "t", "s", "", labels=(label,) * 4), size=size)
        assert outside(pdf, margin) == []
        assert "99盒" in "".join(texts(pdf))


def many_orders(pages: Pages, count: int) -> Papers:
    world = pages.world
    with pages.store.transaction() as work:
        view = order_views.of_round(work, world.leader_a, world.open)[0]
        offer_ids = [line.offer_id for line in view.lines]
        for at in range(count):
            person = people.recognise(work, f"o_test_many_{at}")
            resident_id = people.bind(work, account_id=person.account_id, leader_id=world.leader_a, via="code")
            people.introduce(
                work,
                leader_id=world.leader_a,
                resident_id=resident_id,
                name=f"邻居{at}",
                room=f"{at % 30 + 1}-{at + 101}",
            )
            orders.change(
                work,
                leader_id=world.leader_a,
                round_id=world.open,
                resident_id=resident_id,
                changes=[Change(offer_id, 1000) for offer_id in offer_ids],
                actor="system",
                source_key=f"many:{at}",
                room=f"{at % 30 + 1}-{at + 101}",
            )
    with pages.store.read() as work:
        return collect(work, rounds=[(world.leader_a, world.open)])


@pytest.mark.parametrize("kind", ["picking", "sorting"])
def test_long_papers_go_on_with_their_heads_on_every_page(pages: Pages, kind: str) -> None:
    papers = many_orders(pages, 120)
    found = texts(write_pdf(made(kind, papers)))
    assert len(found) > 2
    whole = "".join(found)
    for at in (0, 60, 119):
        assert f"邻居{at}" in whole
    assert all("商品" in page for page in found[:-1])


@pytest.mark.parametrize("kind", ["list", "totals", "labels", "receipt"])
def test_the_button_gives_a_pdf_with_a_chinese_name(pages: Pages, kind: str) -> None:
    answer = enter(pages, "leader_a").get(f"/m/rounds/{pages.world.arrived}/papers.pdf?kind={kind}")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]


def test_a_helper_sees_no_phone_on_a_receipt(pages: Pages) -> None:
    path = f"/m/rounds/{pages.world.arrived}/papers?kind=receipt"
    assert "13800000099" in enter(pages, "leader_a").get(path).text
    assert "13800000099" not in enter(pages, "helper").get(path).text


def test_the_platform_prints_several_rounds_together(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "operator")
    listed = visitor.get("/admin/papers?state=arrived").text
    assert f'value="{world.leader_a}-{world.arrived}"' in listed
    chosen = {"r": [f"{world.leader_a}-{world.arrived}", f"{world.leader_b}-{world.arrived_b}"]}
    page = visitor.get("/admin/papers/print", query_string=chosen).text
    assert "红颜草莓 2斤装 8盒" in page
    assert "张团长 L1 3 号楼大堂 7盒、刘姐 L2" in page
    assert "王姐" not in page
    assert "¥" not in page.split("<main")[1]
    for kind, there in (("routes", "司机签收"), ("receipts", "签名")):
        assert there in visitor.get("/admin/papers/print", query_string={**chosen, "kind": kind}).text
    pdf = visitor.get("/admin/papers/file", query_string={**chosen, "kind": "receipts"})
    assert "13800000099" in "".join(texts(pdf.data))
    assert "13800000099" not in "".join(
        texts(enter(pages, "viewer").get("/admin/papers/file", query_string={**chosen, "kind": "receipts"}).data)
    )


@pytest.mark.parametrize("asked", ["", "r=1-2", "r=x&r=", "r=99999999999999999999-1"])
def test_rounds_that_are_none(pages: Pages, asked: str) -> None:
    answer = enter(pages, "operator").get(f"/admin/papers/print?{asked}")
    assert answer.status_code in {302, 404}


def test_routes_come_by_number_and_what_has_none_last() -> None:
    def stop(route: str) -> Any:
        return source.Stop(1, 1, "x", None, 1, "x", "x", route, ())

    numbers = [number for number, _ in Papers(tuple(map(stop, ("", "10", "2"))), ()).routes()]
    assert numbers == ["2", "10", ""]
