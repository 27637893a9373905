"""What is said: the phones, a small lexicon of English words, and sentences made from them.

Pronunciations are in the 39 phones of the CMU Pronouncing Dictionary, without stress marks. The sentences are
grammatical nonsense; some noun phrases are names that no lexicon holds, made from the syllables that English allows.
"""

from functools import cache

import numpy as np

# the 41 classes of LibriPhone, in its order: silence, spoken noise (coughs, breaths), then the 39 phones
_CLASSES = (
    "SIL SPN AE P Y UW HH IH EY EH R B AY AH F AO UH V AW K M L N IY D SH AA JH W TH OW NG ER CH S T Z DH G ZH OY"
)
CLASSES = tuple(_CLASSES.split())
INDEX = {name: i for i, name in enumerate(CLASSES)}

# words by part of speech, the frequent ones first: a word's chance falls with its rank (Zipf)
_WORDS = {
    "determiner": """the DH AH | a AH | his HH IH Z | her HH ER | that DH AE T | my M AY | your Y AO R |
        this DH IH S | every EH V R IY | another AH N AH DH ER | some S AH M""",
    "pronoun": "he HH IY | she SH IY | i AY | they DH EY | it IH T | we W IY | you Y UW | who HH UW",
    "auxiliary": """was W AA Z | had HH AE D | would W UH D | could K UH D | is IH Z | will W IH L | should SH UH D |
        did D IH D | has HH AE Z | might M AY T | must M AH S T""",
    "preposition": """of AH V | to T UW | in IH N | on AA N | with W IH DH | from F R AH M | by B AY | at AE T |
        into IH N T UW | over OW V ER | under AH N D ER | behind B IY HH AY N D | near N IH R | through TH R UW |
        before B IY F AO R | after AE F T ER | around AH R AW N D | without W IH DH AW T | between B IY T W IY N""",
    "conjunction": """and AE N D | but B AH T | when W EH N | then DH EH N | for F AO R | as AE Z | or AO R |
        while W AY L | so S OW | because B IY K AO Z | though DH OW | until AH N T IH L""",
    "adjective": """little L IH T AH L | old OW L D | good G UH D | great G R EY T | long L AO NG | young Y AH NG |
        white W AY T | small S M AO L | high HH AY | dark D AA R K | poor P UH R | cold K OW L D | fine F AY N |
        happy HH AE P IY | strange S T R EY N JH | black B L AE K | soft S AO F T | large L AA R JH |
        quiet K W AY AH T | deep D IY P | awful AO F AH L | green G R IY N | sweet S W IY T |
        beautiful B Y UW T AH F AH L | heavy HH EH V IY | rich R IH CH | bright B R AY T | silent S AY L AH N T |
        yellow Y EH L OW | full F UH L | thin TH IH N | usual Y UW ZH UW AH L""",
    "noun": """man M AE N | time T AY M | day D EY | house HH AW S | hand HH AE N D | world W ER L D | night N AY T |
        water W AO T ER | face F EY S | room R UW M | voice V OY S | boy B OY | mother M AH DH ER |
        father F AA DH ER | child CH AY L D | road R OW D | door D AO R | light L AY T | tree T R IY | book B UH K |
        king K IH NG | city S IH T IY | heart HH AA R T | girl G ER L | river R IH V ER | sea S IY |
        morning M AO R N IH NG | sun S AH N | wind W IH N D | story S T AO R IY | horse HH AO R S | fire F AY ER |
        garden G AA R D AH N | town T AW N | ship SH IH P | fish F IH SH | moon M UW N | pleasure P L EH ZH ER |
        bird B ER D | table T EY B AH L | question K W EH S CH AH N | soldier S OW L JH ER | window W IH N D OW |
        chair CH EH R | bread B R EH D | treasure T R EH ZH ER | smoke S M OW K | tongue T AH NG | joy JH OY |
        point P OY N T | edge EH JH | bridge B R IH JH | vision V IH ZH AH N | thought TH AO T | leather L EH DH ER |
        cloud K L AW D | noise N OY Z""",
    "verb": """said S EH D | saw S AO | knew N UW | made M EY D | took T UH K | found F AW N D | gave G EY V |
        heard HH ER D | loved L AH V D | brought B R AO T | carried K AE R IY D | wanted W AA N T IH D |
        caught K AO T | watched W AA CH T | asked AE S K T | kept K EH P T | left L EH F T | followed F AA L OW D |
        read R EH D | pushed P UH SH T | sold S OW L D | enjoyed EH N JH OY D | touched T AH CH T |
        measured M EH ZH ER D | chose CH OW Z | passed P AE S T | threw TH R UW | searched S ER CH T |
        showed SH OW D""",
    "intransitive": """went W EH N T | came K EY M | stood S T UH D | sat S AE T | looked L UH K T | ran R AE N |
        fell F EH L | slept S L EH P T | walked W AO K T | seemed S IY M D | laughed L AE F T | waited W EY T IH D |
        spoke S P OW K | smiled S M AY L D | turned T ER N D | danced D AE N S T | rose R OW Z | sang S AE NG |
        cried K R AY D | traveled T R AE V AH L D""",
    "adverb": """now N AW | here HH IH R | again AH G EH N | never N EH V ER | soon S UW N | away AH W EY |
        slowly S L OW L IY | still S T IH L | back B AE K | out AW T | quickly K W IH K L IY | always AO L W IY Z |
        once W AH N S | there DH EH R | together T AH G EH DH ER | alone AH L OW N | often AO F AH N |
        shortly SH AO R T L IY | well W EH L""",
}
# what clauses are made of, and how often; "thing" is a noun phrase, a pronoun or a name
_CLAUSES = {
    "thing verb thing": 0.3,
    "thing verb thing preposition thing": 0.2,
    "thing intransitive preposition thing": 0.2,
    "thing auxiliary adverb verb thing": 0.1,
    "thing intransitive adverb": 0.1,
    "adverb thing auxiliary adjective": 0.1,
}
_ONSETS = """P|B|T|D|K|G|M|N|F|V|TH|S|Z|SH|CH|JH|HH|L|R|W|Y|P R|T R|D R|K R|G R|F R|TH R|B L|P L|K L|G L|F L|S T|S P|
    S K|S M|S N|S W|T W|K W|S T R|"""
_VOWELS = "AE|UW|IH|EY|EH|AY|AH|AO|UH|AW|IY|AA|OW|ER|OY"
_CODAS = "P|B|T|D|K|G|M|N|NG|F|V|TH|S|Z|SH|CH|JH|L|R|ZH|N T|N D|S T|L D|R T|R N|N S|L T|R D|R K|M P|NG K|K S|||||"

Word = tuple[str, tuple[str, ...]]  # how it is spelt, its phones


@cache
def lexicon() -> dict[str, list[Word]]:
    """Part of speech -> its words, the most frequent first."""
    entries = {part: [entry.split() for entry in text.split("|")] for part, text in _WORDS.items()}
    return {part: [(spelling, tuple(phones)) for spelling, *phones in words] for part, words in entries.items()}


def clause(rng: np.random.Generator, name_share: float = 0.15) -> list[Word]:
    """The words of one random clause. A noun phrase is a name with chance `name_share`."""
    patterns, chances = zip(*_CLAUSES.items(), strict=True)
    words = []
    for part in patterns[rng.choice(len(patterns), p=chances)].split():
        words += _thing(rng, name_share) if part == "thing" else [_pick(rng, part)]
    return words


def conjunction(rng: np.random.Generator) -> Word:
    """A word that joins two clauses."""
    return _pick(rng, "conjunction")


def name(rng: np.random.Generator) -> Word:
    """A name of one to three syllables that no lexicon holds, spelt as `*`."""
    phones = []
    for _ in range(rng.integers(1, 4)):
        for choices in (_ONSETS, _VOWELS, _CODAS):
            options = choices.split("|")
            phones += options[rng.integers(len(options))].split()
    return "*", tuple(phones)


def _thing(rng: np.random.Generator, name_share: float) -> list[Word]:
    kind = rng.random()
    if kind < name_share:
        return [name(rng)]
    if kind < name_share + 0.2:
        return [_pick(rng, "pronoun")]
    adjectives = [_pick(rng, "adjective") for _ in range(rng.random() < 0.5)]
    return [_pick(rng, "determiner"), *adjectives, _pick(rng, "noun")]


def _pick(rng: np.random.Generator, part: str) -> Word:
    words = lexicon()[part]
    return words[np.searchsorted(_zipf(len(words)), rng.random())]


@cache
def _zipf(n: int) -> np.ndarray:
    weights = 1 / (np.arange(n) + 0.5)
    chances = np.cumsum(weights / weights.sum())
    chances[-1] = 1  # whatever rounding says: no draw falls off the end
    return chances
