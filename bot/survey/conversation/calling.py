"""Calling: what somebody who answers on a page sees about being called: by what, where it goes, and how it stops."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.survey.conversation.buttons import Call, Go, Position, Screen
from bot.survey.conversation.views import Button, Field, Form, Paragraph, Row, View
from bot.survey.notification import NotificationAddress
from bot.survey.phrases import Phrase, say
from bot.survey.traits import Calls, Traits

ADDRESS, CODE = "address", "code"
INSTEAD = "instead"  # the address that a browser gave before, and has no more
NO_ADDRESS = say("This is not an e-mail address that we can use. Look if it is right, such as: name@example.org")
NOT_HERE = say("That does not work on this device.")
WRONG_CODE = say("This is not the right code. Look at the newest message that we sent.")
SPENT = say("This code does not work any more. Ask for a new one.")

KEPT: Paragraph = (
    say("We keep where we send it in a secret code, and use it only for this."),
    say("You can stop it at any moment: here, or in each message."),
)


UNFINISHED: Paragraph = (
    say("• when you are not finished: no more than 2 times"),
    say("• when the result of the group is there: only if you want that"),
)
FINISHED: Paragraph = (say("• when the result of the group is there"),)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who can be called: what they `left`, by which of the `notifiers` at hand that can be, and as whom.

    `response` is the one that they are in, and 0 of who takes no part; `is_finished` says whether they are with that.
    `back` leads to where they were. `filled` is what they typed, `wrong` what is wrong with it, by the names of the
    fields.
    """

    left: tuple[NotificationAddress, ...]
    notifiers: tuple[Traits, ...]
    response: int
    is_finished: bool
    has_seat: bool
    back: Row = ()
    filled: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, Phrase] = field(default_factory=dict)

    @property
    def waits(self) -> NotificationAddress | None:
        """The address that a code was sent to."""
        return next((one for one in self.left if not (one.confirmed or one.failed)), None)

    @property
    def settled(self) -> list[NotificationAddress]:
        return [one for one in self.left if one != self.waits]

    @property
    def to_leave(self) -> list[Traits]:
        """The notifiers that they left nothing for, or only what does not arrive."""
        had = {one.kind for one in self.left if not one.failed}
        return [one for one in self.notifiers if one.name not in had]

    def calls(self, kind: str) -> Calls:
        (calls,) = (one.calls for one in self.notifiers if one.name == kind and one.calls)
        return calls


def view(caller: Caller) -> View:
    """While a code is waited for, there is no more to read than that."""
    about = () if caller.waits else (*_what_for(caller), KEPT, *_beforehand(caller))
    paragraphs = ((say("<b>Messages</b>"),), *_how_it_stands(caller), *about)
    rows = (*_to_leave_here(caller), *_reminders(caller), *_to_change(caller), caller.back)
    return View(paragraphs, rows, _form(caller))


def _what_for(caller: Caller) -> Iterator[Paragraph]:
    if any(one.works for one in caller.left):
        return
    yield (say("Shall we send you a message? You get one:"),)
    if caller.response:
        yield (*(FINISHED if caller.is_finished else UNFINISHED), say("• when a new round begins"))
    if caller.has_seat:
        yield (say("• each week, with the summary"), say("• when a round opens or closes, with the result"))


def _beforehand(caller: Caller) -> Iterator[Paragraph]:
    said = (one.calls.beforehand for one in caller.to_leave if one.calls)
    yield from ((phrase,) for phrase in said if phrase)


def _how_it_stands(caller: Caller) -> Iterator[Paragraph]:
    for one in caller.settled:
        calls = caller.calls(one.kind)
        said = calls.fails if one.failed else calls.stopped if one.stopped else calls.calls
        yield (said.of(address=calls.shown(one.address)),)
    if waits := caller.waits:
        yield (
            say("We sent a code to {address}.", address=caller.calls(waits.kind).shown(waits.address)),
            say("Fill it in here within 20 minutes."),
        )
        yield (say("No message? Look in your spam too. You can ask for a code no more than 3 times a day."),)


def _to_leave_here(caller: Caller) -> tuple[Row, ...]:
    """What is no address to type, but the device that they hold, or an app on it in which they write to us."""
    here = [one for one in caller.to_leave if one.calls and one.calls.asks is None and not caller.waits]
    calls = [(one.name, one.calls) for one in here if one.calls]
    return tuple((Button(of.leave, Call("write" if of.by_message else "leave", name)),) for name, of in calls)


def _reminders(caller: Caller) -> Iterator[Row]:
    """What comes, and when, for who answers."""
    if caller.response and any(one.works for one in caller.left):
        yield (Button(say("My reminders"), Go(caller.response, Position(Screen.REMINDERS))),)


def _to_change(caller: Caller) -> Iterator[Row]:
    if waits := caller.waits:
        yield (Button(say("Send a new code"), Call("again", str(waits.number))),)
        yield (Button(say("Another address"), Call("remove", str(waits.number))),)
    for one in caller.settled:
        yield from _of_one(caller, one)


def _of_one(caller: Caller, one: NotificationAddress) -> Iterator[Row]:
    name, number = caller.calls(one.kind).name, str(one.number)
    if one.works and caller.has_seat and caller.calls(one.kind).asks:
        label = say("Send the reports along as a file")
        yield (Button(label, Call("files", f"{number}.{int(not one.with_files)}"), one.with_files),)
    if one.works:
        yield (Button(say("{name}: stop", name=name), Call("stop", number)),)
        return
    if one.stopped and not one.failed:
        yield (Button(say("{name}: send again", name=name), Call("start", number)),)
    yield (Button(say("{name}: delete", name=name), Call("remove", number)),)


def _form(caller: Caller) -> Form[Phrase] | None:
    if waits := caller.waits:
        field = Field(CODE, say("The code"), kind="code")
        return _asking(caller, Call("code", str(waits.number)), field, say("Confirm"))
    typed = next((one for one in caller.to_leave if one.calls and one.calls.asks), None)
    if typed and typed.calls and typed.calls.asks:
        field = Field(ADDRESS, typed.calls.asks, kind="address")
        return _asking(caller, Call("leave", typed.name), field, typed.calls.leave)
    return None


def _asking(caller: Caller, press: Call, asked: Field[Phrase], send: Phrase) -> Form[Phrase]:
    given = replace(asked, value=caller.filled.get(asked.name, ""), error=caller.wrong.get(asked.name))
    return Form(press, send, (given,))
