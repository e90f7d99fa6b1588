"""Trains the model of the understanding from the corpus: `python -m training --help`.

Not part of the wheel; the wheel carries what is built here.
"""
