"""Loads a program, answers calls and describes errors. Must not know checks, expected values or the judge."""
