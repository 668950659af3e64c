"""A paper as a PDF file, on A4 or on a 58 mm roll, with its fonts inside.

Ideographs come from the shipped font, Latin letters from the PDF's own Helvetica. What neither has (emoji, the rarest
characters) is printed as 〓, and a line at the end says so.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepInFrame, PageBreak, PageTemplate, Paragraph, Spacer
from reportlab.platypus import Table as PdfTable

from web.paper import Cell, Label, Paper, Piece, Table

FONT_FILE = Path(__file__).parent / "fonts" / "DroidSansFallbackFull.ttf"
CHINESE, LATIN = "DroidSansFallback", "Helvetica"
MISSING = "〓"
MISSING_SAID = f"{MISSING} 是这份文件印不出来的字，在网页上打印可以印出来。"
ROLL = (58 * mm, 297 * mm)
LABEL = (58 * mm, 40 * mm)
_LABELS_ACROSS = 3
# Of no width, and of no use on paper.
_INVISIBLE = {"\u200b", "\u200d", "\ufe0e", "\ufe0f"}


def write_pdf(paper: Paper, *, size: str = "a4") -> bytes:
    """The file. `size` is "a4" or "roll"; labels on a roll are one sheet each."""
    is_roll = size == "roll"
    kit = _Kit(is_roll)
    if is_roll and paper.labels:
        sheets = [part for label in paper.labels for part in (kit.label(label, LABEL), PageBreak())]
        return _print(LABEL, sheets, margin=2 * mm, is_numbered=False)
    story: list[Flowable] = [
        kit.paragraph(f"{paper.title} {paper.name}", kit.title),
        kit.paragraph(paper.sub, kit.small),
        Spacer(0, 2 * mm),
    ]
    if paper.labels:
        story.append(kit.label_sheet(paper.labels))
    for table in paper.tables:
        story += kit.table(table)
    if kit.has_missing:
        story.append(kit.paragraph(MISSING_SAID, kit.small))
    return _print(ROLL if is_roll else A4, story, margin=2.5 * mm if is_roll else 12 * mm, is_numbered=not is_roll)


def runs(text: str) -> Iterator[tuple[str, str]]:
    """(font, words): a text cut into what each font can print."""
    fonts = _fonts()
    shown = [piece for char in text if char not in _INVISIBLE for piece in _printable(char)]
    for is_latin, chars in groupby(shown, key=lambda char: char in fonts["latin"]):
        yield LATIN if is_latin else CHINESE, "".join(chars)


def _printable(char: str) -> str:
    """The character, or plainer ones that look alike (① -> 1), or the sign for what cannot be printed."""
    known = _fonts()["known"]
    if char in known:
        return char
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain and all(one in known for one in plain) else MISSING


@cache
def _fonts() -> dict[str, frozenset[str]]:
    """What each font can print. The file is read once per process: a quarter of a second."""
    font = TTFont(CHINESE, str(FONT_FILE))
    pdfmetrics.registerFont(font)
    chinese = frozenset(map(chr, font.face.charToGlyph))
    # Helvetica is printed in the encoding of Windows-1252.
    latin = frozenset(bytes([code]).decode("cp1252", "ignore") for code in range(32, 256)) - {"", "\xad", "\x7f"}
    return {"latin": latin, "known": latin | chinese}


class _Kit:
    """Styles and flowables of one sheet size."""

    def __init__(self, is_roll: bool) -> None:
        _fonts()
        self.is_roll, self.has_missing = is_roll, False
        self.width = (ROLL[0] - 5 * mm) if is_roll else (A4[0] - 24 * mm)
        base = 8.5 if is_roll else 10.5
        self.body = self._style("body", base)
        self.much = self._style("much", base + 1)
        self.small = self._style("small", base - 1.5, textColor=colors.HexColor("#444444"))
        self.title = self._style("title", base + 4, spaceAfter=1 * mm)
        self.caption = self._style("caption", base + 1.5, spaceBefore=2 * mm, spaceAfter=1 * mm)
        self.tick = self._style("tick", base + 1, alignment=TA_CENTER)

    @staticmethod
    def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
        return ParagraphStyle(name, fontName=CHINESE, fontSize=size, leading=size * 1.32, wordWrap="CJK", **more)

    def paragraph(self, text: str, style: ParagraphStyle) -> Paragraph:
        return Paragraph(self._marked_up(text), style)

    def table(self, table: Table) -> list[Flowable]:
        """Caption, table and line to sign on; the head is repeated on every page."""
        widths = [self.width * (column.roll if self.is_roll else column.width) / 100 for column in table.columns]
        rows = [[self.paragraph(column.heading, self.small) for column in table.columns]]
        rows += [
            [self._cell(one, column.style) for one, column in zip(row, table.columns, strict=True)]
            for row in table.rows
        ]
        made = PdfTable(rows, colWidths=widths, repeatRows=1, splitInRow=1)
        grid = (
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey)
            if self.is_roll
            else ("GRID", (0, 0), (-1, -1), 0.4, colors.grey)
        )
        pad = 1 if self.is_roll else 3
        made.setStyle(
            [
                grid,
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#eeeeee")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *(
                    (side, (0, 0), (-1, -1), pad)
                    for side in ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
                ),
            ]
        )
        caption = [self.paragraph(table.caption, self.caption)] if table.caption else []
        foot = [Spacer(0, 3 * mm), self.paragraph(table.foot, self.body)] if table.foot else []
        return [*caption, made, *foot, Spacer(0, 3 * mm)]

    def _cell(self, pieces: Cell, style: str) -> Paragraph:
        if style == "tick":
            return self.paragraph("".join(piece.text for piece in pieces).replace("☐", ""), self.tick)
        return Paragraph("<br/>".join(map(self._piece, pieces)), self.much if style == "much" else self.body)

    def _piece(self, piece: Piece) -> str:
        """How much stands a little larger: the font has no bold."""
        marks = f"【{'】【'.join(piece.marks)}】" if piece.marks else ""
        much = f' <font size="{self.much.fontSize}">{self._marked_up(piece.much)}</font>' if piece.much else ""
        return f"{self._marked_up(piece.text + marks)}{much}"

    def label(self, label: Label, size: tuple[float, float]) -> Flowable:
        """One label; what is too long is made smaller until it fits."""
        parts: list[Flowable] = [
            self.paragraph(label.place, self._style("place", 14)),
            self.paragraph(label.who, self.body),
            *(Paragraph(self._piece(piece), self.body) for piece in label.items),
        ]
        if label.note:
            parts.append(self.paragraph(f"备注：{label.note}", self.small))
        return KeepInFrame(size[0] - 5 * mm, size[1] - 4 * mm, parts, mode="shrink", fakeWidth=False)

    def label_sheet(self, labels: tuple[Label, ...]) -> Flowable:
        """Labels in a grid to cut apart."""
        size = (self.width / _LABELS_ACROSS, 38 * mm)
        cells = [self.label(label, size) for label in labels]
        cells += [Spacer(0, 0)] * (-len(cells) % _LABELS_ACROSS)
        rows = [cells[at : at + _LABELS_ACROSS] for at in range(0, len(cells), _LABELS_ACROSS)]
        made = PdfTable(rows, colWidths=size[0], rowHeights=size[1])
        made.setStyle(
            [("GRID", (0, 0), (-1, -1), 0.3, colors.lightgrey, None, (2, 2)), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        )
        return made

    def _marked_up(self, text: str) -> str:
        found = list(runs(text))
        self.has_missing = self.has_missing or any(MISSING in words for _, words in found)
        return "".join(f'<font name="{font}">{escape(words)}</font>' for font, words in found)


def _print(size: tuple[float, float], story: list[Flowable], *, margin: float, is_numbered: bool) -> bytes:
    out = io.BytesIO()
    document = BaseDocTemplate(out, pagesize=size, title="", author="", invariant=1)
    frame = Frame(
        margin, margin, size[0] - 2 * margin, size[1] - 2 * margin,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=_number if is_numbered else _nothing))
    document.build(story)
    return out.getvalue()


def _number(canvas: Canvas, document: Any) -> None:
    canvas.setFont(LATIN, 8)
    canvas.drawCentredString(A4[0] / 2, 6 * mm, str(document.page))


def _nothing(_canvas: Canvas, _document: Any) -> None:
    """A roll has no pages."""
