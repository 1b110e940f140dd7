"""Values that every screen can name: who asks and on which terms, in which channel, and the menu."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache

from bot.survey.calendar import kept_until
from bot.survey.conversation.commands import COMMANDS
from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import Value, command, say
from bot.survey.traits import Traits

MENU = {name: command(name) for name in COMMANDS}
TERMS = say("""• You decide if you take part. You can stop at any moment.
    • The coordinator never sees what you answer. The coordinator does see how many people take part, and the average
      of {k} or more people together. People who read along see the same, and no more.
    {what_is_written}
    {what_hides}
    • Researchers may use the answers. They do not know whose answer it is.
    {if_chat}• We may ask you this again later. Each time you get no more than 2 reminders. You can turn them off.
    {if_silent}• We may ask this again later. We cannot send you a message here. Keep your own link to go on later.
    {if_callable}• We may ask this again later. You choose if we may send you a message about it. Each time you get no
      more than 2 reminders. You can stop them at any moment.
    {if_page}• Whoever has your own link can see your answers. Keep it to yourself.
    {if_chat}• We keep your answers no longer than until {date}. You can delete them earlier, with /{erase}.
    {if_page}• We keep your answers no longer than until {date}. You can delete them earlier, in the menu.
    {if_chat}• {days} days after the last time that we ask, we delete how we can reach you.
    {if_page}• {days} days after the last time that we ask, your own link stops working.
    {if_callable}• Then we also delete where we may send you messages.
    {keeps_a_copy}""")
# What hides somebody's answers among those of others, and where that ends.
WHAT_HIDES = say("""• A new average comes only when {k} or more people are added. So your answer stays among those of
      others. But we cannot see who is who. Whoever takes part several times counts several times, and can find out
      more.
    • Does everybody give the same answer? Then everybody can see that answer in the average.""")
# Where a wave asks an open question.
WHAT_IS_WRITTEN = say(
    "• At the end you can write something yourself. The coordinator can read that only if {k} or more people wrote "
    "something, and does not see who wrote what. Researchers do not get it."
)
QUESTIONS = say("""Questions? {contact}
    {if_no_contact}Questions? Ask the person who gave you this link.""")


def shared(partnership: Partnership, channel: Traits, now: datetime) -> Mapping[str, Value]:
    """A chat can ring, to a page one has to come back; and some channels keep a copy."""
    return _shared(partnership, channel, kept_until(now, partnership.timezone, partnership.keep_answers))


@lru_cache(maxsize=256)
def _shared(partnership: Partnership, channel: Traits, until: date) -> Mapping[str, Value]:
    return {
        **MENU,
        "partnership": partnership.name,
        "organisation": partnership.organisation or False,
        "contact": partnership.contact or False,
        "if_no_contact": not partnership.contact,
        "k": partnership.minimum_group,
        "what_is_written": WHAT_IS_WRITTEN if partnership.open_question else False,
        "days": partnership.keep_contacts,
        "date": until,
        "terms": TERMS,
        "what_hides": WHAT_HIDES,
        "questions": QUESTIONS,
        "if_chat": channel.reaches_out,
        "if_page": not channel.reaches_out,
        "if_callable": bool(channel.notifiers),
        "if_silent": not (channel.reaches_out or channel.notifiers),
        "keeps_a_copy": channel.about.keeps_a_copy or False,
        "copy_stays": channel.about.copy_stays or False,
        "if_no_copy": not channel.about.copy_stays,
    }
