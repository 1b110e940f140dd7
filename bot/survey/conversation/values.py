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
TERMS = say("""• You may take part. You do not have to.
    • Your answers are confidential. The coordinator sees how many people take part, and averages of {k} or more
      people. Never your own answers.
    {what_hides}
    • Researchers may use the answers, without names.
    {if_chat}• You get at most 2 reminders in a round. You can turn them off.
    {if_page}• In the browser you get no reminders. Keep your own link, to go on later.
    {if_page}• Whoever has your own link can see your answers. Keep it to yourself.
    {if_chat}• We keep your answers until {date} at the latest. With /{erase} you delete them at once.
    {if_page}• We keep your answers until {date} at the latest. You can delete them at once, with the menu.
    {if_chat}• We may ask you again in a next round. {days} days after the last round we delete the address of
      your chat.
    {if_page}• There may be a next round. {days} days after the last round your own link stops working.
    {keeps_a_copy}""")
# What hides somebody's answers among those of others, and where that ends.
WHAT_HIDES = say("""• New averages come only when {k} or more people are added. We cannot see who is who. Whoever takes
      part several times counts several times, and can find out more.
    • Does everybody give the same answer? Then everybody can see that answer in the average.""")
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
        "days": partnership.keep_contacts,
        "date": until,
        "terms": TERMS,
        "what_hides": WHAT_HIDES,
        "questions": QUESTIONS,
        "if_chat": channel.reaches_out,
        "if_page": not channel.reaches_out,
        "keeps_a_copy": channel.about.keeps_a_copy or False,
        "copy_stays": channel.about.copy_stays or False,
        "if_no_copy": not channel.about.copy_stays,
    }
