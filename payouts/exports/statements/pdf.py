"""A sheet as a PDF: A4, page x of y, table heads on every page. The same sheet is the same bytes."""

import io
from collections.abc import Sequence

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from payouts.exports.statements import fonts
from payouts.exports.statements.sheet import Cell, Column, Sheet, Table

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 48.0, WIDTH - 48, HEIGHT - 48, 60.0
SIZE, LEADING, GAP = 8.0, 11.0, 8.0
INK, QUIET, LINE = HexColor("#13202c"), HexColor("#566573"), HexColor("#bcc6d0")
PAGES = "pages"
_CELL_LINES = 3
Places = list[tuple[Column, float, float]]


def write(sheet: Sheet) -> bytes:
    """The whole PDF. Rows are taken one at a time; what is kept is the pages."""
    fonts.load()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, pageCompression=1, lang=sheet.language)
    canvas.setTitle(sheet.title)
    canvas.setSubject(sheet.title)
    canvas.setAuthor(sheet.issuer)
    canvas.setCreator(sheet.issuer)
    paper = _Paper(canvas, sheet)
    paper.head()
    for table in sheet.tables:
        paper.table(table)
    paper.paragraph(sheet.note)
    paper.end()
    return file.getvalue()


class _Paper:
    """The canvas and how far down its page is written."""

    def __init__(self, canvas: Canvas, sheet: Sheet) -> None:
        self.canvas, self.sheet = canvas, sheet
        self.y, self.page = TOP, 1

    def text(
        self, x: float, words: str, *, size: float = SIZE, bold: bool = False, right: bool = False
    ) -> None:
        """Words on the present line from x, or up to x."""
        written = self.canvas.beginText(x - fonts.width(words, size, bold=bold) if right else x, self.y)
        for font, letters in fonts.runs(words, bold=bold):
            written.setFont(font, size)
            written.textOut(letters)
        self.canvas.drawText(written)

    def rule(self, *, up: float = 3.0) -> None:
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(LEFT, self.y + LEADING - up, RIGHT, self.y + LEADING - up)

    def head(self) -> None:
        """Issuer, title, the seller's address, and the facts beside it."""
        self.canvas.setFillColor(INK)
        self.y -= 10
        self.text(LEFT, self.sheet.issuer, size=10, bold=True)
        self.y -= 26
        for line in fonts.wrapped(self.sheet.title, 16, RIGHT - LEFT, most=2, bold=True):
            self.text(LEFT, line, size=16, bold=True)
            self.y -= 20
        top = self.y - 6
        self.y = top
        for part in self.sheet.to:
            for line in fonts.wrapped(part, 9, 200, most=4, bold=part is self.sheet.to[0]):
                self.text(LEFT, line, size=9, bold=part is self.sheet.to[0])
                self.y -= 12
        lowest, self.y = self.y, top
        for term, answer in self.sheet.facts:
            self.canvas.setFillColor(QUIET)
            self.text(268, term)
            self.canvas.setFillColor(INK)
            for line in fonts.wrapped(answer, SIZE, RIGHT - 390, most=4):
                self.text(390, line)
                self.y -= LEADING
        self.y = min(lowest, self.y) - GAP

    def table(self, table: Table) -> None:
        """The table; where a page ends it goes on under its head on the next."""
        self.room(5 * LEADING + GAP)
        self.y -= GAP + 4
        self.text(LEFT, table.heading, size=10, bold=True)
        self.y -= LEADING + 4
        places = _places(table.columns)
        if table.rows:  # a list without rows; what is read from the database is not asked before
            self.columns(places)
        for row in table.rows:
            self.row(places, row)
        if table.rows and table.total is not None:
            words, amount = table.total
            self.room(LEADING + 4)
            self.rule()
            self.y -= 3
            self.text(LEFT, words, bold=True)
            self.text(RIGHT, str(amount), bold=True, right=True)
            self.y -= LEADING
        self.paragraph(table.note)

    def columns(self, places: Places) -> None:
        self.canvas.setFillColor(QUIET)
        for column, left, right in places:
            self.text(right if column.numeric else left, column.heading, size=7, right=column.numeric)
        self.canvas.setFillColor(INK)
        self.y -= LEADING
        self.rule()
        self.y -= 2

    def row(self, places: Places, row: Sequence[Cell]) -> None:
        cells = [
            fonts.wrapped(str(cell), SIZE, right - left, most=_CELL_LINES)
            for cell, (_, left, right) in zip(row, places, strict=True)
        ]
        tall = max(len(lines) for lines in cells) * LEADING + 2
        if self.room(tall):
            self.columns(places)
        top = self.y
        for (column, left, right), lines in zip(places, cells, strict=True):
            self.y = top
            for line in lines:
                self.text(right if column.numeric else left, line, right=column.numeric)
                self.y -= LEADING
        self.y = top - tall

    def paragraph(self, words: str) -> None:
        """A sentence or two in small type, where there are any."""
        if not words:
            return
        self.room(2 * LEADING)
        self.y -= 4
        self.canvas.setFillColor(QUIET)
        for line in fonts.wrapped(words, SIZE, RIGHT - LEFT, most=4):
            self.text(LEFT, line)
            self.y -= LEADING
        self.canvas.setFillColor(INK)

    def room(self, wanted: float) -> bool:
        """There are so many points left on the page; answers whether it is a new one."""
        if self.y - wanted >= BOTTOM:
            return False
        self.foot()
        self.canvas.showPage()
        self.canvas.setFillColor(INK)
        self.page += 1
        self.y = TOP - SIZE
        return True

    def foot(self) -> None:
        """Title and page. The number of all pages is a form that the last page fills in for every one."""
        self.y = BOTTOM - 24
        self.canvas.setFillColor(QUIET)
        self.text(LEFT, f"{self.sheet.issuer}  {self.sheet.title}".strip(), size=7)
        words, end = self.sheet.page_of(self.page), RIGHT - 24
        self.text(end, words, size=7, right=True)
        self.canvas.saveState()
        self.canvas.translate(end + 3, self.y)
        self.canvas.doForm(PAGES)
        self.canvas.restoreState()

    def end(self) -> None:
        self.foot()
        self.canvas.showPage()
        self.canvas.beginForm(PAGES, 0, -2, 24, 10)
        self.canvas.setFillColor(QUIET)
        self.canvas.setFont(fonts.PLAIN, 7)
        self.canvas.drawString(0, 0, str(self.page))
        self.canvas.endForm()
        self.canvas.save()


def _places(columns: Sequence[Column]) -> Places:
    """Each column with its left and right edge; the last one ends where the page does."""
    unit, at = (RIGHT - LEFT) / sum(column.width for column in columns), LEFT
    places = []
    for column in columns:
        end = at + column.width * unit
        places.append((column, at, end - (0 if column is columns[-1] else 6)))
        at = end
    return places
