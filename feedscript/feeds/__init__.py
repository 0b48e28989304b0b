"""The feed engine: profiles, rules, readers, validation, mapping, generation, reports. It knows no job."""
