"""What can be said of each kind of subject, in several wordings, and what can be asked about it.

A `Saying` tells one to three facts at once: `{S}` is the subject (its name, or a pronoun), every other `{slot}` is a
value that a question may ask for. Sayings come in the order of life: those that open, those of a year, the oldest
first, and those of today. Of nearly every type of value a subject has two or more, and a passage has several subjects:
neither the subject nor the type of a question tells the answer.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Saying:
    wordings: tuple[str, ...]
    questions: dict[str, tuple[str, ...]]  # by slot; {S} is the subject's name
    year: str = ""  # the slot by which it is put in order


@dataclass(frozen=True)
class Kind:
    """A kind of subject. Of its years the first is the one that opens; the others follow it in any order, but for
    those in `fixed`, which come first and in this order."""

    pronouns: tuple[str, ...]
    another: str  # "another one of this kind", before a name
    types: dict[str, str]  # of each slot
    opening: tuple[Saying, ...]
    dated: tuple[Saying, ...]
    today: tuple[Saying, ...]
    fixed: tuple[str, ...] = ()

    @property
    def sayings(self) -> tuple[Saying, ...]:
        return self.opening + self.dated + self.today


def _types(**slots: str) -> dict[str, str]:
    """`year="founded moved"` -> `{"founded": "year", "moved": "year"}`."""
    return {slot: kind for kind, names in slots.items() for slot in names.split()}


SCHOOL = Kind(
    pronouns=("該校", "這所學校"),
    another="另一所學校",
    types=_types(
        year="founded moved hall added",
        person="founder architect head",
        town="first site",
        students="pupils teachers",
        skill="course fame",
    ),
    opening=(
        Saying(
            ("{S}創立於{founded}，創辦人是{founder}", "{S}由{founder}在{founded}創辦"),
            {
                "founded": ("{S}是哪一年創立的？", "{S}創校於哪一年？", "{S}在哪一年成立？"),
                "founder": ("{S}的創辦人是誰？", "是誰創立了{S}？", "當初是誰興辦{S}的？"),
            },
        ),
        Saying(
            ("{S}最初設在{first}", "{S}起初借用{first}的廟宇上課", "{S}的第一批教室蓋在{first}"),
            {"first": ("{S}一開始設在哪裡？", "{S}最早的校址在哪個地方？", "{S}剛創校時，學生在哪裡上課？")},
        ),
    ),
    dated=(
        Saying(
            ("{S}在{moved}遷到{site}", "{moved}，{S}搬到{site}的新校地", "{S}於{moved}因校地不足而遷往{site}"),
            {
                "moved": ("{S}是哪一年搬遷的？", "{S}在哪一年換了校址？", "{S}遷校是哪一年的事？"),
                "site": ("{S}後來搬到哪裡？", "{S}遷校之後位於哪裡？", "{S}的新校址在哪個地方？"),
            },
            "moved",
        ),
        Saying(
            ("{S}的禮堂在{hall}落成，由{architect}設計", "{hall}，{architect}替{S}設計的禮堂完工"),
            {
                "hall": ("{S}的禮堂是哪一年完工的？", "{S}從哪一年起有了禮堂？"),
                "architect": ("{S}的禮堂是誰設計的？", "替{S}設計禮堂的人是誰？", "誰是{S}禮堂的建築師？"),
            },
            "hall",
        ),
        Saying(
            ("{S}於{added}增設{course}班", "{added}，{S}開了{course}班"),
            {
                "added": ("{S}在哪一年增設新的班別？", "{S}哪一年多了一種班？"),
                "course": ("{S}增設了什麼班？", "{S}後來新開的班教什麼？"),
            },
            "added",
        ),
    ),
    today=(
        Saying(
            ("{S}現任校長是{head}", "{S}目前由{head}擔任校長"),
            {"head": ("{S}現在的校長是誰？", "目前是誰主持{S}的校務？", "誰是{S}的現任校長？")},
        ),
        Saying(
            ("{S}現有學生{pupils}、教師{teachers}", "{S}目前有{pupils}學生，教師則有{teachers}"),
            {
                "pupils": ("{S}的學生有多少名？", "在{S}就讀的學生有幾名？"),
                "teachers": ("{S}有幾名教師？", "在{S}教書的老師有多少名？"),
            },
        ),
        Saying(
            ("{S}以{fame}聞名", "{S}的{fame}在縣內很有名", "{S}在{fame}方面表現最好"),
            {"fame": ("{S}以什麼聞名？", "{S}最擅長什麼？", "{S}在哪一方面表現最好？")},
        ),
    ),
)

MUSEUM = Kind(
    pronouns=("該館", "這座展館"),
    another="另一座展館",
    types=_types(
        year="opened given closed branched",
        person="donor architect giver head",
        town="site branch",
        pieces="pieces shown",
        goods="gift theme",
    ),
    opening=(
        Saying(
            ("{S}於{opened}開館，土地由{donor}捐出", "{S}在{donor}捐出的土地上興建，{opened}開館"),
            {
                "opened": ("{S}是哪一年開館的？", "{S}從哪一年起開放參觀？"),
                "donor": ("誰捐出了{S}的土地？", "{S}的土地是誰捐的？"),
            },
        ),
        Saying(
            ("{S}的建築由{architect}設計", "{S}由{architect}設計"),
            {"architect": ("{S}的設計者是誰？", "誰設計了{S}？", "{S}是哪一位建築師的作品？")},
        ),
        Saying(
            ("{S}坐落於{site}", "{S}位於{site}的老街旁"),
            {"site": ("{S}在哪裡？", "要到哪個地方才能參觀{S}？", "{S}的本館在哪裡？")},
        ),
    ),
    dated=(
        Saying(
            ("{S}在{given}收到{giver}捐贈的一批{gift}", "{given}，{giver}送給{S}一批{gift}"),
            {
                "given": ("{S}在哪一年收到一批捐贈？", "有人送東西給{S}是哪一年的事？"),
                "giver": ("誰把收藏送給{S}？", "捐贈文物給{S}的人是誰？"),
                "gift": ("別人捐給{S}的是什麼？", "{S}收到的捐贈是什麼？"),
            },
            "given",
        ),
        Saying(
            ("{S}於{closed}因地震閉館整修", "{closed}的一場地震使{S}閉館整修"),
            {"closed": ("{S}在哪一年因地震閉館？", "{S}哪一年受到地震影響？", "{S}哪一年停止開放？")},
            "closed",
        ),
        Saying(
            ("{S}在{branched}於{branch}成立分館", "{branched}，{S}的分館在{branch}成立"),
            {
                "branched": ("{S}的分館是哪一年成立的？", "{S}哪一年有了分館？"),
                "branch": ("{S}的分館設在哪裡？", "{S}在哪個地方另有據點？"),
            },
            "branched",
        ),
    ),
    today=(
        Saying(
            (
                "{S}以收藏{theme}為主，館藏共{pieces}，經常展出的有{shown}",
                "{S}主要收藏{theme}，在{pieces}館藏中經常展出{shown}",
            ),
            {
                "theme": ("{S}主要收藏什麼？", "{S}的收藏以什麼為主？", "{S}最多的藏品是什麼？"),
                "pieces": ("{S}的館藏共有多少件？", "{S}一共收藏了幾件？"),
                "shown": ("{S}經常展出的有幾件？", "平常在{S}看得到的展品有多少件？"),
            },
        ),
        Saying(
            ("{S}現任館長是{head}", "{S}目前由{head}擔任館長"),
            {"head": ("{S}現在的館長是誰？", "目前是誰管理{S}？", "誰是{S}的現任館長？")},
        ),
    ),
)

BRIDGE = Kind(
    pronouns=("該橋", "這座橋"),
    fixed=("flooded", "rebuilt", "listed"),
    another="另一座橋",
    types=_types(
        year="built flooded rebuilt listed",
        person="designer engineer painter",
        town="west east",
        river="river joining",
        metres="length width",
        material="piers rail",
    ),
    opening=(
        Saying(
            ("{S}由{designer}設計，{built}通車", "{S}於{built}完工，設計者是{designer}"),
            {
                "built": ("{S}是哪一年完工的？", "{S}在哪一年通車？", "車輛從哪一年起可以走{S}？"),
                "designer": ("{S}是誰設計的？", "誰畫了{S}的設計圖？"),
            },
        ),
        Saying(
            ("{S}西起{west}，東至{east}", "{S}的西端在{west}，東端在{east}"),
            {
                "west": ("{S}的西端在哪裡？", "{S}西邊的橋頭在哪個地方？"),
                "east": ("{S}的東端在哪裡？", "{S}東邊的橋頭在哪個地方？"),
            },
        ),
        Saying(
            ("{S}橫跨{river}，離{joining}匯入的地方不遠", "{S}架在{river}上，{joining}在附近匯入"),
            {
                "river": ("{S}橫跨哪一條河？", "走過{S}，腳下是哪一條河？"),
                "joining": ("哪一條河在{S}附近匯入？", "{S}附近的支流是哪一條河？"),
            },
        ),
    ),
    dated=(
        Saying(
            ("{S}在{flooded}遭洪水沖毀", "{flooded}的一場洪水沖走了{S}的橋面"),
            {"flooded": ("{S}在哪一年遇上洪水？", "{S}哪一年被大水沖壞？")},
            "flooded",
        ),
        Saying(
            ("{S}於{rebuilt}重建，工程由{engineer}主持", "{rebuilt}，{engineer}主持了{S}的重建工程"),
            {
                "rebuilt": ("{S}是哪一年重建的？", "{S}在哪一年重新蓋好？"),
                "engineer": ("誰主持{S}的重建？", "{S}的重建工程由誰負責？"),
            },
            "rebuilt",
        ),
        Saying(
            ("{S}在{listed}登錄為歷史建築，說明牌由{painter}題字", "{listed}，{S}成為歷史建築，{painter}為說明牌題字"),
            {
                "listed": ("{S}在哪一年成為歷史建築？", "{S}哪一年受到登錄保護？"),
                "painter": ("{S}說明牌上的字是誰寫的？", "誰替{S}的說明牌題字？"),
            },
            "listed",
        ),
    ),
    today=(
        Saying(
            ("{S}全長{length}，橋面寬{width}", "{S}的橋面寬{width}，總長{length}"),
            {
                "length": ("{S}有多長？", "走完{S}全程要走幾公尺？"),
                "width": ("{S}有多寬？", "{S}的橋面有幾公尺寬？"),
            },
        ),
        Saying(
            ("{S}的橋墩用{piers}砌成，欄杆用{rail}製作", "{S}用{piers}砌橋墩，用{rail}做欄杆"),
            {
                "piers": ("{S}的橋墩用什麼材料？", "支撐{S}的橋墩是什麼做的？"),
                "rail": ("{S}的欄杆用什麼材料？", "{S}兩旁的欄杆是什麼做的？"),
            },
        ),
    ),
)

BOOK = Kind(
    pronouns=("該書", "這本書"),
    another="另一本書",
    types=_types(
        year="published reissued translated filmed",
        person="author hero painter translator director",
        town="setting shot",
        pages="pages longer",
    ),
    opening=(
        Saying(
            ("{S}由{author}寫成，{published}出版", "{S}是{author}的作品，{published}問世"),
            {
                "published": ("{S}是哪一年出版的？", "{S}在哪一年問世？", "讀者從哪一年起可以買到{S}？"),
                "author": ("{S}的作者是誰？", "誰寫了{S}？"),
            },
        ),
        Saying(
            ("{S}的故事發生在{setting}，主角叫{hero}", "{S}寫{hero}在{setting}長大的經過"),
            {
                "setting": ("{S}的故事發生在哪裡？", "{S}以哪個地方為背景？"),
                "hero": ("{S}的主角是誰？", "{S}寫的是誰的故事？"),
            },
        ),
    ),
    dated=(
        Saying(
            ("{S}在{reissued}再版，封面由{painter}繪製", "{reissued}，{S}換上{painter}畫的封面再版"),
            {
                "reissued": ("{S}是哪一年再版的？", "{S}在哪一年換了封面？"),
                "painter": ("{S}再版的封面是誰畫的？", "誰替{S}畫封面？"),
            },
            "reissued",
        ),
        Saying(
            ("{S}於{translated}由{translator}譯成英文", "{translated}，{translator}把{S}譯成英文"),
            {
                "translated": ("{S}在哪一年有了英譯本？", "{S}是哪一年譯成英文的？"),
                "translator": ("誰把{S}譯成英文？", "{S}的英譯者是誰？"),
            },
            "translated",
        ),
        Saying(
            ("{S}在{filmed}由{director}拍成電影，主要在{shot}取景", "{filmed}，{director}在{shot}把{S}拍成電影"),
            {
                "filmed": ("{S}是哪一年拍成電影的？", "{S}在哪一年搬上銀幕？"),
                "director": ("誰把{S}拍成電影？", "{S}的電影由誰執導？"),
                "shot": ("{S}的電影在哪裡拍攝？", "{S}的電影以哪個地方為外景地？"),
            },
            "filmed",
        ),
    ),
    today=(
        Saying(
            ("{S}的初版有{pages}，目前的版本增為{longer}", "{S}目前的版本有{longer}，比初版的{pages}厚"),
            {
                "pages": ("{S}剛出版時有幾頁？", "{S}最早的版本有多少頁？"),
                "longer": ("{S}現在的版本有幾頁？", "今天買到的{S}有多少頁？"),
            },
        ),
    ),
)

FESTIVAL = Kind(
    pronouns=("該活動", "這項活動"),
    another="另一項活動",
    types=_types(
        year="first stopped moved awarded",
        person="initiator winner head",
        town="start site",
        people="visitors helpers",
        snack="snack second",
    ),
    opening=(
        Saying(
            ("{S}始於{first}，由{initiator}發起", "{S}由{initiator}發起，{first}首度舉行"),
            {
                "first": ("{S}是哪一年開始的？", "第一屆{S}在哪一年舉行？"),
                "initiator": ("{S}是誰發起的？", "最早提議舉辦{S}的人是誰？"),
            },
        ),
        Saying(
            ("{S}最早在{start}舉行", "{S}起初以{start}的廣場為會場"),
            {"start": ("{S}最初在哪裡舉行？", "{S}最早的會場在哪個地方？", "第一屆{S}辦在哪裡？")},
        ),
    ),
    dated=(
        Saying(
            ("{S}在{stopped}因颱風停辦一次", "{stopped}的颱風讓{S}停辦了一次"),
            {"stopped": ("{S}在哪一年停辦？", "{S}哪一年因為天氣而沒有舉行？")},
            "stopped",
        ),
        Saying(
            ("{S}於{moved}改到{site}舉行", "{moved}起，{S}改在{site}舉行"),
            {
                "moved": ("{S}在哪一年換了場地？", "{S}是哪一年改地點的？"),
                "site": ("{S}後來改到哪裡舉行？", "{S}換場地之後，會場在哪裡？", "{S}的新會場在哪個地方？"),
            },
            "moved",
        ),
        Saying(
            ("{S}在{awarded}首次頒獎，得主是{winner}", "{awarded}，{winner}得到{S}頒發的第一個獎"),
            {
                "awarded": ("{S}從哪一年起頒獎？", "{S}的第一個獎是哪一年頒的？"),
                "winner": ("誰得到{S}的第一個獎？", "{S}最早的得獎人是誰？"),
            },
            "awarded",
        ),
    ),
    today=(
        Saying(
            ("{S}每年約有{visitors}參加，另有{helpers}擔任志工", "{S}每年由{helpers}擔任志工，吸引約{visitors}參加"),
            {
                "visitors": ("每年約有多少人參加{S}？", "{S}每年能吸引多少人？"),
                "helpers": ("{S}有多少人當志工？", "每年到{S}幫忙的志工有幾人？"),
            },
        ),
        Saying(
            ("{S}最受歡迎的點心是{snack}，其次是{second}", "在{S}的攤位上，{snack}賣得最好，{second}居次"),
            {
                "snack": ("{S}最受歡迎的點心是什麼？", "在{S}賣得最多的是什麼？"),
                "second": ("{S}第二受歡迎的點心是什麼？", "在{S}銷量第二的是什麼？"),
            },
        ),
        Saying(
            ("{S}目前的召集人是{head}", "{S}現由{head}擔任召集人"),
            {"head": ("{S}現在的召集人是誰？", "目前是誰負責籌辦{S}？")},
        ),
    ),
)

FIRM = Kind(
    pronouns=("該公司", "這家公司"),
    another="另一家公司",
    types=_types(
        year="founded burnt moved launched listed",
        person="founder developer head",
        town="plant site",
        people="staff engineers",
        product="product novelty",
    ),
    opening=(
        Saying(
            ("{S}由{founder}於{founded}成立", "{S}成立於{founded}，創辦人是{founder}"),
            {
                "founded": ("{S}是哪一年成立的？", "{S}在哪一年開業？"),
                "founder": ("{S}的創辦人是誰？", "是誰開了{S}？"),
            },
        ),
        Saying(
            ("{S}的第一間工廠設在{plant}，靠生產{product}起家", "{S}在{plant}設廠，最早生產{product}"),
            {
                "plant": ("{S}的第一間工廠在哪裡？", "{S}最早在哪個地方生產？"),
                "product": ("{S}靠什麼起家？", "{S}最早賣的是什麼？"),
            },
        ),
    ),
    dated=(
        Saying(
            ("{S}的倉庫在{burnt}毀於火災", "{burnt}的一場火災燒毀了{S}的倉庫"),
            {"burnt": ("{S}在哪一年遭遇火災？", "{S}的倉庫是哪一年燒掉的？")},
            "burnt",
        ),
        Saying(
            ("{S}在{moved}把總部遷到{site}", "{moved}，{S}的總部搬到{site}"),
            {
                "moved": ("{S}的總部是哪一年搬遷的？", "{S}在哪一年換了辦公地點？"),
                "site": ("{S}把總部遷到哪裡？", "{S}現在的總部在哪個地方？"),
            },
            "moved",
        ),
        Saying(
            ("{S}於{launched}推出{developer}研發的{novelty}", "{launched}，{developer}替{S}研發的{novelty}上市"),
            {
                "launched": ("{S}在哪一年推出新產品？", "{S}的新產品是哪一年上市的？"),
                "developer": ("{S}的新產品是誰研發的？", "誰替{S}開發新產品？"),
                "novelty": ("{S}後來推出的新產品是什麼？", "{S}研發出什麼？"),
            },
            "launched",
        ),
        Saying(
            ("{S}在{listed}股票上市", "{listed}，{S}的股票上市"),
            {"listed": ("{S}的股票在哪一年上市？", "投資人從哪一年起可以買{S}的股票？")},
            "listed",
        ),
    ),
    today=(
        Saying(
            ("{S}現有員工{staff}，其中{engineers}是技術人員", "{S}目前雇用{staff}，技術人員占{engineers}"),
            {
                "staff": ("{S}一共有多少人？", "在{S}上班的員工有幾人？"),
                "engineers": ("{S}有多少人是技術人員？", "{S}的技術人員有幾人？"),
            },
        ),
        Saying(
            ("{S}現任董事長是{head}", "{S}目前由{head}擔任董事長"),
            {"head": ("{S}現在的董事長是誰？", "目前是誰領導{S}？")},
        ),
    ),
)

PERSON = Kind(
    pronouns=(),  # 他 or 她
    fixed=("studied",),
    another="另一位名人",
    types=_types(
        year="born studied married moved taught awarded",
        person="teacher spouse student",
        town="home city work",
        skill="art hobby",
    ),
    opening=(
        Saying(
            ("{S}在{born}出生於{home}", "{S}生於{born}，故鄉是{home}", "{S}是{home}人，{born}出生"),
            {
                "born": ("{S}是哪一年出生的？", "{S}生於哪一年？"),
                "home": ("{S}是哪裡人？", "{S}的故鄉在哪裡？", "{S}出生在哪個地方？"),
            },
        ),
    ),
    dated=(
        Saying(
            ("{S}在{studied}到{city}跟隨{teacher}學習{art}", "{studied}，{S}前往{city}，拜{teacher}為師學{art}"),
            {
                "studied": ("{S}在哪一年離家求學？", "{S}從哪一年起拜師學藝？"),
                "city": ("{S}到哪裡求學？", "{S}在哪個地方拜師學藝？"),
                "teacher": ("{S}的老師是誰？", "是誰教導了{S}？"),
                "art": ("{S}向老師學了什麼？", "{S}求學時學的是什麼？"),
            },
            "studied",
        ),
        Saying(
            ("{S}在{married}與{spouse}結婚", "{married}，{S}和{spouse}結婚"),
            {
                "married": ("{S}是哪一年結婚的？", "{S}的婚禮在哪一年舉行？"),
                "spouse": ("{S}和誰結婚？", "{S}的配偶是誰？"),
            },
            "married",
        ),
        Saying(
            ("{S}於{moved}遷居{work}，在當地教書", "{moved}，{S}搬到{work}教書"),
            {
                "moved": ("{S}在哪一年搬家？", "{S}是哪一年開始教書的？"),
                "work": ("{S}在哪裡教書？", "{S}後來搬到哪個地方？"),
            },
            "moved",
        ),
        Saying(
            ("{S}在{taught}收{student}為學生", "{taught}，{student}成為{S}的學生"),
            {
                "taught": ("{S}在哪一年收了學生？", "{S}是哪一年收徒的？"),
                "student": ("{S}的學生是誰？", "{S}把技藝傳給了誰？"),
            },
            "taught",
        ),
        Saying(
            ("{S}於{awarded}得到縣政府頒發的文化獎", "{awarded}，縣政府把文化獎頒給{S}"),
            {"awarded": ("{S}是哪一年得獎的？", "{S}在哪一年受到縣政府表揚？")},
            "awarded",
        ),
    ),
    today=(
        Saying(
            ("{S}平日最大的興趣是{hobby}", "{S}閒暇時以{hobby}為樂", "{S}也熱愛{hobby}"),
            {"hobby": ("{S}有空時喜歡做什麼？", "{S}的興趣是什麼？")},
        ),
    ),
)

KINDS = {
    "school": SCHOOL,
    "museum": MUSEUM,
    "bridge": BRIDGE,
    "book": BOOK,
    "festival": FESTIVAL,
    "firm": FIRM,
    "person": PERSON,
}
