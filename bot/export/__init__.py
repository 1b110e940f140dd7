"""Export: answers as files for research."""
