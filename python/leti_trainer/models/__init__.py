"""Brings, converts and exports models. Starts no training."""
