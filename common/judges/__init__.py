"""Scores that are more than a metric of two columns.

A module here, `common/judges/hwNN.py`, for a card whose metric is called "judge", has
`judge(reference, answers) -> float`:
two tables with the columns of the card, the second a submission whose file was well-formed. It raises SubmissionError
where the submission breaks a rule that only the judge can check.
"""
