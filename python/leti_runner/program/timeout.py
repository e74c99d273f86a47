"""Finds where a program hangs when its time is over: the same place in every run."""

import ast
import os
import signal
import sys
import time

_FIRST_LOOK = 0.5
_NEXT_LOOK = 0.05
"""Time of the first look at the frames, and the interval from then on, as shares of the limit."""
_FOLLOWED_SECONDS = 0.05
_MOST_LINES = 3000
"""Seconds and lines for which execution is followed at the end, to tell a quick loop from an endless one."""
_MOST_FRAMES = 5
_LOOPS = (ast.While, ast.For, ast.AsyncFor, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class TimeoutWatch:
    """Looks at a program's frames several times before its limit.

    It hangs in the frames that all looks share.
    """

    def __init__(self, explainer, sources):
        self._explainer, self._sources = explainer, sources
        self.is_over = False
        """Whether the time is over. Nothing that the program does from then on counts."""
        self._shared = None
        """The job's frames that every look has seen, outermost first, each with the lines that ran in it."""

    def start(self, seconds, report):
        """Calls `report` with the frames a little before the zygote would kill this process, and ends it."""
        owner, end = os.getpid(), time.monotonic() + seconds

        def finish(_number=None, _frame=None):
            sys.settrace(None)
            report(self._frames())
            os._exit(0)

        def look(_number, frame):
            if os.getpid() != owner:
                # This is a copy of the process, which the program made; only the original reports.
                os._exit(0)
            self._look(frame)
            if time.monotonic() > end - seconds * _NEXT_LOOK / 2:
                self.is_over = True
                signal.signal(signal.SIGALRM, finish)
                signal.setitimer(signal.ITIMER_REAL, _FOLLOWED_SECONDS)
                self._follow(finish)

        signal.signal(signal.SIGALRM, look)
        signal.setitimer(signal.ITIMER_REAL, seconds * _FIRST_LOOK, seconds * _NEXT_LOOK)

    def _follow(self, finish):
        """Notes each line that runs in a shared frame, and forgets frames that end."""
        left = _MOST_LINES

        def step(frame, event, _value):
            nonlocal left
            left -= 1
            if left == 0:
                finish()
            place = next((place for place, (one, _) in enumerate(self._shared) if one is frame), None)
            if place is not None and event == "line":
                self._shared[place][1].add(frame.f_lineno)
            elif place is not None and event == "return":
                del self._shared[place:]
            return step

        for frame, _ in self._shared:
            frame.f_trace = step
        sys.settrace(lambda _frame, _event, _value: None)

    def _look(self, frame):
        met = []
        while frame is not None:
            if self._explainer.owns(frame):
                met.append((frame, {frame.f_lineno or frame.f_code.co_firstlineno}))
            frame = frame.f_back
        met.reverse()
        if self._shared is None:
            self._shared = met
            return
        both = []
        for (before, lines), (now, line) in zip(self._shared, met):
            if before is not now:
                break
            both.append((now, lines | line))
        self._shared = both

    def _frames(self):
        """The frames to report. A recursion appears once, because its depth depends on the moment."""
        codes, shared = set(), []
        for frame, lines in self._shared:
            if frame.f_code in codes:
                break
            codes.add(frame.f_code)
            shared.append((frame, lines))
        found = [self._explainer.frame(frame, max(lines)) for frame, lines in shared[:-1]]
        found += [
            self._explainer.frame(frame, self._line(frame.f_code, lines)) for frame, lines in shared[-1:]
        ]
        return found[-_MOST_FRAMES:]

    def _line(self, code, lines):
        """The loop around all lines that ran; without one their line, or the function's own.

        Of loops in loops the innermost `while`, as others mostly end, and the outermost where there is none.
        """
        around = [
            loop for loop in self._loops(code) if loop.lineno <= min(lines) and max(lines) <= loop.end_lineno
        ]
        endless = [loop.lineno for loop in around if isinstance(loop, ast.While)]
        if around:
            return max(endless) if endless else min(loop.lineno for loop in around)
        return max(lines) if len(lines) == 1 else code.co_firstlineno

    def _loops(self, code):
        try:
            tree = ast.parse(self._sources.get(code.co_filename, ""))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []
        loops = (node for node in ast.walk(tree) if isinstance(node, _LOOPS))
        return [loop for loop in loops if loop.lineno >= code.co_firstlineno]
