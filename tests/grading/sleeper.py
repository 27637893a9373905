"""A helper that takes long to load, and longer to answer."""

import time

from common.grading.helper import questions

time.sleep(3)


def main() -> None:
    for _, answer in questions():
        time.sleep(60)
        answer({})
