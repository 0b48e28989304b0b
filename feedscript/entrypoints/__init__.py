"""Where the outside comes in: HTTP, the command line, and the scripts that the executor runs."""
