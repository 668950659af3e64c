"""Who may enter the console."""

from __future__ import annotations

from sqlalchemy import or_, select

from models import Work, operator
from operations.listings.paging import Page, contains, page

SORTS = ("name", "login")


def search(work: Work, *, text: str = "", role: str = "", sort: str = "name", number: int = 1) -> Page:
    """Operators by name, those who may enter first."""
    columns = (column for column in operator.c if column.name != "password_hash")
    statement = select(*columns)
    if role:
        statement = statement.where(operator.c.role == role)
    if text:
        statement = statement.where(or_(contains(operator.c.display_name, text), contains(operator.c.username, text)))
    by = operator.c.last_login_at.desc() if sort == "login" else operator.c.username
    return page(work, statement.order_by(operator.c.is_active.desc(), by, operator.c.id), number)
