"""The papers there are: 取货单, 商品分拣单, 标签, 线路分拣单, 团长签收单. All are made from `operations.papers`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bot.texts.wording import cold
from models.views import LineView, OrderView
from operations.papers import Item, Papers, Stop, due_lines
from web.buildings import by_building
from web.paper import Cell, Column, Label, Paper, Piece, Table, cell, lines
from web.show import person, quantity, shown_time

SIGN = "________"


def picking(papers: Papers, *, title: str, sub: str) -> Paper:
    """取货单: by building and room, to tick off."""
    columns = (
        Column("号", 9, 12),
        Column("房号", 21, 24, "much"),
        Column("称呼", 19, 17),
        Column("商品", 37, 35),
        Column("取走", 14, 12, "tick"),
    )
    alike = {(item.name, item.spec) for item in papers.items if item.alike}
    groups = by_building(one for stop in papers.stops for one in stop.orders)
    tables = tuple(
        Table(columns, tuple(_picking_row(one, alike) for one in orders), f"{name}（{len(orders)} 单）")
        for name, orders in groups
    )
    return Paper("取货单", title, sub, lines(_picking_text(title, groups)), tables)


def _picking_row(one: OrderView, alike: set[tuple[str, str]]) -> tuple[Cell, ...]:
    goods = tuple(
        Piece(line.name, f"{line.spec if (line.name, line.spec) in alike else ''} {_much(line)}".strip(), _cold(line))
        for line in due_lines(one)
    )
    note = (Piece(f"备注：{one.note}"),) if one.note else ()
    who = person(one.resident_name, one.host_name)
    done = "已取" if one.state == "picked_up" else "☐"
    return cell(str(one.seq)), cell(one.room or "没留"), cell(who), (*goods, *note), cell(done)


def _picking_text(title: str, groups: Iterable[tuple[str, list[OrderView]]]) -> Iterator[str]:
    yield f"【{title}】取货单"
    for name, orders in groups:
        yield f"—— {name} {len(orders)} 单 ——"
        for one in orders:
            done = "（已取）" if one.state == "picked_up" else ""
            note = f"（备注：{one.note}）" if one.note else ""
            goods = "、".join(_piece(line).plain() for line in due_lines(one))
            yield f"{one.seq}号 {place_of(one)}：{goods}{note}{done}"


def sorting(papers: Papers, *, title: str, sub: str) -> Paper:
    """商品分拣单 of one leader: which household gets how much of each item."""
    return _sorting("商品分拣单", papers, title, sub, _households)


def sorting_by_stop(papers: Papers, *, title: str, sub: str) -> Paper:
    """商品分拣单 of several leaders: which leader gets how much of each item."""
    return _sorting("商品分拣单", papers, title, sub, _stops)


def routes(papers: Papers, *, title: str, sub: str) -> Paper:
    """线路分拣单: the same by route, with the driver's name, number and signature."""
    tables, text = [], [f"【{title}】线路分拣单"]
    for number, part in papers.routes():
        car = part.stops[0]
        caption = f"线路 {number or SIGN}　司机 {car.driver or SIGN}　电话 {car.driver_phone or SIGN}"
        tables.append(_sorting_table(part, _stops, caption, f"司机签收 {SIGN}　时间 {SIGN}"))
        text += [f"—— 线路 {number or '还没排'} ——", *_sorting_text(part, _stops)]
    return Paper("线路分拣单", title, sub, lines(text), tuple(tables) if papers.items else ())


def receipts(papers: Papers, *, title: str, sub: str, shows_phone: bool = True) -> Paper:
    """团长签收单: what each leader gets, to sign for."""
    columns = (
        Column("团长/小区", 28, 30),
        Column("商品", 36, 36),
        Column("数量", 16, 18, "much"),
        Column("签名", 20, 16),
    )
    tables, text = [], [f"【{title}】团长签收单"]
    for stop in papers.stops:
        rows: list[tuple[Cell, ...]] = []
        who = leader_of(stop, shows_phone=shows_phone)
        text.append(f"—— {'，'.join(who)} ——")
        for item in papers.at([stop]).items:
            rows.append((() if rows else cell(*who), (_item(item),), cell(quantity(item.due_milli, item.unit)), ()))
            text.append(f"{_item(item).plain()} {quantity(item.due_milli, item.unit)}")
        foot = _signed(stop) or f"实收 {SIGN}　缺损 {SIGN}　签名 {SIGN}"
        text += [foot] if stop.signed_at else []
        tables.append(Table(columns, tuple(rows), _caption(stop), foot))
    return Paper("团长签收单", title, sub, lines(text), tuple(tables))


def labels(papers: Papers, *, title: str, sub: str) -> Paper:
    """标签: one for each household's bag, in walking order."""
    groups = by_building(one for stop in papers.stops for one in stop.orders)
    made = tuple(
        Label(
            one.room or "没留房号",
            f"{one.seq} 号 {person(one.resident_name, one.host_name)}",
            tuple(_piece(line) for line in due_lines(one)),
            one.note or "",
        )
        for _, orders in groups
        for one in orders
    )
    return Paper("标签", title, sub, lines(_picking_text(title, groups)), labels=made)


def place_of(one: OrderView) -> str:
    """3-502 王姐."""
    return f"{one.room or '没留房号'} {person(one.resident_name, one.host_name)}"


def leader_of(stop: Stop, *, shows_phone: bool = False) -> tuple[str, ...]:
    """Who and where."""
    phone = stop.leader_phone if shows_phone else None
    return tuple(words for words in (f"{stop.leader_name} L{stop.leader_number}", stop.place, phone) if words)


def _caption(stop: Stop) -> str:
    crates = f"　共 {stop.crates} 箱" if stop.crates else ""
    return f"{stop.leader_name} L{stop.leader_number}{crates}"


def _signed(stop: Stop) -> str:
    """已签收 王姐 2026-05-02 07:40，缺损：少一盒."""
    remark = f"　缺损：{stop.remark}" if stop.remark else ""
    return f"已签收　{stop.signed_by}　{shown_time(stop.signed_at)}{remark}" if stop.signed_at else ""


Shares = Callable[[Item], Iterator[tuple[str, int]]]


def _households(item: Item) -> Iterator[tuple[str, int]]:
    for share in item.shares:
        yield place_of(share.order) if share.order else share.stop.place, share.milli


def _stops(item: Item) -> Iterator[tuple[str, int]]:
    for stop, milli in item.by_stop():
        yield " ".join(leader_of(stop)), milli


def _sorting(name: str, papers: Papers, title: str, sub: str, shares: Shares) -> Paper:
    text = [f"【{title}】{name}", *_sorting_text(papers, shares)]
    tables = (_sorting_table(papers, shares),) if papers.items else ()
    return Paper(name, title, sub, lines(text), tables)


def _sorting_table(papers: Papers, shares: Shares, caption: str = "", foot: str = "") -> Table:
    columns = (
        Column("编号", 8, 12),
        Column("商品", 27, 28),
        Column("总数量", 13, 20, "much"),
        Column("分拣明细", 52, 40),
    )
    rows = tuple(
        (
            cell(str(item.number)),
            (_item(item),),
            cell(quantity(item.due_milli, item.unit)),
            tuple(Piece(who, quantity(milli, item.unit)) for who, milli in shares(item)),
        )
        for item in papers.items
    )
    return Table(columns, rows, caption, foot)


def _sorting_text(papers: Papers, shares: Shares) -> Iterator[str]:
    for item in papers.items:
        yield f"{item.number}. {_item(item).plain()} {quantity(item.due_milli, item.unit)}"
        yield "　" + "、".join(f"{who} {quantity(milli, item.unit)}" for who, milli in shares(item))


def _item(item: Item) -> Piece:
    marks = (*_cold(item), *(("易混",) if item.alike else ()))
    return Piece(f"{item.name} {item.spec}".strip(), marks=marks)


def _piece(line: LineView) -> Piece:
    return Piece(f"{line.name} {line.spec}".strip(), _much(line), _cold(line))


def _much(line: LineView) -> str:
    return quantity(line.due_milli, line.unit)


def _cold(line: LineView | Item) -> tuple[str, ...]:
    return (cold(line.name, line.spec, line.storage),) if line.is_cold else ()
