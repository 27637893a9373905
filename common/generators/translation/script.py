"""The same Chinese in simplified characters: a table, character by character, of all that the grammar can say.

This changes the script, not the language: 計程車 becomes 计程车, where Beijing says 出租车.
"""

_TRADITIONAL = (
    "丟乾亂亞來倉個們倫偉傑傘傳傷儀億優兇兒兩凱別剛劇劉動勝勞勵區厭參吳員問單嗎國圍園圓圖團堅報場塊塵壞壩"
    "壯壺夢奧媽嬰孫學宮實寧寫寬寶將對尷屜島師帳帶幣幫幾庫廂廚廟廠廣廳張強彈後從悶惱愛態慣應戰戲戶捲掃掛換"
    "搖摺據攝敗於時暢曉曬書會東條棟楊楓業極構樂標樣樹橋機檜檯檸櫃櫥櫻歡歲歷殼氣決沒涼淨淵湯溫漁漢漿濃濕濟"
    "灘為烏無煩熱燈燙爭爾獅獎獵獻現瑪環產畫當瘋療癒發盞盤盧硯碼禮種稱窮筆箏節築簾籃籠糰紀約紅納紐結絕給統"
    "絲經綠維網緊線練縣縫總繞續罵羅習聞聰聲聽腦腳臉臥與舉舊莊華萬葉著蒐蓋蓮蔔蔥薩藍藥蘇蘋蘭蘿號蝟蝦蟲蠟術"
    "衛補裝裡複褲襪襯規視親覺覽觀計討記訪許診試詩話該誌認語說誰課請論謎講謝謠識譜譯議護讀變讓讚豎豐豔豬貓"
    "貝貧貨貳貴買賣賬賴賽趕車軍輕輛輪輸轉辦農這連週遊運過達遠選還邊郵鄉鄭鄰醫針釣鈴鉗鉛銀銷鋒鋸鋼錄錢錯錶"
    "鍊鍋鍵鍾鎚鎮鏡鐘鐮鐵鑰鑼長門開間闆關陰陳陸陽隊際險隻雖雙雜雞難電靜韓響頂項須領頭顆題顏願顧風颱飛飯餃"
    "餅養餓館餵馬駝駱騎騙驗驢髒體髮鬆鬍鬥鬧鬱魚鮮鳥鳳鳴鴨鴿鵝鵡鶴鷹鸚麗麥麵麼黃點齡齣龍龜"
)
_SIMPLIFIED = (
    "丢干乱亚来仓个们伦伟杰伞传伤仪亿优凶儿两凯别刚剧刘动胜劳励区厌参吴员问单吗国围园圆图团坚报场块尘坏坝"
    "壮壶梦奥妈婴孙学宫实宁写宽宝将对尴屉岛师帐带币帮几库厢厨庙厂广厅张强弹后从闷恼爱态惯应战戏户卷扫挂换"
    "摇折据摄败于时畅晓晒书会东条栋杨枫业极构乐标样树桥机桧台柠柜橱樱欢岁历壳气决没凉净渊汤温渔汉浆浓湿济"
    "滩为乌无烦热灯烫争尔狮奖猎献现玛环产画当疯疗愈发盏盘卢砚码礼种称穷笔筝节筑帘篮笼团纪约红纳纽结绝给统"
    "丝经绿维网紧线练县缝总绕续骂罗习闻聪声听脑脚脸卧与举旧庄华万叶着搜盖莲卜葱萨蓝药苏苹兰萝号猬虾虫蜡术"
    "卫补装里复裤袜衬规视亲觉览观计讨记访许诊试诗话该志认语说谁课请论谜讲谢谣识谱译议护读变让赞竖丰艳猪猫"
    "贝贫货贰贵买卖账赖赛赶车军轻辆轮输转办农这连周游运过达远选还边邮乡郑邻医针钓铃钳铅银销锋锯钢录钱错表"
    "链锅键钟锤镇镜钟镰铁钥锣长门开间板关阴陈陆阳队际险只虽双杂鸡难电静韩响顶项须领头颗题颜愿顾风台飞饭饺"
    "饼养饿馆喂马驼骆骑骗验驴脏体发松胡斗闹郁鱼鲜鸟凤鸣鸭鸽鹅鹉鹤鹰鹦丽麦面么黄点龄出龙龟"
)
_TABLE = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
# where the neighbour tells, which simplified character is meant
_WORDS = {"計畫": "计划", "著名": "著名"}


def simplified(text: str) -> str:
    """Traditional to simplified characters, one for one: places in the text stay what they were."""
    plain = text.translate(_TABLE)
    for traditional, right in _WORDS.items():
        wrong = traditional.translate(_TABLE)
        if traditional in text:
            plain = plain.replace(wrong, right)
    return plain
