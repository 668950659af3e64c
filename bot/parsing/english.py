# ruff: noqa: E501 - rows of words
"""Goods named in English: the words of a name, each with the Chinese it stands for, choose among what is sold.

`durian pizza` is 榴莲披萨, `the blueberry one` what has 蓝莓 in its name, `big pack湿巾` the bigger of two. A noun must be
what the goods are (egg is 鸡蛋 and not 鸡蛋面), a kind only has to stand in the name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.names import folded, full_names
from bot.parsing.quantity import UNIT_PATTERN, canonical_unit
from bot.parsing.tokens import Token, longest
from bot.parsing.values import Item

_NOUNS: Final = """
苹果 apple; 梨 pear; 桃 peach; 葡萄,提,阳光玫瑰,晴王 grape; 红提 red_grape; 青提 green_grape; 樱桃,车厘子 cherry; 草莓 strawberry; 蓝莓 blueberry; 树莓 raspberry; 香蕉 banana; 橙 orange navel_orange; 橘,桔,柑 mandarin tangerine clementine; 柠檬 lemon; 青柠 lime; 西柚,葡萄柚 grapefruit; 柚 pomelo; 西瓜 watermelon; 蜜瓜,西瓜,瓜 melon; 哈密瓜,蜜瓜 cantaloupe honeydew; 火龙果 dragon_fruit dragonfruit pitaya; 芒 mango; 芒果 mangoes; 菠萝,凤梨 pineapple; 荔枝 lychee litchi; 龙眼,桂圆 longan; 榴莲 durian; 山竹 mangosteen; 猕猴桃,奇异果 kiwi kiwifruit kiwi_fruit; 李子,李 plum; 杏 apricot; 枣 jujube; 椰青,椰子 coconut; 木瓜 papaya; 百香果 passion_fruit passionfruit; 石榴 pomegranate; 柿 persimmon; 枇杷 loquat; 杨梅 bayberry waxberry; 无花果 fig; 牛油果 avocado; 番茄,西红柿 tomato; 小番茄,圣女果 cherry_tomato
土豆 potato; 红薯,地瓜,番薯,烟薯 sweet_potato sweetpotato yam; 玉米 corn sweetcorn; 黄瓜,青瓜 cucumber; 茄子,茄 eggplant aubergine; 白菜 chinese_cabbage napa napa_cabbage; 包菜,卷心菜,白菜 cabbage; 菠菜 spinach; 生菜 lettuce; 芹菜 celery; 萝卜 radish daikon; 胡萝卜 carrot; 南瓜 pumpkin; 丝瓜 loofah luffa; 苦瓜 bitter_melon bitter_gourd; 洋葱 onion; 葱 scallion spring_onion green_onion; 蒜 garlic; 姜 ginger; 辣椒,椒 pepper chili chilli; 青椒 green_pepper; 毛豆 edamame; 豆 bean; 豆腐 tofu beancurd; 豆芽 bean_sprout; 菇 mushroom; 藕 lotus_root; 笋 bamboo_shoot; 芦笋 asparagus; 西兰花 broccoli; 花菜 cauliflower; 青菜,小白菜,上海青 bok_choy pak_choi; 山药 chinese_yam; 芋 taro
核桃 walnut; 花生 peanut; 杏仁 almond; 腰果 cashew; 开心果 pistachio; 栗 chestnut; 瓜子 sunflower_seed melon_seed; 坚果 nut mixed_nut; 葡萄干 raisin
大米,米 rice; 小米 millet; 糯米 sticky_rice glutinous_rice; 面粉 flour; 面 noodle; 米粉,粉丝,粉条 rice_noodle vermicelli; 燕麦 oat oatmeal; 面包 bread; 吐司,面包 toast; 包子,包 bun baozi; 馒头,馍 steamed_bun mantou; 菠萝包 pineapple_bun; 饺 dumpling; 馄饨,云吞 wonton; 汤圆 tangyuan; 粽 zongzi rice_dumpling; 年糕 rice_cake; 贝果 bagel; 可颂,牛角包 croissant; 曲奇,饼干 cookie; 饼干 biscuit cracker; 海绵蛋糕 sponge_cake; 芝士蛋糕 cheesecake; 蛋糕 cake; 蛋挞 tart egg_tart; 披萨,比萨 pizza; 三明治 sandwich; 汉堡 burger hamburger; 冰淇淋,冰激凌,雪糕 ice_cream icecream; 巧克力 chocolate; 薯片 chip potato_chip; 奶酪棒 cheese_stick string_cheese; 奶酪,芝士 cheese; 黄油 butter; 酸奶 yogurt yoghurt; 牛奶,鲜奶,奶 milk; 羊奶 goat_milk; 豆浆,豆奶 soy_milk soymilk; 燕麦奶 oat_milk oatmilk; 橙汁 orange_juice; 果汁,汁 juice; 可乐 coke cola; 汽水 soda; 气泡水 sparkling_water; 矿泉水,纯净水,水 water mineral_water bottled_water; 咖啡 coffee; 挂耳 drip_coffee drip_bag; 绿茶 green_tea; 红茶 black_tea; 花茶 jasmine_tea flower_tea; 茶 tea; 红酒,葡萄酒 red_wine; 黄酒 yellow_wine rice_wine; 酒 wine; 啤酒,啤 beer; 醋 vinegar; 酱油,生抽 soy_sauce; 辣椒油,辣油,辣子 chili_oil chilli_oil chili_sauce chilli_sauce; 花生油 peanut_oil; 油 oil cooking_oil; 盐 salt; 糖 sugar; 蜂蜜 honey; 果酱 jam; 酱 sauce paste; 底料 hotpot_base hot_pot_base soup_base
拿铁 latte; 美式 americano; 卡布奇诺 cappuccino; 摩卡 mocha; 浓缩 espresso; 奶茶 milk_tea bubble_tea boba; 奶昔 smoothie milkshake; 橙汁 oj; 苹果汁 apple_juice; 葡萄汁 grape_juice; 椰子水 coconut_water; 苏打水 soda_water; 气泡水 seltzer; 起泡酒 sparkling_wine; 精酿 craft_beer; 华夫,华夫饼 waffle; 松饼 pancake muffin; 布朗尼 brownie; 甜甜圈 donut doughnut; 马卡龙 macaron; 司康 scone; 泡芙 puff cream_puff; 千层 crepe mille_crepe; 提拉米苏 tiramisu; 布丁 pudding; 果冻 jelly; 棒棒糖 lollipop; 薯条 fries french_fries; 爆米花 popcorn; 麦片 cereal granola muesli; 热狗 hotdog hot_dog; 寿司 sushi; 泡菜 kimchi; 意面 pasta spaghetti; 沙拉 salad; 燕窝 bird_nest; 阿胶 ejiao; 螺蛳粉 snail_noodle; 毛肚 tripe; 午餐肉 spam luncheon_meat; 肥牛 beef_roll fatty_beef sliced_beef; 肥羊,羊肉卷 lamb_roll sliced_lamb; 虾滑 shrimp_paste; 馄饨 won_ton; 锅贴 potsticker; 烧鸡,烤鸡 roast_chicken; 鸡块 nugget chicken_nugget; 鸡排 chicken_cutlet; 牛奶,奶 whole_milk fresh_milk
鸡蛋,蛋 egg; 咸鸭蛋,咸蛋 salted_egg salted_duck_egg; 鸭蛋 duck_egg; 鸡胸,鸡胸肉 chicken_breast; 鸡翅,翅中 chicken_wing; 鸡腿 chicken_leg drumstick chicken_thigh; 鸡爪,凤爪 chicken_feet; 鸡,鸡肉 chicken; 鸭 duck; 五花肉 pork_belly; 猪肉 pork; 牛肉 beef; 羊肉,羊腿 lamb mutton; 羊排 lamb_chop; 羊肉串 lamb_skewer; 串 skewer kebab; 排骨,肋排,小排,排 rib spare_rib pork_rib; 火腿 ham; 培根 bacon; 烤肠,香肠,腊肠,肠 sausage; 牛肉丸,牛丸 beef_ball; 鱼丸,鱼蛋 fish_ball; 肉丸,丸 meatball; 牛排 steak; 牛腩 beef_brisket brisket; 三文鱼 salmon; 鳕鱼 cod; 鲈鱼 sea_bass; 黄鱼 yellow_croaker croaker; 带鱼 hairtail ribbonfish; 鱼 fish; 小龙虾 crayfish crawfish; 龙虾 lobster; 虾仁 peeled_shrimp shrimp_meat; 虾饺 shrimp_dumpling har_gow; 虾 shrimp prawn; 大闸蟹 hairy_crab; 蟹 crab; 蚝,海蛎 oyster; 蛏 razor_clam; 蛤,花甲 clam; 扇贝 scallop; 鱿鱼 squid; 烧卖,烧麦 siumai shumai siu_mai; 春卷 spring_roll
抽纸,纸巾,面巾纸 tissue facial_tissue tissue_paper; 卷纸,卫生纸 toilet_paper toilet_roll; 厨房纸 kitchen_paper paper_towel kitchen_roll kitchen_towel; 手帕纸 pocket_tissue; 湿巾,湿纸巾 wipe wet_wipe baby_wipe; 垃圾袋 trash_bag garbage_bag bin_bag rubbish_bag; 保鲜膜 cling_film plastic_wrap; 洗衣液 detergent laundry_detergent laundry_liquid; 洗洁精 dish_soap dish_detergent dishwashing_liquid; 消毒液 disinfectant bleach; 洗手液 hand_soap hand_wash; 皂 soap; 洗发水 shampoo; 沐浴露 body_wash shower_gel; 牙膏 toothpaste; 牙刷 toothbrush; 电池 battery; 毛巾 towel; 口罩 mask face_mask; 伞 umbrella; 灯泡 bulb light_bulb; 猫粮 cat_food; 狗粮,犬粮 dog_food; 猫砂 litter cat_litter kitty_litter; 猫条 cat_treat; 尿不湿,纸尿裤 diaper nappy; 蚊香 mosquito_coil; 漱口水 mouthwash; 护发素 conditioner; 洗面奶 cleanser face_wash; 面膜 facial_mask sheet_mask; 身体乳 lotion body_lotion; 防晒,防晒霜 sunscreen; 护手霜 hand_cream; 卫生巾 pad sanitary_pad; 棉签 cotton_swab; 凝珠 laundry_pod pod; 湿厕纸 wet_toilet_paper moist_toilet_paper; 袜,袜子 sock; 拖鞋 slipper; 花瓶 vase; 蜡烛 candle; 充电宝 power_bank; 手套 glove; 衣架 hanger; 收纳盒 storage_box; 玫瑰 rose; 百合 lily; 郁金香 tulip; 康乃馨 carnation; 向日葵 sunflower; 绣球 hydrangea; 花 flower
冷萃 cold_brew coldbrew; 澳白 flat_white; 冰美式 iced_americano; 柠檬茶 lemon_tea; 乌龙 oolong; 普洱 puer; 奶盖 milk_foam; 巴斯克 basque basque_cake; 慕斯 mousse; 瑞士卷,蛋糕卷 swiss_roll cake_roll; 法棍 baguette; 恰巴塔 ciabatta; 欧包 sourdough; 蛋黄酥 egg_yolk_pastry; 月饼 mooncake moon_cake; 青团 qingtuan; 寿桃 longevity_bun; 麻薯 mochi; 糖葫芦 tanghulu; 话梅 preserved_plum; 牛肉干 beef_jerky jerky; 海苔 seaweed nori; 罐头 can canned_food; 猫罐头 cat_can cat_cans; 冻干 freeze_dried; 豆干,豆腐干 dried_tofu; 粉丝 glass_noodle; 泡面,方便面 instant_noodle ramen; 老干妈 laoganma; 蚝油 oyster_sauce; 料酒 cooking_wine; 香油,芝麻油 sesame_oil; 橄榄油 olive_oil; 菜籽油 rapeseed_oil canola_oil; 鸡精 chicken_powder; 味精 msg; 黑胡椒,胡椒 black_pepper; 芥末 wasabi mustard; 番茄酱 ketchup; 沙拉酱 mayo mayonnaise; 花生酱 peanut_butter; 海绵,百洁布 sponge scrubber; 钢丝球 steel_wool; 喷雾 spray; 雨衣 raincoat rain_coat; 拖把 mop; 扫把 broom; 抹布 rag dishcloth; 保鲜袋 ziplock zip_bag food_bag; 保鲜盒,饭盒 lunch_box food_box; 铝箔 foil aluminum_foil; 吸管 straw; 杯 cup; 保温杯 thermos tumbler; 毯,毛毯 blanket; 枕 pillow; 床单 sheet bed_sheet; 被 quilt duvet; 浴巾 bath_towel; 地垫 mat; 剃须刀 razor; 牙线 floss dental_floss; 洁厕 toilet_cleaner; 玻璃水 glass_cleaner; 柔顺剂 softener fabric_softener; 洗衣粉 washing_powder; 樟脑丸 mothball; 充电线,数据线 cable charging_cable; 插座 socket power_strip; 胶带 tape; 便利贴 sticky_note; 笔 pen; 铅笔 pencil; 本,笔记本 notebook; 贴纸 sticker; 积木 lego building_block; 气球 balloon; 猫抓板 cat_scratcher; 磨牙棒 chew_stick; 盆栽,绿植 potted_plant; 多肉 succulent; 洋桔梗 lisianthus eustoma; 满天星 gypsophila baby_breath; 尤加利 eucalyptus; 菊 chrysanthemum; 雏菊 daisy; 兰 orchid; 海参 sea_cucumber; 鲍鱼 abalone; 海蜇 jellyfish; 鳗鱼 eel; 金枪鱼,吞拿鱼 tuna; 鲳鱼 pomfret; 三文鱼 sashimi; 牛尾 oxtail; 牛腱 beef_shank; 猪蹄,猪脚 pig_trotter trotter; 肉松 pork_floss; 鸭脖 duck_neck; 烤鸭 roast_duck peking_duck; 卤蛋 braised_egg; 皮蛋 century_egg preserved_egg; 鹌鹑蛋 quail_egg
"""
_KINDS: Final = """
红 red; 白 white; 粉 pink; 黄 yellow; 绿,青 green; 黑 black; 紫 purple; 蓝 blue; 大 big bigger large larger jumbo; 中 medium; 小 small smaller little mini; 原味 plain original; 无糖,零度 sugar_free zero diet; 全麦 whole_wheat wholewheat wholemeal wholegrain; 希腊 greek; 特辣 extra_spicy very_spicy; 微辣 mild mildly_spicy; 辣 spicy; 甜 sweet; 咸 salted salty; 冷冻,速冻,冻 frozen; 有机 organic; 散养,土 free_range; 薰衣草 lavender; 抹茶 matcha; 香草 vanilla; 芝麻 sesame; 红豆 red_bean; 海盐 sea_salt; 焦糖 caramel; 海鲜 seafood; 公,雄 male; 母,雌 female; 幼,奶 kitten puppy; 成 adult; 宽 wide; 细 thin; 粗,厚 thick; 5号 aa; 7号 aaa; 茉莉 jasmine; 桂花 osmanthus; 豆沙 bean_paste; 椰子 coconut_flavor; 皂香 soap_scent
"""
_NUMBERS: Final = {
    word: value * 1000
    for value, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
} | {"half a": 500, "half": 500, "a": 1000, "an": 1000}
_NUMBER: Final = re.compile(
    rf"({'|'.join(sorted(_NUMBERS, key=len, reverse=True))})(?![a-z])(?:\s?(?!两)({UNIT_PATTERN}))?(?:\sof(?:\sthe)?(?![a-z]))?"
)
_RUN: Final = re.compile(r"[a-z]+(?:'s)?(?: [a-z]+){0,4}")
_HEADLESS: Final = frozenset(
    "one ones size sized pack packs flavor flavour flavored flavoured type kind colour color".split()
)
"""Words behind a kind that stand for the goods themselves."""
_UNIT_BEHIND: Final = re.compile(rf"\s?(?!两)(?:{UNIT_PATTERN})")
_SIZED: Final = re.compile(r"[大中小][号包箱盒瓶袋果份个条]?|[\d.]+[a-z斤升克寸]{0,2}装?")


@dataclass(frozen=True, slots=True)
class _Word:
    """`size` letters of the text that stand for one of `meanings`; a noun says what the goods are."""

    size: int
    meanings: tuple[str, ...]
    is_noun: bool


def _table(lines: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entry in lines.replace("\n", ";").split(";"):
        chinese, *words = entry.split() or [""]
        for word in words:
            found.setdefault(word.replace("_", " "), tuple(chinese.split(",")))
    return found


_BY_NOUN: Final = _table(_NOUNS)
_BY_KIND: Final = _table(_KINDS)


def english(text: str, start: int, catalogue: Catalogue) -> Token | None:
    """The goods, or the kind of goods, that English words at `start` name; None when nothing sold is meant."""
    run = _RUN.match(text, start)
    words = _words(run[0]) if run is not None else []
    if not words:
        return None
    end = start + sum(word.size for word in words) + len(words) - 1
    named = [word for word in words if word.is_noun]
    if not named:
        return _kind(text, start, _past_headless(text, end), words, catalogue)
    keys = _meant(words, catalogue)
    if keys:
        past = end if words[-1].is_noun else _past_headless(text, end)
        return Token("item", start, past, text[start:past], keys)
    if len(words) == 1:
        return _only_a_kind(text, start, end, words, catalogue)
    if all(_meant([word], catalogue) for word in named) and len(named) == len(words):
        first = start + words[0].size
        return Token("item", start, first, text[start:first], _meant(words[:1], catalogue))  # egg milk bread each one
    return Token("goods", start, end, text[start:end])


def english_number(text: str, start: int) -> Token | None:
    """two, three boxes of, half a jin, a bag; half and a count something only with a unit behind them."""
    match = _NUMBER.match(text, start)
    if match is None or (match[1] in ("half a", "half", "a", "an") and not match[2]):
        return None
    unit = canonical_unit(match[2]) if match[2] else None
    value = "" if unit else "bare"
    return Token("qty", start, match.end(), match[0], milli=_NUMBERS[match[1]], unit=unit, value=value)


def _words(run: str) -> list[_Word]:
    """The words at the beginning of `run` that are in the tables, longest phrases first."""
    parts = run.split(" ")
    found: list[_Word] = []
    at = 0
    while at < len(parts):
        for size in (3, 2, 1):
            phrase = " ".join(parts[at : at + size])
            word = _word(phrase) if at + size <= len(parts) else None
            if word is not None:
                found.append(word)
                at += size
                break
        else:
            break
    return found


@lru_cache(maxsize=2048)
def _word(phrase: str) -> _Word | None:
    stems = [phrase, phrase.removesuffix("s"), phrase.removesuffix("es")]
    stems += [phrase.removesuffix("ies") + "y"] if phrase.endswith("ies") else []
    for stem in stems:
        if stem in _BY_NOUN:
            return _Word(len(phrase), _BY_NOUN[stem], is_noun=True)
        if stem in _BY_KIND:
            return _Word(len(phrase), _BY_KIND[stem], is_noun=False)
    return None


def _meant(words: list[_Word], catalogue: Catalogue) -> tuple[int, ...]:
    """The goods that the last noun names and every other word describes."""
    head = next((word for word in reversed(words) if word.is_noun), None)
    fitting = [item for item in catalogue.main if all(_describes(word, item) for word in words if word is not head)]
    if head is None:
        return tuple(item.key for item in fitting)
    for meaning in head.meanings:
        keys = tuple(item.key for item in fitting if _is(meaning, item))
        if keys:
            return keys
    return ()


def _is(meaning: str, item: Item) -> bool:
    """Is the item one of these, whatever size (垃圾袋大号) is written behind its name?"""
    return any(name.endswith(meaning) or _SIZED.fullmatch(name.partition(meaning)[2]) for name in full_names(item))


def _describes(word: _Word, item: Item) -> bool:
    told = " ".join((item.name, *item.aliases))
    return any(meaning in folded(told) for meaning in word.meanings)


def _past_headless(text: str, end: int) -> int:
    """Behind `one` in `red one`, but not in `red one 扎`."""
    following = _RUN.match(text, end + 1) if text[end : end + 1] == " " else None
    word = following[0].split(" ")[0] if following is not None else ""
    if word not in _HEADLESS or (word == "one" and _UNIT_BEHIND.match(text, end + 1 + len(word))):
        return end
    return end + 1 + len(word)


def _kind(text: str, start: int, end: int, words: list[_Word], catalogue: Catalogue) -> Token | None:
    """A kind in front of a Chinese name chooses among what the name fits; alone it is a word of quality."""
    keys = _meant(words, catalogue)
    if not keys:
        return None
    at = end + (text[end : end + 1] == " ")
    at += text[at : at + 1] == "的"
    size = longest(text, at, catalogue.names, catalogue.lengths) if at < len(text) else 0
    if size:
        both = tuple(key for key in catalogue.names[text[at : at + size]].keys if key in keys)
        if both:
            return Token("item", start, at + size, text[start : at + size], both)
    known = catalogue.names.get(words[-1].meanings[0]) if len(words) == 1 else None
    if known is not None or len(keys) == 1:
        return Token("item", start, end, text[start:end], known.keys if known is not None else keys)
    return Token("quality", start, end, words[0].meanings[0] + "的")


def _only_a_kind(text: str, start: int, end: int, words: list[_Word], catalogue: Catalogue) -> Token | None:
    """`the durian one`, durian的 where 榴莲 is only part of a name; without 的 it is believed with a fitting unit."""
    past = _past_headless(text, end)
    keys = tuple(item.key for item in catalogue.main if _describes(words[0], item))
    weak = past == end and text[end:].lstrip()[:1] not in ("的", "味")
    return Token("item", start, past, text[start:past], keys, weak) if keys else None
