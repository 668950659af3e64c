"""Lines of a 接龙 that are taken back where they stand: 烤鸭1❌, (撤)烤鸭1, 作废 小雨 烤鸭1, 取消."""

from __future__ import annotations

import re

_CANCEL = re.compile(
    r"^[\s(（\[【~❌✖×]*(?:已|全部|都|先|我|这单|订单|本单)*(?:取消|不要|撤销|撤单|撤"
    r"|退单|退掉|退出|退了|删除|删掉|删|作废|不接|不跟|不订|不买|不定|放弃|算了|勿要"
    r"|伐要|唔要|cancel|❌)(?:了|啦|掉|吧|哦|哈|勒|喇|接龙|订单|单子?|全部|谢谢|[\s)）\]】。!~❌])*$"
)
_CANCELLED_BEHIND = re.compile(
    r"\d\S{0,2}[\s,，]+(?:已|都|全部)?(?:取消|不要|撤单?|退单|作废|退掉|不接|不跟)(?:了"
    r"|啦|吧)?[\s。!]*$"
)
_TAG = r"(?:已)?(?:撤|取消|退|作废|不要|删除?)(?:了|单)?"
_STRUCK = re.compile(
    rf"(?:^|\s)[❌🚫⛔❎✖✗✕✘]|[❌🚫⛔❎✖✗✕✘]\ufe0f?\s*$|\u0336|^[^\d]{{0,12}}[(（【\[]\s?{_TAG}\s?[)）】\]]\s*\w"
    r"|^\s*(?:已?取消|已?作废|已?撤单?|已?退单|已?删除?|划掉|划去)[\s:：]+\S"
)
_TAG_IN_FRONT = re.compile(
    rf"\s*(?:[(（【\[]\s?{_TAG}\s?[)）】\]]\s*|(?:{_TAG}|划[掉去])[\s:：]+|[x×]\s+(?=\S.*\s[x×]\s*$))(?=\S)"
)


def is_struck(raw: str, content: str) -> bool:
    """Is the whole line taken back? `raw` as it was written, `content` what it asks for."""
    return any(
        found is not None for found in (_STRUCK.search(raw), _CANCEL.match(content), _CANCELLED_BEHIND.search(content))
    )


def without_tag(text: str) -> str:
    """`text` with blanks for 作废 or (已取消) in front of a name."""
    tag = _TAG_IN_FRONT.match(text)
    return text if tag is None else " " * tag.end() + text[tag.end() :]
