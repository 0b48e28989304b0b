"""Product feeds for affiliate partners: generated, validated, handed over, and nothing lost on the way."""

__version__ = "0.1.0"
