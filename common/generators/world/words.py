"""The lexicon: what people, places and things of the invented world are called.

Names of people and places are a surname or an ending and one of a few *bigrams*, so a WordPiece vocabulary of some
hundred entries can hold each bigram whole (see `vocabulary`).
"""


def _each(text: str) -> list[str]:
    return text.split()


SURNAMES = "林陳黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴徐周葉蘇莊江呂何羅蕭潘簡朱鍾彭游詹胡施沈魏"

WOMEN = _each(
    "秋雨 雅琴 淑芬 靜宜 佩珊 美雲 慧君 怡安 詠晴 思妤 曉嵐 婉如 玉蘭 筱薇 若蘭 芷萱 素梅 麗珠 月娥 春櫻 心怡 采潔 "
    "雪芳 佳穎 湘庭 碧霞 惠敏 瑞香 映竹 綺紅 蕙心 念慈 書瑜 鳳嬌 巧玲 妙容 依潔 桂枝 沛涵 芳儀"
)
MEN = _each(
    "志遠 文彬 建宏 俊傑 家豪 明德 國棟 永昌 宗翰 柏宇 冠霖 承恩 啟明 正雄 耀堂 博文 振聲 景行 清泉 添財 金水 春生 "
    "世昌 子謙 士弘 哲瑋 仁傑 信良 茂松 榮輝 維忠 泰和 銘賢 勝雄 秉文 浩然 炳南 克勤 逸群 守仁"
)
# with characters that a small vocabulary lacks
RARE_WOMEN = _each("玥瑄 翃儀 嫚翎 芃蓁 婳芸")
RARE_MEN = _each("堃霖 淼源 喆睿 燊輝 彣翔")

PLACES = _each(
    "青石 雲津 松溪 白鷺 長灘 鏡湖 楓港 金穗 月岬 銀杏 紅葉 綠原 藍灣 霧谷 星崗 海桐 沙崙 鹽田 茶山 梅嶺 杏林 荷塘 "
    "稻香 麥浪 柏森 檜谷 樟湖 榕坑 柳岸 桃澗 櫻丘 蘭坡 菊川 葵原 蓮峰 葛嶺 苔泉 蕨坪 鷹岩 鶴汀 雁渚 燕嶼 鷗島 鯨灣 "
    "魚梁 蝶谷 螢溪 鹿鳴 馬蹄 牛埔 龍泉 虎丘 象鼻 熊峰 南屏 北渡 東坪 西嶼 中崙 上寮 下洲 新墾 舊社 古亭 大坵 小瀨 "
    "石磊 土城 火炭 水碓 風櫃 雨潭 雪坡 霜林 晴川 晚渡 朝陽 暮山 黑潭 赤崁 翠屏 碧潭 丹霞 素湖 玉里 珠浦 瓦磘 磚窯 "
    "鐘樓 鼓嶺 琴丘 書院 墨池 硯山 筆架 紙坊 帆港 槳浦"
)
TOWN, RIVER, COUNTY = ("鎮", "鄉", "市", "村"), "河", "縣"

ENDINGS = {  # of the names of subjects, behind a place's
    "school": ("國小", "國中", "高中", "高職"),
    "museum": ("博物館", "美術館", "文物館", "紀念館"),
    "bridge": ("大橋", "吊橋", "拱橋", "古橋"),
    "festival": ("燈節", "風箏節", "音樂節", "花季", "美食節"),
    "firm": ("實業", "工業", "企業", "製造"),
}
FRUIT = "柚子"  # and a firm: one word with two senses, as 蘋果 has them
FRUIT_FIRM, FRUIT_SNACK = "柚子公司", "柚子糖"
BOOKS = (
    _each(
        "遲來的 沉默的 最後的 發光的 遙遠的 失去的 溫柔的 倒下的 迷路的 無名的 午後的 雨中的 山上的 夜裡的 海邊的 "
        "父親的 母親的 陌生人的 孩子們的 冬天的"
    ),
    _each(
        "燈塔 夏天 書信 鐵路 花園 影子 旅人 鐘聲 口琴 渡船 圍牆 稻田 月台 鑰匙 風箏 歌聲 地圖 屋頂 車站 日記 木屋 腳步 "
        "星星 河流"
    ),
)

SKILLS = _each(
    "合唱 射箭 木工 園藝 烘焙 油畫 棒球 手球 刺繡 製圖 書法 體操 "
    "陶藝 管樂 桌球 舞蹈 攝影 版畫 雕刻 作曲 二胡 剪紙 圍棋 編織"
)
GOODS = _each("陶器 木雕 水彩畫 古地圖 織品 錢幣 郵票 農具 漆器 銅鏡 玉器 石碑 標本 扇子 面具 皮影 印章 樂器 茶具 瓷瓶")
STONES = _each("花崗岩 砂岩 紅磚 混凝土 玄武岩 石灰岩")
RAILS = _each("鑄鐵 檜木 不鏽鋼 毛竹 大理石 青銅")
SNACKS = _each(
    "麻糬 米糕 芋圓 蔥餅 紅豆餅 花生糖 柚子糖 仙草凍 菜包 肉圓 杏仁茶 豆花 車輪餅 地瓜球 梅子凍 桂花糕 綠豆糕 糖葫蘆"
)
PRODUCTS = _each(
    "醬油 肥皂 雨傘 鉛筆 電扇 腳踏車 毛巾 餅乾 茶葉 檯燈 收音機 縫紉機 手錶 電鍋 帳篷 球鞋 眼鏡 熱水瓶 原子筆 打字機"
)
