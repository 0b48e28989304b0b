"""What pytest leaves alone here."""

# Imports a package that its test generates first.
collect_ignore = ["partner_program.py"]
