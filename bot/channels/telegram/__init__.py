"""The Telegram channel: the only package that imports telegram."""

import os

os.environ.setdefault("PTB_TIMEDELTA", "true")  # else python-telegram-bot warns on each 429 that this will come
