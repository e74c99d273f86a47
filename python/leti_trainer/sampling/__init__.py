"""Writes programs with a model, for rounds. Knows segments and stop rules, not tasks."""
