"""What a team that only uses feedscript has: an environment with `feedscript[testing]`, and modules of its own."""
