"""What the build of the documentation makes out of the code: calls, rules, the diagram of states, pictures."""
