"""Runtime: settings, logs and metrics of a process."""
