"""Confines processes of this machine. Must not know jobs, programs, checks or any other package here."""
