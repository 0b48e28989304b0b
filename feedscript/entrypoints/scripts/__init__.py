"""What the executor runs: the built-in generate and validate scripts, which keep the contract of docs/scripts.md."""
