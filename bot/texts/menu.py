"""The official account's menu: what is tapped most. Keys are read by `handlers.events`."""

from __future__ import annotations

from typing import Any

MENU: dict[str, Any] = {
    "button": [
        {
            "name": "团购",
            "sub_button": [
                {"type": "click", "name": "现在能订什么", "key": "ROUNDS"},
                {"type": "click", "name": "我的订单", "key": "MY_ORDERS"},
                {"type": "click", "name": "取货码", "key": "MY_CODE"},
            ],
        },
        {
            "name": "团长",
            "sub_button": [
                {"type": "click", "name": "统计", "key": "TOTALS"},
                {"type": "scancode_waitmsg", "name": "扫码核销", "key": "VERIFY"},
                {"type": "click", "name": "我的主页", "key": "PAGE"},
                {"type": "click", "name": "后台", "key": "CONSOLE"},
            ],
        },
        {"type": "click", "name": "帮助", "key": "HELP"},
    ]
}
