"""Pipes between the processes of a job."""

import os


class Pipes:
    """Pipes by name: `requests` has the ends `requests_r` and `requests_w`."""

    def __init__(self, *names):
        for name in names:
            for end, handle in zip("rw", os.pipe()):
                setattr(self, f"{name}_{end}", handle)

    def close(self, *ends):
        """Closes those that are still open."""
        for end in ends:
            handle = self.__dict__.pop(end, None)
            if handle is not None:
                os.close(handle)

    def close_all(self):
        self.close(*list(self.__dict__))
