"""The vocabulary that fits the world: its characters, and the bigrams that its names are made of.

For WordPiece, so that a name is two or three tokens: surname and bigram, or bigram and ending. A piece inside a run of
text is written with "##" before it, so each needs both forms; and the tokenizer must not put spaces around Chinese
characters first (`tokenize_chinese_chars=False`, `handle_chinese_chars=False`), or the bigrams are never seen.
"""

from common.generators.world import kinds, pretraining, telling, words


def characters() -> list[str]:
    """Every character of the world's text but those of rare given names alone: they are unknown, as rare ones are."""
    known = "0123456789年名件頁人，。、？《》公尺他她的是在有第一二三"
    usual = (value for name, value in vars(words).items() if name.isupper() and "RARE" not in name)
    known += "".join(str(value) for value in usual)
    for kind in kinds.KINDS.values():
        known += kind.another + "".join(kind.pronouns)
        for saying in kind.sayings:
            known += "".join((*saying.wordings, *(text for texts in saying.questions.values() for text in texts)))
    known += "".join((*telling.OPENINGS, *telling.MENTIONS, *pretraining.FRUIT, *pretraining.FIRM))
    return sorted({c for c in known if c.isdigit() or not c.isascii()})


def bigrams() -> list[str]:
    """The given names and the names of places, each of two characters."""
    return sorted({*words.WOMEN, *words.MEN, *words.PLACES})
