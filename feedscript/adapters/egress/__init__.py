"""Where the service may call on a caller's behalf, and connections that lead nowhere else."""

from feedscript.adapters.egress.dialling import CheckedDialling
from feedscript.adapters.egress.rules import BadExemption, EgressRules, Exempt, Forbidden

__all__ = ["BadExemption", "CheckedDialling", "EgressRules", "Exempt", "Forbidden"]
