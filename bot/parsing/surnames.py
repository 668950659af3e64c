# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""What people are called by their surname: 王阿姨, 老李家, 姓陈."""

from __future__ import annotations

import re
from typing import Final

_SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"


CALLED: Final = re.compile(
    rf"(?:姓[{_SURNAMES}](?![一-龥]?[女先])|[{_SURNAMES}](?:阿姨|叔叔|叔|姨|姐姐|姐|哥|嫂|奶奶|爷爷|伯伯|伯|婶|师傅|师母|伯母|阿婆|阿公|老太|老师|先生|女士|小姐|太太|太|总|医生|大妈|大爷|大姐|大哥|大娘|大嫂|大伯|大叔|孃孃|嬢嬢|嬷嬷|姑姑|姑|舅妈|舅舅|舅|姥姥|姥爷|外婆|外公|校长|主任|经理|局长|院长|处长|科长|厂长|队长|班长|组长|店长|园长|站长|会长|律师|教练|护士|警官|书记|会计|大夫|教授|博士|秘书|助理|家(?!具|电|里)|妈妈|爸爸|妈|爸|工|婆婆|老板)|[老小阿][{_SURNAMES}](?!斤|盒|袋))(?:家|那边)?"
)
"""A calling and the household behind it."""
CALLED_FROM: Final = frozenset(_SURNAMES + "老小阿姓")
"""What a calling begins with."""
