"""Errors that a person reads: one sentence that says what is wrong, where, and what to do."""


class HomeworkError(Exception):
    """Base of all errors that the project raises on purpose; the command line prints its text and exits with 1."""


class CardError(HomeworkError):
    """A homework or its card (`homework.toml`) is missing or malformed."""


class CheckpointError(HomeworkError):
    """A checkpoint is truncated, foreign, or belongs to another run."""


class DataError(HomeworkError):
    """Data is missing, truncated, ragged, or not what it should be."""


class DeviceError(HomeworkError):
    """The device asked for does not exist here."""


class FetchError(DataError):
    """A download failed: no mirror answered, or what came was not the file expected."""


class GraderError(HomeworkError):
    """The grader itself failed; no student's fault."""


class NotebookError(HomeworkError):
    """A notebook breaks the rules of the collection, or was called with a parameter that it does not have."""


class SubmissionError(HomeworkError):
    """A submission file does not keep the rules of its card."""
