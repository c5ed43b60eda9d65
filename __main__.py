"""Run the command line as `python -m sangdo`."""

from sangdo.cli import main

main()
