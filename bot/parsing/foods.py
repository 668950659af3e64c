# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Everyday words for goods: which words mean the same thing, and which words are goods at all.

Used in two ways. A regional or foreign word finds the item that is sold under its usual name (洋山芋 -> 土豆). And a
word that is a thing of its own is never taken for a misspelling of another (李子 is not 梨子).
"""

from __future__ import annotations

from typing import Final

_SYNONYMS: Final = """
土豆 马铃薯 洋芋 洋山芋 薯仔 洋番薯 地蛋 potato potatoes
西红柿 番茄 洋柿子 蕃茄 tomato tomatoes
红薯 番薯 地瓜 山芋 甘薯 红苕 白薯 番茹 sweetpotato
玉米 苞米 包谷 苞谷 粟米 corn
黄瓜 青瓜 胡瓜 cucumber cucumbers
茄子 落苏 矮瓜 eggplant
卷心菜 包菜 圆白菜 椰菜 甘蓝 包心菜 莲花白 洋白菜 高丽菜 cabbage
花菜 花椰菜 菜花 椰菜花 cauliflower
西兰花 西蓝花 绿花菜 broccoli
胡萝卜 红萝卜 甘笋 carrot carrots
白萝卜 萝卜 莱菔 radish
香菜 芫荽 芫茜 盐须
青菜 上海青 小青菜 小油菜 油菜 瓢儿白
空心菜 通菜 蕹菜 藤菜
菠菜 菠薐菜 spinach
生菜 唐生菜 lettuce
四季豆 芸豆 豆角 刀豆 玉豆
毛豆 枝豆
蚕豆 胡豆
南瓜 饭瓜 番瓜 pumpkin
冬瓜
苦瓜 凉瓜
丝瓜 胜瓜
洋葱 圆葱 葱头 onion onions
蒜 大蒜 蒜头 garlic
姜 生姜 老姜 ginger
辣椒 辣子 番椒 chili
青椒 甜椒 灯笼椒 菜椒 柿子椒
莴笋 莴苣 香莴笋
荸荠 马蹄 地梨
蘑菇 口蘑 白蘑菇 mushroom mushrooms
香菇 冬菇
豆腐 水豆腐 tofu
白菜 大白菜
山药 淮山 怀山
豆芽 绿豆芽 芽菜
苹果 apple apples
梨 梨子 pear pears
桃子 桃 蜜桃 水蜜桃 peach peaches
草莓 士多啤梨 strawberry strawberries
葡萄 grape grapes
樱桃
车厘子 cherry cherries
香蕉 banana bananas
橙子 橙 脐橙 甜橙 orange oranges
橘子 桔子 mandarin
柠檬 lemon lemons
西瓜 寒瓜 watermelon
哈密瓜 蜜瓜 melon
猕猴桃 奇异果 弥猴桃 kiwi kiwis
菠萝 凤梨 pineapple
芒果 mango mangoes mangos
蓝莓 blueberry blueberries
火龙果 dragonfruit
榴莲 榴梿 durian
荔枝 lychee
桂圆 龙眼
李子 布冧 布林 plum plums
杨梅
柚子 文旦 pomelo
柿子
石榴
枇杷
牛油果 鳄梨 avocado avocados
花生 长生果 落花生 peanut peanuts
鸡蛋 鸡子 鸡子儿 egg eggs
鸭蛋
牛奶 鲜奶 牛乳 milk
酸奶 优格 酸牛奶 yogurt yoghurt
豆浆 soymilk soy_milk
奶酪 芝士 起司 cheese
黄油 牛油 butter
面包 bread
吐司 多士 方包 toast
曲奇 cookie cookies
蛋糕 cake cakes
饼干 biscuit biscuits cracker
巧克力 朱古力 chocolate
冰淇淋 雪糕 冰激凌 icecream
可颂 牛角包 croissant croissants
蛋挞 葡挞 egg_tart egg_tarts eggtart eggtarts tart tarts
司康 scone scones
贝果 bagel bagels
全麦面包 whole_wheat_bread whole_wheat wholewheat
牛肉丸 牛丸 beef_ball beef_balls meatball meatballs
烧卖 烧麦 siumai shumai
春卷 spring_roll spring_rolls
三明治 sandwich sandwiches
甜甜圈 donut donuts doughnut doughnuts
松饼 muffin muffins
泡芙 puff puffs
月饼 mooncake mooncakes
披萨 比萨 pizza pizzas
馒头 馍 馍馍
包子 bun buns
饺子 水饺 dumpling dumplings
馄饨 云吞 抄手 wonton wontons
面条 挂面 noodle noodles
大米 rice
猪肉 豚肉 pork
牛肉 beef
羊肉 lamb mutton
鸡肉 chicken
排骨 猪小排 小排 ribs
鸡翅 鸡翼 wings chicken_wing chicken_wings
鸡爪 凤爪 鸡脚
猪蹄 猪手 猪脚
虾 shrimp shrimps prawn prawns
螃蟹 crab crabs
鱼 fish
鱼丸 鱼圆 鱼蛋
肉丸 肉圆
三文鱼 鲑鱼 salmon
牛排 steak steaks
香肠 腊肠 sausage sausages
火腿 ham
咖啡 coffee
茶叶 tea
果汁 juice
橙汁 orange_juice
气泡水 sparkling_water
燕麦奶 oat_milk oatmilk
生蚝 oyster oysters
鲈鱼 sea_bass seabass
花生油 peanut_oil
五花肉 pork_belly
洗洁精 dish_soap
厨房纸 paper_towel paper_towels kitchen_paper
牙刷 toothbrush toothbrushes
向日葵 sunflower sunflowers
康乃馨 carnation carnations
大闸蟹 hairy_crab hairy_crabs
蓝莓 blueberries
山竹 mangosteen mangosteens
黄酒 yellow_wine
椰子水 coconut_water
小米 millet
可乐 cola coke
啤酒 beer
矿泉水 water
酱油 豉油
抽纸 纸巾 面巾纸 餐巾纸 tissue tissues
卷纸 卫生纸 厕纸 草纸 toilet_paper
洗衣液 洗衣水 detergent laundry_detergent
洗洁精 洗碗液 洗洁净
肥皂 番枧 soap
牙膏 toothpaste
电池 干电池 电芯 battery batteries
毛巾 面巾 towel towels
雨伞 遮 umbrella
垃圾袋 trashbag
消毒液 消毒水
口罩 mask masks
鲜花 flower flowers
玫瑰 玫瑰花 rose roses
百合 百合花 lily
黄鳝 鳝鱼
"""

_OTHERS: Final = """
鲶鱼 鳗鱼 鲤鱼 鲢鱼 石斑鱼 多宝鱼 金枪鱼 秋刀鱼 沙丁鱼 牛蛙 田螺 河蚌 魔芋 菱角 兔肉 驴肉 鹅肉 鸭肉 鸭掌 羊杂 牛杂 牛舌 扁豆 松子 榛子
芭蕉 雪梨 豆奶 提子 车厘子 蛇果 砂糖橘 沙田柚 生抽 老抽 大闸蟹 肋排 水瓜 冰棍 虾子 珍珠米 实心包 柑橘
鸡 鸭 鹅 鱼头 鱼丸 鱼片 鱼干 鱼子 鸡腿 鸡胸 鸡胸肉 鸡块 鸡米花 土鸡 乌鸡 老母鸡 三黄鸡 烧鸡 烤鸡 炸鸡 鸭脖 鸭腿 烤鸭 鸭血 鹅蛋 鹌鹑蛋 鸽子 鸽子蛋 咸鸭蛋 皮蛋 咸蛋 茶叶蛋 卤蛋
猪肝 猪肚 猪心 猪血 猪油 五花肉 里脊 里脊肉 肉末 肉丸 牛腩 牛腱 牛腱子 牛肚 牛肉丸 牛肉干 羊排 羊腿 腊肉 培根 带鱼 黄鱼 鲈鱼 鲫鱼 草鱼 鳕鱼 龙利鱼 鱿鱼 章鱼 墨鱼 黄鳝 泥鳅 甲鱼 小龙虾 龙虾 虾仁 虾皮 虾米 基围虾 皮皮虾 生蚝 扇贝 花甲 花蛤 蛤蜊 蛏子 鲍鱼 海参 海带 紫菜 海蜇
白菜 大白菜 娃娃菜 小白菜 鸡毛菜 荠菜 韭菜 韭黄 芹菜 西芹 茼蒿 苋菜 油麦菜 芥蓝 菜心 芥菜 雪菜 梅干菜 酸菜 泡菜 榨菜 咸菜 芦笋 竹笋 春笋 冬笋 笋 藕 莲藕 山药 芋头 芋艿 百合 茭白 秋葵 葫芦 瓠瓜 西葫芦 节瓜 佛手瓜 小米椒 尖椒 彩椒 香葱 小葱 大葱 葱 蒜苗 蒜薹 蒜苔 木耳 银耳 金针菇 杏鲍菇 平菇 茶树菇 豌豆 荷兰豆 豆干 豆皮 千张 腐竹 素鸡 面筋 油豆腐 豆腐干 豆腐脑 豆花 黄豆 绿豆 红豆 黑豆 芝麻 核桃 腰果 杏仁 开心果 瓜子 板栗 栗子 红枣 枣 冬枣 枸杞 莲子 桂花 薏米 小米 糯米 黑米 燕麦 面粉 粉丝 粉条 米粉 米线 年糕 汤圆 粽子 青团 元宵 月饼 烧饼 煎饼 手抓饼 葱油饼 油条 麻花 花卷 烧卖 春卷 锅贴 生煎 小笼包 肉包 菜包 豆沙包 披萨 汉堡 三明治 蛋挞 泡芙 布丁 麻薯 糖果 糖 薯片 薯条 锅巴 辣条 果冻 话梅 葡萄干 果干 坚果 海苔 方便面 泡面 火锅 火锅底料 螺蛳粉 自热锅 罐头
蜂蜜 红糖 白糖 冰糖 盐 食盐 醋 米醋 陈醋 料酒 蚝油 酱 豆瓣酱 甜面酱 番茄酱 沙拉酱 辣椒酱 老干妈 花椒 八角 胡椒 胡椒粉 味精 鸡精 油 花生油 玉米油 菜籽油 橄榄油 大豆油 色拉油 香油 麻油 芝麻油 调和油 白酒 红酒 黄酒 葡萄酒 饮料 汽水 雪碧 奶茶 椰汁 椰子 椰青 苏打水 酸梅汤 气泡水 果酒 苹果汁 橙汁 苹果醋 奶粉 羊奶 纯牛奶 乳酪 奶片 奶油 淡奶油 炼乳
杏 杏子 桑葚 甘蔗 山楂 山竹 木瓜 百香果 西柚 葡萄柚 金桔 柑 丑橘 沃柑 粑粑柑 车厘子 树莓 黑莓 油桃 黄桃 蟠桃 毛桃 香梨 鸭梨 雪梨 酥梨 青苹果 红提 青提 阳光玫瑰 小番茄 圣女果 香瓜 甜瓜 羊角蜜 菠萝蜜 释迦 杨桃 莲雾 番石榴 芭乐 人参果 无花果 橄榄 青枣 蜜枣 香榧
洗发水 沐浴露 洗手液 洗面奶 护发素 护手霜 面膜 牙刷 拖把 扫把 抹布 保鲜膜 保鲜袋 塑料袋 湿巾 尿不湿 纸尿裤 卫生巾 棉签 蚊香 杀虫剂 消毒液 酒精 84 洁厕灵 衣架 拖鞋 袜子 被子 床单 枕头 毛毯 杯子 保温杯 碗 筷子 锅 炒锅 平底锅 刀 菜刀 砧板 灯泡 插座 充电宝 数据线 胶带 剪刀 口香糖 猫粮 狗粮 猫砂 花盆 绿植 多肉 康乃馨 向日葵 郁金香 菊花 绣球 满天星 牛肉面 鸡蛋面 鸡蛋糕 鸡蛋饼 鸡蛋卷 牛奶糖 奶糖 草莓酱 果酱 花生酱 苹果派 土豆泥 土豆粉 玉米面 玉米粒 玉米糁 葱油 黄瓜条 豆腐乳 腐乳 柠檬水 柠檬茶 柠檬片 虾饺 虾滑 虾片 虾酱 鱼饼 香蕉片 芒果干 草莓干 地瓜干 红薯干 红薯粉
便当 盒饭 快餐 套餐 寿司 烤肠 烤串 凉皮 凉面 炒饭 炒面 卤味 卤菜 熟食
"""

CATEGORIES: Final = frozenset(
    "零嘴 水果 蔬菜 菜 肉 海鲜 零食 饮料 点心 早餐 主食 面点 甜品 日用品 干货 调料 糕点 小吃 fruit fruits vegetables meat 果 吃的 喝的 用的".split()
)
"""Words for whole shelves: 随便来点水果 never names one item."""


def _groups() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(word.replace("_", " ") for word in line.split()) for line in _SYNONYMS.strip().splitlines())


SYNONYMS: Final = _groups()
"""Groups of words for the same thing."""

GOODS: Final = frozenset(word for group in SYNONYMS for word in group) | frozenset(_OTHERS.split()) | CATEGORIES
"""Words that are goods in their own right."""
