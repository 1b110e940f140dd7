"""The command line, one module for each group of commands; `bot.__main__` is its front.

Each module adds its commands to the parser by `add_to`; a command takes what was asked and the settings.
"""
