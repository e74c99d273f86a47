"""Small everyday helpers."""
