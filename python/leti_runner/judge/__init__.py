"""Runs checks and decides verdicts. Must not know where tasks come from, nor how a process is confined."""
