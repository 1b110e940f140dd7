"""Notices: the short lines that a press is answered with, when there is something to say about it.

A messenger shows them on the button, and no more than 200 characters of them.
"""

from bot.survey.phrases import say

ANSWERED = say("You already chose an answer there. This is where you are now. To change an answer, tap Back.")
FINISHED = say("You are finished. Do you want to change something? Tap: Change something after all.")
TOO_LATE = say("The time to change something is over. Your answers count.")
RELEASED = say("Your answers are part of a result of the group. They cannot be changed any more.")
CLOSED = say("This round is closed. Your answers count. They cannot be changed any more.")
WORDS_ONLY = say("We can only read text here. What you sent is not kept. Type your answer, or tap a button.")
NO_COMMAND = say("What begins with / is not an answer, and is not kept. Type your answer without it, or tap a button.")
READS_ALL = say("From now on every statement is read aloud.")
READS_NO_MORE = say("The statements are not read aloud any more.")
OLD_BUTTON = say("That button does not work any more. This is where you are now.")
