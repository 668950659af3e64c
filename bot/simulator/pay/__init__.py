"""The simulated WeChat Pay: a merchant account with its own keys, orders, refunds, splits, bills and notifications.

Written from the public description and from nothing the bot uses: it judges the bot. Sources, all below
https://pay.weixin.qq.com/doc/v3/merchant/ : 4012791856 (JSAPI), 4012791877 (Native), 4013070368 (notifications),
4013071036 (refunds), 4013080034 (profit sharing), 4013071203 (bills).
"""

from .sim import PaySim

__all__ = ["PaySim"]
