"""Sets up hypothesis so that property tests use the same examples each time, no files and no clock."""

import importlib


def configure(sources):
    """Sets hypothesis up where one of the texts uses it and it is installed.

    Test files may load a profile of their own afterwards.
    """
    if not any("hypothesis" in source for source in sources):
        return
    try:
        hypothesis = importlib.import_module("hypothesis")
    except ImportError:
        # The check that imports it says so.
        return
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink]
    hypothesis.settings.register_profile(
        "leti",
        derandomize=True,
        database=None,
        deadline=None,
        phases=phases,
        # How long examples take depends on the machine.
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("leti")
