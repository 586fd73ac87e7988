"""`python -m staytrue.cli`: how `up` starts its children, wherever the program is installed."""

from staytrue.cli import main

main()
