"""Product feeds for affiliate partners: generated, validated and handed over, with nothing lost on the way."""

__version__ = "0.1.0"
