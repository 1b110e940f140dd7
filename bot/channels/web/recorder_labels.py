"""Recorder labels: what the page says where a line is recorded."""

from bot.survey.phrases import say
from bot.survey.sound import TROUBLES

RECORDER = {
    "record": say("Record"),
    "record_stop": say("Stop"),
    "record_listen": say("Listen"),
    "record_again": say("Again"),
    "record_begun": say("You are being recorded. Tap “Stop” when you are done."),
    "record_taken": say("Listen first. Is it right? Then keep it."),
    "record_nothing": say("First record the line, or choose a file."),
    "record_sending": say("One moment please."),
    "record_lost": say("No connection. Your recording is still here. Tap the button again."),
    "record_large": TROUBLES["large"],
    "record_script": say("To record here, this page needs JavaScript. Without it you can choose a file."),
    "record_denied": say(
        "The microphone is not allowed here. Allow it in the settings of your browser, and open this page again. Or "
        "choose a file."
    ),
    "record_none": say("We find no microphone. Is it connected, and not in use by another app? Or choose a file."),
    "record_cannot": say("This browser cannot record. Open this page in Chrome or Safari, or choose a file."),
    "record_file": say("Or choose a file with this line"),
    "record_heard": say("What people hear now"),
}
