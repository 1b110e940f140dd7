"""What WhatsApp can do, and what people read about it."""

from bot.notifiers.whatsapp.addresses import address_of, shown
from bot.survey.phrases import say
from bot.survey.traits import Calls, Traits

EXAMINED = ("whatsapp", "templates")
TRAITS = Traits(
    name="whatsapp",
    reaches_out=True,
    per_second=40,  # of the 80 that a number may, in and out together
    calls=Calls(
        name=say("WhatsApp"),
        asks=None,
        leave=say("Send it to my WhatsApp"),
        calls=say("We send you a message in WhatsApp."),
        fails=say("Our messages in WhatsApp do not arrive."),
        stopped=say("You get no more messages in WhatsApp."),
        address_of=address_of,
        shown=shown,
        by_message=True,
        beforehand=say("WhatsApp is of Meta. Meta sees that we send you a message, and what it is about."),
    ),
)
