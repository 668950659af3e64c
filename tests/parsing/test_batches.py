"""What leaders say about telling people in batches."""

from __future__ import annotations

import pytest

from bot.parsing.batches import Batches, read_batches


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        ("每栋间隔15分钟", Batches(15, ()), ""),
        ("每栋隔十五分钟", Batches(15, ()), ""),
        ("每栋楼间隔半小时", Batches(30, ()), ""),
        ("每批20分钟", Batches(20, ()), ""),
        ("间隔10分", Batches(10, ()), ""),
        ("分批", Batches(None, ()), ""),
        ("分批通知", Batches(None, ()), ""),
        ("按楼栋来取", Batches(None, ()), ""),
        ("分批 先3号楼", Batches(None, ("3",)), ""),
        ("先5号楼、3号楼，再别的楼", Batches(None, ("5", "3")), "再别的楼"),
        ("从5栋开始 每栋间隔10分钟", Batches(10, ("5",)), ""),
        ("3号楼先", Batches(None, ("3",)), ""),
        ("先A座 B座", Batches(None, ("A", "B")), ""),
        ("先2期3号楼", Batches(None, ("2-3",)), ""),
        ("草莓少3 鸡蛋破2 每栋间隔15分钟", Batches(15, ()), "草莓少3 鸡蛋破2"),
        ("分批，草莓少3", Batches(None, ()), "草莓少3"),
        ("草莓少3", None, "草莓少3"),
        ("2", None, "2"),
        ("", None, ""),
    ],
)
def test_batches(text: str, found: Batches | None, rest: str) -> None:
    assert read_batches(text) == (found, rest)
