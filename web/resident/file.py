"""`/x/<token>`: the workbook a leader asked for in chat with 「导出」. The link works for ten minutes."""

from __future__ import annotations

from werkzeug.wrappers import Response

from operations import links
from operations.errors import LinkDead
from web.auth import allow
from web.resident.blueprint import public
from web.sheets import order_sheet
from web.site import show_problem, site


@public.get("/x/<token>")
@allow(public=True)
def export_file(token: str) -> Response:
    """Fetching it changes nothing; that it was asked for is in the action log already."""
    try:
        with site().store.read() as work:
            link = links.look_at_export(work, token)
    except LinkDead:
        return show_problem(410, "这个下载链接已经过期。请在公众号里再发一次「导出」。")
    return order_sheet(link.leader_id, int(link.target["round_id"]))
