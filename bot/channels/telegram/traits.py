"""What Telegram can do, and what people read about it elsewhere."""

from datetime import timedelta

from bot.survey.phrases import say, verbatim
from bot.survey.traits import About, Traits

EXAMINED = ("telegram", "updates")
TRAITS = Traits(
    name="telegram",
    reaches_out=True,
    sends_voices=True,
    most_text=4096,
    per_second=30,
    presses_live=timedelta(seconds=150),
    about=About(
        name=verbatim("Telegram"),
        keeps_a_copy=say("• Telegram keeps this chat too."),
        copy_stays=say("And Telegram keeps this chat, until you delete it."),
        leads_to=say("In Telegram: {link}"),
        elsewhere=say("Do you have Telegram? Then you can also take part there."),
        opens=say("Open Telegram"),
        on_paper=say("The code opens Telegram. That is a free app."),
        in_a_group=say("For a group chat: add this chatbot to the group, and send this there:"),
    ),
)
