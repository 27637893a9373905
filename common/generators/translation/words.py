"""The words of a small world in English and in Chinese, as tables: what there is, and which word goes with which.

The rules that make sentences of them stand in the modules beside this one. Chinese is written as in Taiwan, in traditional
characters. Every list begins with its commonest words: the sampling takes the first ones more often.

A noun belongs to one class, and verbs and adjectives say which classes they go with and what they are called there:
`play` is 打 for a ball game, 踢 for soccer, 彈 for a piano and 吹 for a flute. Such *collocations* are what an English
word alone does not tell, and what a reader of Chinese knows.
"""

from typing import NamedTuple


class Noun(NamedTuple):
    """Something that can be counted by a measure word."""

    en: str  # the singular
    plural: str
    zh: str
    measure: str  # 本, 件, 隻 ...
    kind: str  # its class, a key of NOUNS, STUFF or PAIRS
    unit: str = ""  # for what English counts by a unit only: "cup" of coffee, "pair" of shoes


class Verb(NamedTuple):
    """A verb with one object."""

    base: str
    past: str
    participle: str
    zh: dict[str, str]  # class of the object -> Chinese verb
    where: str  # the group of PLACES where one does it, or "shop": where the object is sold, or "" for no place
    when: str  # "day", or "year" for what takes longer


class Adjective(NamedTuple):
    """An adjective; as with verbs, its Chinese depends on what it describes."""

    en: str
    comparative: str  # "older", or "more expensive"
    zh: dict[str, str]  # class -> Chinese adjective


# --- nouns: "English Chinese measure", the commonest first -----------------------------------------------------------

_NOUNS = {
    "book": "book 書 本; novel 小說 本; magazine 雜誌 本; dictionary 字典 本; textbook 課本 本; comic book 漫畫 本; "
    "diary 日記 本; cookbook 食譜 本; guidebook 旅遊指南 本; biography 傳記 本; encyclopedia 百科全書 本",
    "writing": "report 報告 份; article 文章 篇; essay 作文 篇; poem 詩 首; detective story 偵探小說 篇; script 劇本 份; "
    "fable 寓言 篇",
    "mail": "letter 信 封; postcard 明信片 張; invitation 邀請函 張; telegram 電報 封",
    "e-mail": "e-mail 電子郵件 封",
    "message": "text message 簡訊 封; voice message 語音訊息 則",
    "parcel": "parcel 包裹 個; package 包裹 個; care package 愛心包裹 個",
    "gift": "present 禮物 份; souvenir 紀念品 個; gift basket 禮籃 個; bouquet 花束 束",
    "clothes": "shirt 襯衫 件; coat 大衣 件; jacket 外套 件; sweater 毛衣 件; dress 洋裝 件; skirt 裙子 條; "
    "uniform 制服 套; raincoat 雨衣 件; suit 西裝 套; vest 背心 件; cheongsam 旗袍 件; bathrobe 浴袍 件",
    "jewelry": "hat 帽子 頂; watch 手錶 支; ring 戒指 枚; necklace 項鍊 條; mask 口罩 個; helmet 安全帽 頂; "
    "bracelet 手鍊 條; wig 假髮 頂; brooch 胸針 枚",
    "scarf": "scarf 圍巾 條; shawl 披肩 條",
    "tie": "tie 領帶 條; bow tie 領結 個",
    "car": "car 車子 輛; taxi 計程車 輛; truck 卡車 輛; sports car 跑車 輛; van 廂型車 輛; tractor 曳引機 台",
    "bicycle": "bicycle 腳踏車 輛; motorcycle 機車 台; scooter 速克達 台; tricycle 三輪車 輛",
    "transit": "bus 公車 班; train 火車 班; subway 捷運 班; plane 飛機 班; ferry 渡輪 班; high-speed train 高鐵 班",
    "strings": "piano 鋼琴 架; guitar 吉他 把; ukulele 烏克麗麗 把; zither 古箏 架; pipa 琵琶 把; harp 豎琴 架",
    "bowed": "violin 小提琴 把; cello 大提琴 把; erhu 二胡 把; accordion 手風琴 台; viola 中提琴 把",
    "wind": "flute 長笛 支; trumpet 小號 支; harmonica 口琴 支; saxophone 薩克斯風 支; clarinet 豎笛 支; "
    "oboe 雙簧管 支; bassoon 低音管 支",
    "drum": "drum 鼓 面; tambourine 鈴鼓 面; gong 鑼 面",
    "pet": "dog 狗 隻; cat 貓 隻; bird 鳥 隻; rabbit 兔子 隻; goldfish 金魚 條; turtle 烏龜 隻; parrot 鸚鵡 隻; "
    "hamster 倉鼠 隻; hedgehog 刺蝟 隻; chinchilla 龍貓 隻",
    "farm animal": "chicken 雞 隻; pig 豬 頭; cow 牛 頭; duck 鴨子 隻; sheep 羊 頭; horse 馬 匹; goose 鵝 隻; "
    "donkey 驢子 頭; camel 駱駝 匹",
    "beast": "bear 熊 頭; snake 蛇 條; tiger 老虎 隻; wolf 狼 匹; crocodile 鱷魚 隻; leopard cat 石虎 隻",
    "wild animal": "monkey 猴子 隻; deer 鹿 隻; squirrel 松鼠 隻; butterfly 蝴蝶 隻; "
    "elephant 大象 頭; owl 貓頭鷹 隻; fox 狐狸 隻; mouse 老鼠 隻; bat 蝙蝠 隻; "
    "crane 鶴 隻; lizard 蜥蜴 隻; pangolin 穿山甲 隻; otter 水獺 隻",
    "fruit": "apple 蘋果 顆; orange 柳橙 顆; mango 芒果 顆; banana 香蕉 根; watermelon 西瓜 顆; peach 桃子 顆; "
    "pineapple 鳳梨 顆; pear 梨子 顆; guava 芭樂 顆; papaya 木瓜 顆; persimmon 柿子 顆; pomelo 柚子 顆",
    "vegetable": "tomato 番茄 顆; potato 馬鈴薯 顆; carrot 紅蘿蔔 根; onion 洋蔥 顆; cabbage 高麗菜 顆; "
    "pumpkin 南瓜 顆; eggplant 茄子 條; cucumber 小黃瓜 條; radish 白蘿蔔 根; sweet potato 地瓜 條",
    "egg": "egg 蛋 顆; duck egg 鴨蛋 顆",
    "baked": "cake 蛋糕 個; cookie 餅乾 片; pizza 披薩 個; egg tart 蛋塔 個; moon cake 月餅 個; apple pie 蘋果派 個; "
    "pineapple cake 鳳梨酥 個; puff 泡芙 顆",
    "snack": "sandwich 三明治 個; lunch box 便當 個; hamburger 漢堡 個; dumpling 水餃 顆; steamed bun 包子 個; "
    "rice ball 飯糰 個; spring roll 春捲 條; rice dumpling 粽子 顆",
    "device": "computer 電腦 台; television 電視 台; cell phone 手機 支; camera 相機 台; air conditioner 冷氣 台; "
    "washing machine 洗衣機 台; fan 電風扇 台; radio 收音機 台; printer 印表機 台; refrigerator 冰箱 台; "
    "lamp 檯燈 盞; rice cooker 電鍋 個; vacuum cleaner 吸塵器 台; mouse 滑鼠 個; projector 投影機 台; "
    "dehumidifier 除濕機 台; lantern 燈籠 盞",
    "furniture": "table 桌子 張; chair 椅子 張; bed 床 張; sofa 沙發 張; desk 書桌 張; bookcase 書櫃 座; "
    "mirror 鏡子 面; stool 凳子 張; wardrobe 衣櫃 座; rocking chair 搖椅 張; folding screen 屏風 座",
    "dish": "cup 杯子 個; bowl 碗 個; plate 盤子 個; vase 花瓶 個; glass 玻璃杯 個; teapot 茶壺 個; jar 罐子 個; "
    "thermos 保溫瓶 個",
    "bag": "bag 包包 個; suitcase 行李箱 個; handbag 手提包 個; basket 籃子 個; briefcase 公事包 個",
    "backpack": "backpack 背包 個; schoolbag 書包 個",
    "blade": "knife 刀子 把; saw 鋸子 把; axe 斧頭 把; razor 刮鬍刀 把; sickle 鐮刀 把",
    "tool": "key 鑰匙 把; umbrella 雨傘 把; ruler 尺 把; comb 梳子 把; hammer 鐵鎚 把; "
    "broom 掃把 把; wrench 扳手 把; flashlight 手電筒 支; bat 球棒 支; thermometer 溫度計 支; screwdriver 螺絲起子 把",
    "pen": "pen 筆 支; pencil 鉛筆 支; notebook 筆記本 本; brush 毛筆 支; eraser 橡皮擦 個; crayon 蠟筆 支; "
    "fountain pen 鋼筆 支; inkstone 硯台 方",
    "stamp": "stamp 郵票 張; coin 硬幣 枚; model car 模型車 台; seashell 貝殼 個; insect specimen 昆蟲標本 個",
    "paper": "ticket 票 張; photo 照片 張; map 地圖 張; poster 海報 張; receipt 收據 張; "
    "business card 名片 張; blueprint 藍圖 張",
    "linen": "towel 毛巾 條; blanket 毯子 條; sheet 床單 條; curtain 窗簾 塊; handkerchief 手帕 條; tablecloth 桌巾 塊",
    "door": "door 門 扇; window 窗戶 扇; gate 大門 扇; drawer 抽屜 個",
    "picture": "picture 圖 張; painting 畫 幅; portrait 肖像 幅; landscape 山水畫 幅; watercolor 水彩畫 幅",
    "movie": "movie 電影 部; show 表演 場; documentary 紀錄片 部; cartoon 卡通 部; soap opera 連續劇 部; play 話劇 齣; opera 歌劇 齣; "
    "puppet show 布袋戲 齣",
    "match": "game 比賽 場; match 比賽 場",
    "song": "song 歌 首; folk song 民謠 首; lullaby 搖籃曲 首; symphony 交響曲 首; sonata 奏鳴曲 首",
    "talk": "speech 演講 場; concert 音樂會 場; lecture 講座 場; press conference 記者會 場",
    "question": "question 問題 個; riddle 謎語 個",
    "problem": "problem 問題 個; dispute 糾紛 場; misunderstanding 誤會 場",
    "story": "story 故事 個; joke 笑話 個; secret 秘密 個; fairy tale 童話 篇; legend 傳說 個",
    "house": "house 房子 棟; apartment 公寓 棟; villa 別墅 棟; cabin 小木屋 棟; garage 車庫 間; greenhouse 溫室 間",
    "institution": "school 學校 所; hospital 醫院 家; factory 工廠 家; dormitory 宿舍 棟; nursing home 養老院 家; "
    "university 大學 所; observatory 天文台 座",
    "monument": "temple 廟 座; bridge 橋 座; church 教堂 座; tower 塔 座; castle 城堡 座; lighthouse 燈塔 座; "
    "palace 宮殿 座; dam 水壩 座",
    "sight": "museum 博物館 座; art gallery 美術館 座; zoo 動物園 座; botanical garden 植物園 座; aquarium 水族館 座; "
    "brewery 酒廠 座; winery 酒莊 座",
    "business": "shop 店 家; restaurant 餐廳 家; bookstore 書店 家; coffee shop 咖啡廳 家; bakery 麵包店 家; "
    "hotel 飯店 家; pharmacy 藥局 家; tea house 茶館 家; clinic 診所 家; inn 民宿 家",
    "account": "bank account 銀行帳戶 個; account 帳戶 個",
    "tree": "tree 樹 棵; pine tree 松樹 棵; cherry tree 櫻花樹 棵; banyan 榕樹 棵; maple 楓樹 棵; ginkgo 銀杏 棵; "
    "cypress 檜木 棵",
    "flower": "flower 花 朵; rose 玫瑰 朵; lily 百合 朵; sunflower 向日葵 朵; orchid 蘭花 株; tulip 鬱金香 朵; "
    "chrysanthemum 菊花 朵; peony 牡丹 朵",
    "street": "street 街 條; road 路 條; alley 巷子 條; trail 步道 條",
    "river": "river 河 條; stream 小溪 條; canal 運河 條",
    "mountain": "mountain 山 座; hill 小山 座; volcano 火山 座",
    "scenery": "island 島 座; lake 湖 座; beach 海灘 片; forest 森林 片; waterfall 瀑布 道; valley 山谷 座; prairie 草原 片",
    "room": "room 房間 間; bedroom 臥室 間; kitchen 廚房 間; classroom 教室 間; office 辦公室 間; bathroom 浴室 間",
    "professional": "teacher 老師 位; doctor 醫生 位; engineer 工程師 位; nurse 護理師 位; lawyer 律師 位; "
    "reporter 記者 位; singer 歌手 位; actor 演員 位; cook 廚師 位; driver 司機 位; writer 作家 位; scientist 科學家 位; "
    "photographer 攝影師 位; painter 畫家 位; pilot 飛行員 位; translator 翻譯 位; accountant 會計師 位; "
    "architect 建築師 位; dentist 牙醫 位; carpenter 木匠 位; tailor 裁縫師 位; astronomer 天文學家 位",
    "person": "child 小孩 個; girl 女孩 個; boy 男孩 個; student 學生 個; man 男人 個; woman 女人 個; friend 朋友 個; "
    "farmer 農夫 個; soldier 軍人 個; tourist 觀光客 個; fisherman 漁夫 個; twin 雙胞胎 個",
    "acquaintance": "classmate 同學 個; colleague 同事 個; neighbor 鄰居 個; friend 朋友 個; customer 客人 位; "
    "boss 老闆 位; guest 客人 位; roommate 室友 個; relative 親戚 個; landlord 房東 位; cousin 表妹 個",
    "plan": "plan 計畫 個; decision 決定 個; rule 規定 個; schedule 行程 個; strategy 策略 個",
    "proposal": "suggestion 建議 個; proposal 提案 份; offer 提議 個",
}
# "English Chinese unit measure": what is counted by a cup, a bottle, a pair
_STUFF = {
    "brewed": "coffee 咖啡 cup 杯; tea 茶 cup 杯; green tea 綠茶 cup 杯; oolong tea 烏龍茶 pot 壺; "
    "chamomile tea 洋甘菊茶 pot 壺",
    "drink": "water 水 glass 杯; milk 牛奶 glass 杯; juice 果汁 glass 杯; soy milk 豆漿 cup 杯; "
    "lemonade 檸檬汁 glass 杯; papaya milk 木瓜牛奶 glass 杯",
    "liquor": "beer 啤酒 bottle 瓶; wine 紅酒 bottle 瓶; kaoliang 高粱酒 bottle 瓶; sake 清酒 bottle 瓶",
    "soup": "soup 湯 bowl 碗; corn soup 玉米濃湯 bowl 碗; miso soup 味噌湯 bowl 碗",
    "meal": "rice 飯 bowl 碗; porridge 粥 bowl 碗; beef noodles 牛肉麵 bowl 碗; fried rice 炒飯 plate 盤; curry 咖哩飯 plate 盤; "
    "rice noodles 米粉 plate 盤; stinky tofu 臭豆腐 plate 盤",
    "bread": "bread 麵包 piece 塊; chocolate 巧克力 piece 塊; cheese 起司 piece 塊; toast 吐司 slice 片; tofu 豆腐 piece 塊",
    "medicine": "medicine 藥 pack 包; Chinese medicine 中藥 pack 包",
}
_PAIRS = {
    "footwear": "shoes 鞋子 雙; socks 襪子 雙; boots 靴子 雙; slippers 拖鞋 雙; sandals 涼鞋 雙; high heels 高跟鞋 雙; "
    "clogs 木屐 雙",
    "trousers": "trousers 褲子 條; jeans 牛仔褲 條; shorts 短褲 條; pajamas 睡衣 套",
    "spectacles": "glasses 眼鏡 副; gloves 手套 雙; sunglasses 太陽眼鏡 副; earrings 耳環 副; earplugs 耳塞 副",
    "pair tool": "scissors 剪刀 把; chopsticks 筷子 雙; pliers 鉗子 把; binoculars 望遠鏡 副",
}
_IRREGULAR_PLURALS = {
    "knife": "knives", "mouse": "mice", "child": "children", "man": "men", "woman": "women", "goose": "geese",
    "sheep": "sheep", "deer": "deer", "goldfish": "goldfish", "fisherman": "fishermen", "scarf": "scarves",
    "potato": "potatoes", "sweet potato": "sweet potatoes", "tomato": "tomatoes", "volcano": "volcanoes",
    "mango": "mangoes", "wolf": "wolves",
}  # fmt: skip
_ES = ("s", "x", "ch", "sh")


def plural(noun: str) -> str:
    """`"box"` -> `"boxes"`, `"baby"` -> `"babies"`, `"child"` -> `"children"`."""
    if noun in _IRREGULAR_PLURALS:
        return _IRREGULAR_PLURALS[noun]
    if noun.endswith(_ES):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def _entries(text: str, last: int) -> list[list[str]]:
    """`"comic book 漫畫 本; …"` -> `[["comic book", "漫畫", "本"], …]`: the last fields are single words."""
    return [entry.strip().rsplit(" ", last) for entry in text.split(";")]


NOUNS: dict[str, tuple[Noun, ...]] = {
    **{k: tuple(Noun(en, plural(en), zh, m, k) for en, zh, m in _entries(t, 2)) for k, t in _NOUNS.items()},
    **{k: tuple(Noun(en, en, zh, m, k, unit) for en, zh, unit, m in _entries(t, 3)) for k, t in _STUFF.items()},
    **{k: tuple(Noun(en, en, zh, m, k, "pair") for en, zh, m in _entries(t, 2)) for k, t in _PAIRS.items()},
}
STUFF, PAIRS = tuple(_STUFF), tuple(_PAIRS)


def classes(names: str) -> tuple[str, ...]:
    """`"book, farm animal"` -> `("book", "farm animal")`; `CLOTHING` and its like stand for several."""
    found = []
    for name in names.split(","):
        found += _GROUPS.get(name.strip(), (name.strip(),))
    return tuple(found)


_GROUPS = {
    "CLOTHING": ("clothes", "trousers", "footwear"),
    "INSTRUMENT": ("strings", "bowed", "wind", "drum"),
    "FOOD": ("fruit", "baked", "snack", "bread", "meal"),
    "HOUSEHOLD": ("dish", "bag", "backpack", "tool", "blade", "pen", "linen"),
    "THING": ("book", "clothes", "jewelry", "car", "bicycle", "device", "furniture", "dish", "bag", "backpack", "tool",
              "blade", "pen", "trousers", "footwear", "spectacles", "strings", "bowed", "wind", "scarf", "tie"),
    "ANIMAL": ("pet", "farm animal", "wild animal", "beast"),
    "PEOPLE": ("professional", "person", "acquaintance"),
}  # fmt: skip


def _spread(text: str) -> dict[str, str]:
    """`"穿 CLOTHING; 戴 jewelry"` -> class by class."""
    table = {}
    for part in text.split(";"):
        zh, names = part.strip().split(" ", 1)
        table.update(dict.fromkeys(classes(names), zh))
    return table


def _verb(forms: str, zh: str, where: str = "", when: str = "day") -> Verb:
    base, past, participle = (form.replace("_", " ") for form in forms.split())
    return Verb(base, past, participle, _spread(zh), where, when)


# --- verbs: "base past participle", Chinese by what is done to, where --------------------------------------------------

VERBS = (
    _verb("buy bought bought", "買 THING, FOOD, vegetable, paper, gift", "shop"),
    _verb("read read read", "看 book, writing, mail, e-mail", "reading"),
    _verb("write wrote written", "寫 writing, mail, e-mail, song", "desk"),
    _verb("wear wore worn", "穿 CLOTHING; 戴 jewelry, spectacles; 圍 scarf; 打 tie", ""),
    _verb("wash washed washed", "洗 clothes, trousers, dish, car, linen, fruit, vegetable, footwear", "home"),
    _verb("play played played", "彈 strings; 拉 bowed; 吹 wind; 打 drum", "stage"),
    _verb("eat ate eaten", "吃 FOOD", "meal"),
    _verb("drink drank drunk", "喝 brewed, drink, soup, liquor", "meal"),
    _verb("open opened opened", "打開 door, bag, backpack; 拆 parcel, gift; 開 account, business; 翻開 book", ""),
    _verb("make made made", "泡 brewed; 做 baked, snack, meal, furniture; 煮 soup", ""),
    _verb("drive drove driven", "開 car", ""),
    _verb("ride rode ridden", "騎 bicycle", ""),
    _verb("repair repaired repaired", "修理 car, bicycle, device, furniture; 補 footwear, trousers; 修 door, INSTRUMENT", "yard"),
    _verb("raise raised raised", "養 pet, farm animal", "yard", "year"),
    _verb("feed fed fed", "餵 pet, farm animal", "yard"),
    _verb("see saw seen", "看到 wild animal, beast, pet, acquaintance, professional", "out"),
    _verb("watch watched watched", "看 movie, match", "watch"),
    _verb("sing sang sung", "唱 song", "stage"),
    _verb("listen_to listened_to listened_to", "聽 song, story, talk", "home"),
    _verb("draw drew drawn", "畫 flower, wild animal, beast, tree, pet, scenery", "desk"),
    _verb("carry carried carried", "搬 furniture; 提 bag; 背 backpack; 拿 book, tool; 抱 pet", ""),
    _verb("lose lost lost", "弄丟 tool, jewelry, bag, pen, paper, spectacles, backpack; 輸掉 match", "out"),
    _verb("find found found", "找到 tool, jewelry, bag, pen, paper, spectacles", "home"),
    _verb("break broke broken", "打破 dish; 弄壞 device, bicycle, INSTRUMENT, furniture", "home"),
    _verb("clean cleaned cleaned", "打掃 room; 擦 door, furniture, dish; 刷 footwear", ""),
    _verb("cut cut cut", "切 fruit, vegetable, bread, baked", "kitchen"),
    _verb("cut_down cut_down cut_down", "砍 tree", "yard"),
    _verb("throw_away threw_away thrown_away", "丟掉 mail, paper, clothes, footwear, bag, furniture", ""),
    _verb("grow grew grown", "種 flower, vegetable, tree, fruit", "yard", "year"),
    _verb("pick picked picked", "摘 fruit, flower", "yard"),
    _verb("build built built", "蓋 house", "city", "year"),
    _verb("visit visited visited", "參觀 sight, monument; 拜訪 acquaintance", ""),
    _verb("meet met met", "遇到 acquaintance, professional", "out"),
    _verb("answer answered answered", "回答 question; 回 mail, e-mail, message", ""),
    _verb("tell told told", "說 story", "home"),
    _verb("send sent sent", "寄 mail, e-mail, parcel, gift; 傳 message", "post"),
    _verb("accept accepted accepted", "接受 proposal, plan", ""),
    _verb("receive received received", "收到 mail, e-mail, message, parcel, gift, proposal", ""),
    _verb("sell sold sold", "賣 car, bicycle, device, INSTRUMENT, book, picture", "city"),
    _verb("paint painted painted", "畫 picture; 粉刷 room, house; 油漆 door, furniture", ""),
    _verb("hang hung hung", "掛 picture; 曬 clothes, linen, trousers", "home"),
    _verb("take took taken", "搭 transit; 吃 medicine", ""),
    _verb("catch caught caught", "趕上 transit", ""),
    _verb("miss missed missed", "錯過 transit, movie, match, talk", ""),
    _verb("understand understood understood", "看懂 book, writing; 聽懂 story, talk; 了解 plan, question", ""),
    _verb("change changed changed", "改變 plan; 換 clothes, footwear, linen", ""),
    _verb("look_for looked_for looked_for", "找 tool, jewelry, bag, pen, paper, spectacles", "home"),
    _verb("translate translated translated", "翻譯 book, writing, mail", "desk"),
    _verb("print printed printed", "印 writing, paper", "desk"),
    _verb("iron ironed ironed", "燙 clothes, trousers, linen", "home"),
    _verb("fold folded folded", "摺 clothes, trousers, linen", "home"),
    _verb("bake baked baked", "烤 baked, bread", "kitchen"),
    _verb("fry fried fried", "煎 egg; 炒 vegetable", "kitchen"),
    _verb("boil boiled boiled", "煮 egg, vegetable", "kitchen"),
    _verb("hide hid hidden", "藏 gift, jewelry, paper, baked", "home"),
    _verb("climb climbed climbed", "爬 mountain, tree", ""),
    _verb("cross crossed crossed", "過 street, river", ""),
    _verb("solve solved solved", "解決 problem", ""),
    _verb("discuss discussed discussed", "討論 plan, proposal, problem, movie, book", "office"),
    _verb("take_care_of took_care_of taken_care_of", "照顧 pet, farm animal", "home"),
    _verb("collect collected collected", "收集 stamp, picture", ""),
)  # fmt: skip
NOT_PROGRESSIVE = {"see", "lose", "find", "break", "meet", "receive", "miss", "catch", "understand", "cross", "wear",
                   "hide"}  # fmt: skip
# games: what English plays, Chinese hits, kicks, sets down
GAMES = (
    ("basketball", "打", "籃球"), ("tennis", "打", "網球"), ("baseball", "打", "棒球"), ("soccer", "踢", "足球"),
    ("badminton", "打", "羽球"), ("chess", "下", "西洋棋"), ("table tennis", "打", "桌球"), ("volleyball", "打", "排球"),
    ("video games", "打", "電動"), ("go", "下", "圍棋"), ("hide-and-seek", "玩", "捉迷藏"), ("mahjong", "打", "麻將"),
    ("cards", "打", "牌"), ("bowling", "打", "保齡球"), ("golf", "打", "高爾夫球"), ("dodgeball", "玩", "躲避球"),
    ("hopscotch", "玩", "跳房子"), ("Chinese checkers", "下", "跳棋"), ("board games", "玩", "桌遊"),
)  # fmt: skip
LANGUAGES = (("English", "英文"), ("Japanese", "日文"), ("French", "法文"), ("Taiwanese", "台語"), ("German", "德文"),
             ("Korean", "韓文"), ("Spanish", "西班牙文"), ("Hakka", "客家話"), ("Vietnamese", "越南文"),
             ("Cantonese", "廣東話"))  # fmt: skip

# How a Chinese verb says that something is done and over with, in sentences with 把, 被 and 完
COMPLETED = {
    "看": "看完", "寫": "寫完", "洗": "洗乾淨", "吃": "吃完", "喝": "喝完", "打開": "打開", "拆": "拆開", "修理": "修好",
    "修": "修好", "補": "補好", "唱": "唱完", "畫": "畫完", "搬": "搬走", "弄丟": "弄丟", "輸掉": "輸掉", "打破": "打破",
    "弄壞": "弄壞", "打掃": "打掃乾淨", "擦": "擦乾淨", "刷": "刷乾淨", "切": "切好", "砍": "砍掉", "剪": "剪壞", "摘": "摘下來",
    "蓋": "蓋好", "寄": "寄出去", "傳": "傳出去", "賣": "賣掉", "粉刷": "粉刷好", "油漆": "油漆好", "掛": "掛起來", "曬": "曬好",
    "翻譯": "翻譯完", "印": "印出來", "燙": "燙好", "摺": "摺好", "烤": "烤好", "煎": "煎好", "炒": "炒好", "煮": "煮好", "丟掉": "丟掉",
    "藏": "藏起來", "解決": "解決", "做": "做好", "泡": "泡好", "開": "開走", "騎": "騎走", "抓到": "抓到", "找到": "找到",
    "回": "回完", "討論": "討論完",
}  # fmt: skip

# --- adjectives: Chinese by what is described --------------------------------------------------------------------------

# the word for "very" that goes with a Chinese adjective; 很 with all others
VERY = {
    "重要": "非常", "安靜": "十分", "寧靜": "十分", "好吃": "特別", "好喝": "特別", "古老": "相當", "有名": "非常",
    "著名": "十分", "美麗": "十分", "寬敞": "相當", "複雜": "相當", "聰明": "非常", "熱鬧": "非常", "感人": "十分",
    "精彩": "非常", "壯觀": "十分", "有趣": "非常", "年輕": "相當", "耐用": "相當",
    "保暖": "相當", "合身": "非常", "珍貴": "極為", "鋒利": "極為", "親切": "十分", "勤勞": "非常",
    "可愛": "非常", "兇猛": "極為", "鮮豔": "格外", "新鮮": "非常", "舒服": "特別", "無聊": "相當",
}  # fmt: skip
# single syllables that stand before a noun without 的
BARE = frozenset("新舊大小老好")


def _adjective(en: str, comparative: str, zh: str) -> Adjective:
    return Adjective(en, comparative, _spread(zh))


ADJECTIVES = (
    _adjective("new", "newer", "新 THING, house, institution, movie, business, song"),
    _adjective("old", "older", "舊 THING, house, institution, picture; 古老 monument; 老 pet, farm animal, tree"),
    _adjective("expensive", "more expensive", "貴 THING, FOOD, vegetable"),
    _adjective("cheap", "cheaper", "便宜 THING, FOOD, vegetable"),
    _adjective("big", "bigger", "大 fruit, vegetable, house, institution, sight, bag, furniture, tree, monument, ANIMAL, mountain; 寬敞 room, business"),
    _adjective("small", "smaller", "小 fruit, vegetable, house, bag, furniture, room, ANIMAL, business, dish"),
    _adjective("beautiful", "more beautiful",
               "漂亮 clothes, jewelry, footwear, scarf, dish; 美麗 mountain, scenery, river, flower, wild animal; 好聽 song; 好看 picture; 壯觀 monument"),
    _adjective("interesting", "more interesting", "有趣 book, writing, story, person; 好看 movie; 精彩 match, talk"),
    _adjective("good", "better", "好用 pen, device, tool; 好聽 song; 好看 book, movie; 好吃 FOOD; 好喝 brewed, drink, soup, liquor; 好 plan, proposal, acquaintance, professional"),
    _adjective("delicious", "more delicious", "好吃 FOOD; 好喝 brewed, soup"),
    _adjective("heavy", "heavier", "重 bag, backpack, furniture, device, car, book"),
    _adjective("light", "lighter", "輕 bag, backpack, device, furniture, bicycle; 清淡 soup"),
    _adjective("clean", "cleaner", "乾淨 clothes, room, dish, street, linen, river, house"),
    _adjective("dirty", "dirtier", "髒 clothes, room, dish, street, linen, river, footwear, car"),
    _adjective("difficult", "more difficult", "難 question, book, song"),
    _adjective("famous", "more famous", "有名 professional, business, song, movie; 著名 sight, institution, monument, picture, mountain, scenery"),
    _adjective("quiet", "quieter", "安靜 room, person, pet, street, acquaintance; 寧靜 river, scenery"),
    _adjective("busy", "busier", "忙 professional, acquaintance; 熱鬧 street, business"),
    _adjective("smart", "smarter", "聰明 person, pet, acquaintance"),
    _adjective("kind", "kinder", "親切 professional, acquaintance; 善良 person"),
    _adjective("young", "younger", "年輕 professional, acquaintance"),
    _adjective("strong", "stronger", "壯 farm animal, person; 濃 brewed; 堅固 house, furniture, monument, bag"),
    _adjective("thick", "thicker", "厚 book, clothes, linen; 粗 tree; 濃 soup"),
    _adjective("thin", "thinner", "薄 book, clothes, linen, device; 瘦 person, pet, farm animal; 淡 soup"),
    _adjective("warm", "warmer", "保暖 clothes, footwear, scarf, linen; 溫暖 room"),
    _adjective("comfortable", "more comfortable", "舒服 furniture, footwear, trousers, room, car; 合身 clothes"),
    _adjective("long", "longer", "長 movie, writing, river, street, talk"),
    _adjective("short", "shorter", "短 movie, writing, talk, song, mail; 矮 person, furniture, tree"),
    _adjective("tall", "taller", "高 person, tree, acquaintance, mountain, monument"),
    _adjective("cute", "cuter", "可愛 pet, person, bag"),
    _adjective("fresh", "fresher", "新鮮 fruit, vegetable, bread, egg"),
    _adjective("sweet", "sweeter", "甜 fruit, drink, bread"),
    _adjective("hot", "hotter", "燙 brewed, soup; 熱 room"),
    _adjective("boring", "more boring", "無聊 book, movie, talk, story; 沉悶 match"),
    _adjective("touching", "more touching", "感人 story, movie, song, mail"),
    _adjective("important", "more important", "重要 plan, proposal, question, problem, mail, match, writing"),
    _adjective("complicated", "more complicated", "複雜 question, problem, plan, story, device"),
    _adjective("sharp", "sharper", "鋒利 blade; 尖 pen"),
    _adjective("dangerous", "more dangerous", "危險 street, river, mountain, plan; 兇猛 beast"),
    _adjective("valuable", "more valuable", "珍貴 picture, paper; 寶貴 proposal"),
    _adjective("durable", "more durable", "耐用 bag, backpack, device, tool; 耐穿 footwear, trousers"),
    _adjective("hard-working", "more hard-working", "勤勞 person; 認真 professional, acquaintance"),
    _adjective("bright", "brighter", "明亮 room; 鮮豔 flower, clothes, picture"),
)  # fmt: skip
COLORS = (("red", "紅色"), ("blue", "藍色"), ("black", "黑色"), ("white", "白色"), ("green", "綠色"), ("yellow", "黃色"),
          ("gray", "灰色"), ("brown", "咖啡色"), ("purple", "紫色"), ("pink", "粉紅色"), ("turquoise", "藍綠色"))  # fmt: skip
COLORED = classes("CLOTHING, jewelry, scarf, tie, car, bicycle, bag, backpack, furniture, dish, pen, linen, flower")

# --- people ------------------------------------------------------------------------------------------------------------

# (English, Chinese, "m" or "f"): after a possessor; the plain and the formal word are told apart in both languages
FAMILY = (
    ("mother", "母親", "f"), ("dad", "爸爸", "m"), ("mom", "媽媽", "f"), ("father", "父親", "m"), ("older brother", "哥哥", "m"),
    ("younger sister", "妹妹", "f"), ("older sister", "姊姊", "f"), ("younger brother", "弟弟", "m"), ("husband", "先生", "m"),
    ("wife", "太太", "f"), ("son", "兒子", "m"), ("daughter", "女兒", "f"), ("best friend", "最好的朋友", "f"),
    ("roommate", "室友", "m"), ("boss", "老闆", "m"), ("grandson", "孫子", "m"), ("granddaughter", "孫女", "f"),
    ("fiancée", "未婚妻", "f"), ("son-in-law", "女婿", "m"),
)  # fmt: skip
GIVEN = (
    ("Tom", "湯姆", "m"), ("Mary", "瑪麗", "f"), ("John", "約翰", "m"), ("Lisa", "麗莎", "f"), ("Peter", "彼得", "m"),
    ("Anna", "安娜", "f"), ("David", "大衛", "m"), ("Emily", "艾蜜莉", "f"), ("Jack", "傑克", "m"), ("Amy", "艾咪", "f"),
    ("Kevin", "凱文", "m"), ("Sarah", "莎拉", "f"), ("Paul", "保羅", "m"), ("Helen", "海倫", "f"), ("Mike", "麥可", "m"),
    ("Laura", "蘿拉", "f"), ("Daniel", "丹尼爾", "m"), ("Julia", "茱莉亞", "f"), ("Oscar", "奧斯卡", "m"), ("Sophie", "蘇菲", "f"),
)  # fmt: skip
# Names as Taiwan writes them: a family name and two syllables, each one character
SURNAMES = (("Chen", "陳"), ("Lin", "林"), ("Huang", "黃"), ("Chang", "張"), ("Wang", "王"), ("Wu", "吳"), ("Liu", "劉"),
            ("Tsai", "蔡"), ("Yang", "楊"), ("Hsu", "許"), ("Cheng", "鄭"), ("Hsieh", "謝"), ("Kuo", "郭"), ("Hung", "洪"),
            ("Chiu", "邱"), ("Tseng", "曾"), ("Liao", "廖"), ("Lai", "賴"), ("Su", "蘇"), ("Yeh", "葉"), ("Lu", "盧"),
            ("Chung", "鍾"), ("Peng", "彭"), ("Shih", "施"), ("Tu", "杜"), ("Fang", "方"))  # fmt: skip
FIRST_SYLLABLES = (("Chih", "志"), ("Mei", "美"), ("Chia", "家"), ("Ya", "雅"), ("Chun", "俊"), ("Shu", "淑"), ("Yi", "怡"),
                   ("Chien", "建"), ("Ming", "明"), ("Hsiao", "曉"), ("Kuan", "冠"), ("Pei", "佩"), ("Wen", "文"), ("Yu", "育"),
                   ("Cheng", "承"), ("Tzu", "子"), ("Po", "柏"), ("Hui", "慧"), ("Han", "翰"), ("Jui", "瑞"))  # fmt: skip
LAST_SYLLABLES = (("ling", "玲", "f"), ("wei", "偉", "m"), ("hao", "豪", "m"), ("ting", "婷", "f"), ("chun", "君", "f"),
                  ("hung", "宏", "m"), ("fen", "芬", "f"), ("lung", "龍", "m"), ("hua", "華", "f"), ("jung", "蓉", "f"),
                  ("hsiang", "翔", "m"), ("chieh", "傑", "m"), ("hui", "惠", "f"), ("yao", "耀", "m"), ("han", "涵", "f"),
                  ("lin", "琳", "f"), ("yuan", "遠", "m"))  # fmt: skip
TITLES = (("Mr.", "先生", "m"), ("Ms.", "小姐", "f"), ("Professor", "教授", "m"), ("Dr.", "醫師", "f"), ("Mrs.", "太太", "f"),
          ("Captain", "隊長", "m"), ("Manager", "經理", "f"), ("Director", "主任", "m"))  # fmt: skip

# --- places: "English Chinese"; in Chinese all come before the verb ------------------------------------------------------


def _places(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(tuple(entry.strip().rsplit(" ", 1)) for entry in text.split(";"))


PLACES = {
    "home": _places("at home 在家; in the living room 在客廳; in the bedroom 在臥室裡; on the balcony 在陽台上"),
    "kitchen": _places("in the kitchen 在廚房裡; at home 在家"),
    "yard": _places("in the yard 在院子裡; on the farm 在農場上; behind the house 在屋子後面; in the countryside 在鄉下"),
    "reading": _places("in the library 在圖書館; at home 在家; in the park 在公園裡; on the train 在火車上; "
                       "in the coffee shop 在咖啡廳; under a tree 在樹下; in the study 在書房裡; by the window 在窗邊"),
    "desk": _places("in the library 在圖書館; in the office 在辦公室; in the classroom 在教室裡; in the study 在書房裡; "
                    "at the desk 在書桌前"),
    "office": _places("in the office 在辦公室; in the meeting room 在會議室; at school 在學校"),
    "meal": _places("in the restaurant 在餐廳; at home 在家; in the coffee shop 在咖啡廳; at the night market 在夜市; "
                    "on the plane 在飛機上; in the cafeteria 在學生餐廳"),
    "out": _places("in the park 在公園; on the street 在街上; at the station 在車站; at the beach 在海邊; "
                   "by the river 在河邊; in the mountains 在山上; at the airport 在機場; at the harbor 在港口; "
                   "on the bank of the river 在河岸上"),
    "stage": _places("at the party 在派對上; on the stage 在舞台上; at the wedding 在婚禮上; at the school fair 在園遊會上; "
                     "in the music room 在音樂教室; at the banquet 在宴會上"),
    "watch": _places("at home 在家; in the living room 在客廳; on the Internet 在網路上; with friends 跟朋友一起"),
    "sport": _places("in the park 在公園; at school 在學校; after class 下課後; with friends 跟朋友一起; "
                     "at the gym 在體育館; with the neighbors 跟鄰居一起"),
    "city": _places("in Taipei 在台北; in Tainan 在台南; in Kaohsiung 在高雄; in Taichung 在台中; in Hualien 在花蓮; "
                    "in Tokyo 在東京; in New York 在紐約; in Keelung 在基隆; in Paris 在巴黎; in London 在倫敦; "
                    "in Hsinchu 在新竹; in Yilan 在宜蘭; in Penghu 在澎湖; in Kyoto 在京都; in Vienna 在維也納; "
                    "in Taitung 在台東; in Lukang 在鹿港; in Lisbon 在里斯本"),
    "post": _places("at the post office 在郵局; from the office 從辦公室; from Japan 從日本; from abroad 從國外"),
    "book shop": _places("at the bookstore 在書店; on the Internet 在網路上; at the used-book fair 在二手書展"),
    "clothes shop": _places("at the department store 在百貨公司; at the night market 在夜市; on the Internet 在網路上; "
                            "at the outlet 在暢貨中心"),
    "food shop": _places("at the market 在市場; at the supermarket 在超市; at the convenience store 在便利商店; "
                         "at the night market 在夜市; at the farmers' market 在農夫市集"),
    "device shop": _places("at the department store 在百貨公司; on the Internet 在網路上; at the store 在店裡; "
                           "in Japan 在日本"),
}  # fmt: skip
SHOPS = {"book": "book shop", "mail": "book shop", "pen": "book shop", "paper": "device shop"}
SHOPS |= dict.fromkeys(classes("CLOTHING, jewelry, spectacles, scarf, tie, bag, backpack"), "clothes shop")
SHOPS |= dict.fromkeys(classes("FOOD, vegetable"), "food shop") | dict.fromkeys(classes("car, bicycle"), "city")
CITIES = tuple((en.removeprefix("in "), zh.removeprefix("在")) for en, zh in PLACES["city"])
# Where things lie: in Chinese the preposition is a word behind the noun
ON = _places("on the table 桌上; on the sofa 沙發上; on the bed 床上; in the drawer 抽屜裡; on the bookshelf 書架上; "
             "under the bed 床底下; in the suitcase 行李箱裡; by the door 門邊; on the windowsill 窗台上; "
             "behind the curtain 窗簾後面; in the closet 衣櫃裡; in the corner 角落裡")  # fmt: skip
ON_BAG = _places("by the door 門邊; on the bed 床上; in the closet 衣櫃裡; on the sofa 沙發上; in the corner 角落裡; under the table 桌子底下; "
                 "in the hallway 走廊上")  # fmt: skip
ON_DISH = _places(
    "on the table 桌上; in the kitchen 廚房裡; on the tray 托盤上; in the cupboard 櫥櫃裡; next to the sink 水槽旁邊"
)
ON_FOOD = _places("on the table 桌上; in the kitchen 廚房裡; in the refrigerator 冰箱裡; in the basket 籃子裡; "
                  "on the tray 托盤上; in the cupboard 櫥櫃裡; next to the sink 水槽旁邊")  # fmt: skip
OUTSIDE = _places("in the park 公園裡; in the yard 院子裡; by the river 河邊; in front of the house 房子前面; "
                  "by the lake 湖邊; on the bank of the river 河岸上; next to the temple 廟旁邊; by the road 路邊; "
                  "at the foot of the mountain 山腳下; across from the bank 銀行對面")  # fmt: skip
WILD = _places("in the forest 森林裡; in the mountains 山上; under the tree 樹下; by the river 河邊; in the zoo 動物園裡; "
               "on the bank of the river 河岸上; in the valley 山谷裡; in the cave 山洞裡")  # fmt: skip
LYING = (
    "book",
    "mail",
    "jewelry",
    "tool",
    "dish",
    "pen",
    "paper",
    "bag",
    "spectacles",
    "fruit",
    "blade",
    "baked",
)  # what lies
ABROAD = {"Tokyo", "New York", "Paris", "London", "Kyoto", "Vienna", "Lisbon"}

# --- times: "English Chinese" --------------------------------------------------------------------------------------------

TIMES = {
    "past day": _places("yesterday 昨天; last night 昨天晚上; this morning 今天早上; last week 上星期; last Sunday 上星期天; "
                        "the day before yesterday 前天; yesterday afternoon 昨天下午; last Friday 上星期五; "
                        "last weekend 上週末; just now 剛剛; on New Year's Eve 除夕"),
    "past year": _places("last year 去年; last summer 去年夏天; the year before last 前年; last winter 去年冬天; "
                         "last spring 去年春天"),
    "future day": _places("tomorrow 明天; next week 下星期; tonight 今天晚上; next Monday 下星期一; this weekend 這個週末; "
                          "tomorrow morning 明天早上; the day after tomorrow 後天; this afternoon 今天下午; "
                          "next Saturday 下星期六"),
    "future year": _places("next year 明年; next month 下個月; next summer 明年夏天; the year after next 後年"),
    "habit day": _places("every day 每天; on weekends 週末; every morning 每天早上; every Sunday 每個星期天; every week 每星期; "
                         "every evening 每天傍晚; on Wednesdays 星期三; on holidays 假日"),
    "habit year": _places("every year 每年; every summer 每年夏天; every spring 每年春天"),
}  # fmt: skip
# adverbs of how often, right before the verb in both languages; the formal 經常 goes with a formal subject
OFTEN = (("often", "常常"), ("always", "總是"), ("sometimes", "有時候"), ("usually", "通常"), ("seldom", "很少"),
         ("occasionally", "偶爾"), ("never", "從來不"))  # fmt: skip
