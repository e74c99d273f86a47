"""Finds tasks in a workspace and its history. Must not know verdicts on programs, models or the sandbox."""
