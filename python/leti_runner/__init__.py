"""Runs in the workspace's interpreter: standard library only, CPython 3.9 or later."""
