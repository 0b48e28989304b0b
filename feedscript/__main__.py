"""`python -m feedscript`: the command line."""

from feedscript.entrypoints.cli import main

if __name__ == "__main__":
    main(prog_name="feedscript")
