"""`python -m warmlist` is the command line."""

from warmlist.cli import main

main()
