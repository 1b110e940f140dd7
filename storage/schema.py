"""The tables. `migrations/` builds them; a test holds the two equal.

No table says who somebody is: an address is kept as a keyed hash and encrypted. What people write at an open question,
what they speak for others, and a letter that waits, are sealed. Whom coordinators name, as a contact person or in an
agreement, stands there as they wrote it.
Numbers of erased rows are never given out again, so that an old button cannot reach somebody else's response.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from storage.engine.moments import Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _number() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _of(table: str, *, cascade: bool = True, **more: Any) -> ForeignKey:
    return ForeignKey(f"{table}.id", ondelete="CASCADE" if cascade else None, **more)


leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until", Moment, nullable=False),
)
"""What one process at a time may do, and until when it may."""

marks = Table(
    "marks",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

partnerships = Table(
    "partnerships",
    metadata,
    _number(),
    Column("name", Text, nullable=False, unique=True),
    Column("organisation", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("timezone", String(60), nullable=False),
    Column("minimum_group", Integer, nullable=False),
    Column("summary_day", SmallInteger, nullable=False, server_default="0"),  # 0 is Monday
    Column("summary_hour", SmallInteger, nullable=False, server_default="9"),
    Column("remind_after", SmallInteger, nullable=False, server_default="2"),  # days of silence
    Column("remind_again", SmallInteger, nullable=False, server_default="5"),
    Column("keep_contacts", SmallInteger, nullable=False, server_default="90"),  # days after the last wave
    Column("keep_answers", SmallInteger, nullable=False, server_default="24"),  # months
    Column("created_at", Moment, nullable=False),
    Column("open_question", Boolean, nullable=False, server_default=false()),  # whether a wave that opens asks one
    Column("pictograms", Boolean, nullable=False, server_default=true()),  # beside the parts and the answers
    Column("languages", Text, nullable=False, server_default=text("'en nl'")),  # that it offers besides its own
    Column("recorded", Integer, nullable=False, server_default="0"),  # another number when its recordings change
    sqlite_autoincrement=True,
)

waves = Table(
    "waves",
    metadata,
    _number(),
    Column("partnership_id", Integer, _of("partnerships"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False, server_default=text("''")),  # such as "after phase 1"
    Column("wording", Text, nullable=False),  # JSON: language -> item -> fingerprint, as on the day it opened
    Column("opened_at", Moment, nullable=False),
    Column("invite_at", Moment),  # from when on those who took part before are invited; never, when it is none
    Column("closes_at", Moment),  # by itself, when it is set
    Column("closed_at", Moment),
    Column("due_at", Moment),  # when a tick looks at it: never too late; not any more, when it is none
    Column("answered_at", Moment),  # when the coordinator's words to everybody who took part were sent off
    Column("openings_before", Integer, nullable=False, server_default="0"),  # of the links, when this wave opened
    Column("open_question", Boolean, nullable=False, server_default=false()),  # everybody in it is asked the same
    UniqueConstraint("partnership_id", "number"),
    sqlite_autoincrement=True,
)

# The wave that a coordinator is preparing; it counts from `confirmed_at` on, and is gone once the wave is open.
plans = Table(
    "plans",
    metadata,
    Column("partnership_id", Integer, _of("partnerships"), primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("opens_at", Moment),  # at once, when it is none
    Column("weeks", SmallInteger),  # after which it closes by itself
    Column("confirmed_at", Moment),
)

# What a coordinator says to everybody who took part in a wave, in each language.
feedback = Table(
    "feedback",
    metadata,
    Column("wave_id", Integer, _of("waves"), primary_key=True, autoincrement=False),
    Column("language", String(20), primary_key=True),
    Column("text", Text, nullable=False),
)

# What a partnership says it will do after a wave. Whom it names there is its own business.
agreements = Table(
    "agreements",
    metadata,
    _number(),
    Column("wave_id", Integer, _of("waves"), nullable=False),
    Column("number", SmallInteger, nullable=False),  # as people read it; that of a removed one is not filled up
    Column("what", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("by_when", Date),
    Column("done", String(10)),  # yes, partly or no; none, as long as nobody has said so
    Column("made_on", Date, nullable=False),
    UniqueConstraint("wave_id", "number"),
    sqlite_autoincrement=True,
)

invitations = Table(
    "invitations",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("partnership_id", Integer, _of("partnerships"), nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("opened", Integer, nullable=False, server_default="0"),  # times in all, not people: nobody is known yet
    Column("for_helpers", Boolean, nullable=False, server_default=false()),  # who comes in by it, is helped
    Column("created_at", Moment, nullable=False),
    Column("short", String(8), unique=True, index=True),  # to type over from paper; leads to the code
)

programmes = Table(
    "programmes",
    metadata,
    _number(),
    Column("name", Text, nullable=False, unique=True),
    Column("language", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

programme_partnerships = Table(
    "programme_partnerships",
    metadata,
    Column("programme_id", Integer, _of("programmes"), primary_key=True),
    Column("partnership_id", Integer, _of("partnerships"), primary_key=True, index=True),
)

# A link is for a seat in a partnership, or for one in a programme.
coordinator_links = Table(
    "coordinator_links",
    metadata,
    Column("code_key", LargeBinary(32), primary_key=True),
    Column("partnership_id", Integer, _of("partnerships"), index=True),
    Column("programme_id", Integer, _of("programmes"), index=True),
    Column("role", String(20), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_on", Date),
)

contacts = Table(
    "contacts",
    metadata,
    _number(),
    Column("channel", String(20), nullable=False),
    Column("address_key", LargeBinary(32), nullable=False, unique=True),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("language", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("stopped_at", Moment),
    Column("unreachable_at", Moment),
    Column("reads_aloud", Boolean, nullable=False, server_default=false()),  # every statement comes with its voice
    Column("voices", Text),  # the numbers of the voice messages in their chat, which go with the next screen
    sqlite_autoincrement=True,
)

respondents = Table(
    "respondents",
    metadata,
    _number(),
    Column("contact_id", Integer, _of("contacts")),
    Column("partnership_id", Integer, _of("partnerships"), nullable=False, index=True),
    Column("invitation", String(40), ForeignKey("invitations.code", ondelete="SET NULL")),
    Column("group", String(20)),
    Column("consented_at", Moment, nullable=False),
    Column("consent", String(20), nullable=False),  # fingerprint of the text they agreed to
    Column("wants_result", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("contact_id", "partnership_id"),
    sqlite_autoincrement=True,
)

responses = Table(
    "responses",
    metadata,
    _number(),
    Column("respondent_id", Integer, _of("respondents"), nullable=False),
    Column("wave_id", Integer, _of("waves"), nullable=False, index=True),
    Column("mode", String(10)),  # with help, or on paper; of most it is none: by themselves
    Column("sheet", Integer),  # the number that a helper wrote on the sheet of paper
    Column("place", String(10)),
    Column("reminders", Boolean, nullable=False),
    Column("remind_at", Moment),  # when they asked for it
    Column("reminders_sent", Integer, nullable=False, server_default="0"),
    Column("reminded_at", Moment),  # for the last time
    Column("next_reminder_at", Moment, index=True),  # never too late; too early where something changed since
    Column("opened_at", Moment, nullable=False),
    Column("started_at", Moment),  # not yet, when they were only invited
    Column("touched_at", Moment, nullable=False),
    Column("completed_at", Moment),
    Column("released_in", Integer),  # the first release it is part of
    Column("seated", Boolean, nullable=False, server_default=false()),  # it counts in scores and never towards k
    UniqueConstraint("respondent_id", "wave_id"),
    sqlite_autoincrement=True,
)

answers = Table(
    "answers",
    metadata,
    Column("response_id", Integer, _of("responses"), primary_key=True),
    Column("item", SmallInteger, primary_key=True),
    Column("option", String(20), nullable=False),
    Column("answered_on", Date, nullable=False),  # to the second it could be joined to what others note of a tap
    Column("language", String(20)),  # in which it was read; not known of what was answered before this was kept
    sqlite_with_rowid=False,
)

# What people wrote at the open question.
open_answers = Table(
    "open_answers",
    metadata,
    Column("response_id", Integer, _of("responses"), primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),  # all of the same length
    Column("written_on", Date, nullable=False),
    Column("shown", Boolean, nullable=False, server_default=false()),  # to the coordinators, since a closing
    sqlite_with_rowid=False,
)

# Where somebody who answers on a page wants to be called. Two people may have the same one, such as a mailbox.
notification_addresses = Table(
    "notification_addresses",
    metadata,
    _number(),
    Column("contact_id", Integer, _of("contacts"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),  # of the notifier that carries letters there
    Column("address_key", LargeBinary(32), nullable=False, index=True),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("confirmed_at", Moment),  # by whoever reads what is sent there
    Column("failed_at", Moment),  # what was sent there does not arrive
    Column("stopped_at", Moment),  # they want nothing there any more
    Column("with_files", Boolean, nullable=False, server_default=false()),  # whether reports are sent along
    Column("code_key", LargeBinary(32)),  # of the code that was sent there to confirm it
    Column("code_sent_at", Moment),
    Column("code_tries", SmallInteger, nullable=False, server_default="0"),
    UniqueConstraint("contact_id", "kind", "address_key"),
    sqlite_autoincrement=True,
)

letters = Table(
    "letters",
    metadata,
    _number(),
    Column("contact_id", Integer, _of("contacts"), nullable=False, index=True),
    Column(  # where a notifier carries it
        "address_id", Integer, ForeignKey("notification_addresses.id", ondelete="SET NULL"), index=True
    ),
    Column("key", String(120), unique=True),  # none for a reply: its turn is claimed already
    Column("body_sealed", LargeBinary),  # gone when delivered
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment),  # by whoever is delivering it
    Column("timezone", String(60)),  # goes out between 09:00 and 20:00 there; at any hour, when it is none
    Column("attempts", Integer, nullable=False),
    Column("settled_at", Moment),
    Column("refused", Text),  # why it was given up
    sqlite_autoincrement=True,
)


coordinators = Table(
    "coordinators",
    metadata,
    Column("contact_id", Integer, _of("contacts"), primary_key=True),
    Column("partnership_id", Integer, _of("partnerships"), primary_key=True, index=True),
    Column("role", String(20), nullable=False),
    Column("added_at", Moment, nullable=False),
)

# Who reads along in a programme: what a viewer may read of each of its partnerships, and no post.
programme_readers = Table(
    "programme_readers",
    metadata,
    Column("contact_id", Integer, _of("contacts"), primary_key=True),
    Column("programme_id", Integer, _of("programmes"), primary_key=True, index=True),
    Column("added_at", Moment, nullable=False),
)

# What a program shows to read what a reader of the programme reads. It goes with their seat, where it is of one.
api_tokens = Table(
    "api_tokens",
    metadata,
    _number(),
    Column("token_key", LargeBinary(32), nullable=False, unique=True),
    Column("programme_id", Integer, _of("programmes"), nullable=False, index=True),
    Column("contact_id", Integer, index=True),
    Column("made_on", Date, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_on", Date),
    ForeignKeyConstraint(
        ["contact_id", "programme_id"],
        ["programme_readers.contact_id", "programme_readers.programme_id"],
        ondelete="CASCADE",
    ),
    sqlite_autoincrement=True,
)

releases = Table(
    "releases",
    metadata,
    Column("wave_id", Integer, _of("waves"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("final", Boolean, nullable=False),
    Column("released_at", Moment, nullable=False),
)

# What was published stays, also when answers behind it are erased.
cells = Table(
    "cells",
    metadata,
    Column("wave_id", Integer, _of("waves"), primary_key=True),
    Column("release", Integer, primary_key=True, autoincrement=False),
    Column("item", SmallInteger, primary_key=True, autoincrement=False),
    Column("cell", String(20), primary_key=True),  # everyone, a group, or a comparison with another wave
    Column("n", Integer, nullable=False),
    Column("total", BigInteger, nullable=False),  # of the scores
    Column("squares", BigInteger, nullable=False),  # of the scores
    Column(
        "people", Integer, nullable=False, server_default="0"
    ),  # all of them, with and without a scored answer to it
)

# Of responses that were erased after a release: how many people contributed to which item, for the release rule.
departed = Table(
    "departed",
    metadata,
    Column("wave_id", Integer, _of("waves"), primary_key=True),
    Column("came", Integer, primary_key=True, autoincrement=False),
    Column("left", Integer, primary_key=True, autoincrement=False),
    Column("group", String(20), primary_key=True),
    Column("item", SmallInteger, primary_key=True, autoincrement=False),
    Column("same", Text, primary_key=True),  # the comparisons that they were part of
    Column("n", Integer, nullable=False),
)

# Whose answers a comparison of two waves is made of, in each of the two: the answers in the other may be gone by now.
compared = Table(
    "compared",
    metadata,
    Column("response_id", Integer, _of("responses"), primary_key=True),
    Column("cell", String(20), primary_key=True),  # the comparison, as in `cells`
    Column("scored", BigInteger, nullable=False),  # a bit for each item that they gave a scored answer to in both waves
    sqlite_with_rowid=False,
)

# What a messenger calls the recordings that it has already: they are sent to it once.
voice_files = Table(
    "voice_files",
    metadata,
    Column("bot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(10), primary_key=True),  # as a voice, or as a piece of music
    Column("digest", String(64), primary_key=True),
    Column("file_id", Text, nullable=False),
)

# Who reads statements aloud for a partnership, and agreed to be heard; a voice and a name tell who somebody is.
speakers = Table(
    "speakers",
    metadata,
    _number(),
    Column("partnership_id", Integer, _of("partnerships"), nullable=False, index=True),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("consent", String(20), nullable=False),  # fingerprint of the text they agreed to
    Column("agreed_on", Date, nullable=False),
    sqlite_autoincrement=True,
)

# What was recorded on the page. It goes with its speaker.
recordings = Table(
    "recordings",
    metadata,
    Column("partnership_id", Integer, _of("partnerships"), primary_key=True, autoincrement=False),
    Column("language", String(20), primary_key=True),
    Column("part", String(40), primary_key=True),
    Column("speaker_id", Integer, _of("speakers"), nullable=False, index=True),
    Column("wording", String(20), nullable=False),  # fingerprint of the words that were spoken
    Column("digest", String(32), nullable=False, index=True),
    Column("media", String(20), nullable=False),  # what kind of sound a browser is told that it is
    Column("milliseconds", Integer, nullable=False),  # 0, and the next two too, where nobody here can read it
    Column("rate", Integer, nullable=False),
    Column("channels", SmallInteger, nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
)

# What a carrier took and did not deliver yet, by the name that it gave it. `ended` is how, where that was heard first.
taken_messages = Table(
    "taken_messages",
    metadata,
    Column("reference_key", LargeBinary(32), primary_key=True),
    Column("carrier", String(20), nullable=False),
    Column("letter_id", Integer, _of("letters"), index=True),
    Column("body_sealed", LargeBinary),
    Column("ended", Text),
    Column("taken_on", Date, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# How many messages were paid for, of everybody together.
billed_messages = Table(
    "billed_messages",
    metadata,
    Column("carrier", String(20), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("category", String(30), primary_key=True),
    Column("messages", Integer, nullable=False),
)

# Nothing here says whose update it was, which one, or at what moment it came.
updates = Table(
    "updates",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("handled_on", Date, nullable=False),
    sqlite_with_rowid=False,  # rows in the order in which they came would tell as much as a moment
)
