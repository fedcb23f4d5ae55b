"""`python -m estimax`: the `estimax` command."""

from estimax.cli import main

main()
