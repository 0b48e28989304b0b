"""The Google profile's checks of the benchmark's columns, in Python as one writes it without a rule engine."""
