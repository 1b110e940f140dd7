"""What Web Push can do, and what people read about it."""

from bot.notifiers.push.subscription import address_of
from bot.survey.phrases import say
from bot.survey.traits import Calls, Traits


def _shown(_address: str) -> str:
    """It is a device, and has no name that anybody knows."""
    return ""


TRAITS = Traits(
    name="push",
    reaches_out=True,
    per_second=30,
    calls=Calls(
        name=say("On your device"),
        asks=None,
        leave=say("Send it to this device"),
        calls=say("You get a message on the phone or computer where you said yes."),
        fails=say("Our messages do not arrive any more on the phone or computer where you said yes."),
        stopped=say("You get no more messages on your phone or computer."),
        address_of=address_of,
        shown=_shown,
    ),
)
