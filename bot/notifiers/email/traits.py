"""What e-mail can do, and what people read about it elsewhere."""

from bot.notifiers.email.addresses import address_of, masked
from bot.survey.phrases import say
from bot.survey.traits import Calls, Traits

EXAMINED = ("email",)
TRAITS = Traits(
    name="email",
    reaches_out=True,
    per_second=10,
    calls=Calls(
        name=say("E-mail"),
        asks=say("Your e-mail address"),
        leave=say("E-mail me a code"),
        calls=say("We send you an e-mail at {address}."),
        fails=say("Our e-mail to {address} does not arrive."),
        stopped=say("You get no more e-mail at {address}."),
        address_of=address_of,
        shown=masked,
    ),
)
