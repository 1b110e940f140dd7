"""The survey itself: what is asked, what is said, what the answers mean. Nothing here reads, writes or waits.

One word, one meaning, in code, texts and tables:

checklist     the instrument: 26 *items* in six *dimensions*, answered on one scale of five *options*
partnership   a group of people and organisations that work together
wave          one round of asking; it opens and it closes. People read *round*
plan          a wave that is not open yet: its name, when it opens and when it closes
respondent    a person in a partnership
response      a respondent's answers in one wave, *open* or *completed*
mode          how somebody answered in a wave: by themselves, *assisted* by a helper, or on *paper*, each form a *sheet*
answer        one option; *don't know* and *does not apply* are options without a score
open question asked at the end where a wave does so, answered in words: the *open answer*, kept apart from the others
group         resident, professional or other: the respondent's own choice, may be withheld
invitation    the code behind a link or QR; it may be for one *place*, such as a library
coordinator   receives aggregates, never answers
seat          what makes somebody coordinator or viewer of a partnership; a *link* gives one, once
programme     several partnerships whose published results somebody reads side by side; its *readers* have a seat in it
summary       what a coordinator is sent; the weekly one is the *post*
agreement     what a partnership says it will do after a wave, who, by when; later also whether it is *done*
turnout       how many were invited, began and are done
cell          one published mean: an item, in a wave, of everyone, a group, or who took part in another wave too
release       the completed responses behind published cells; a *cohort* is who came and left in the same ones
contact       a person or a group chat that we can write to; the address is sealed
channel       carries the conversation: Telegram, a page in the browser; its *traits* are what it can do
entrance      where people come in by a channel: an address, to be followed by a code
update        one thing that happened in a channel; its *event* is what it means
turn          one update, handled: one transaction
preview       what an update would show, with nothing done
tick          what the clock causes; a *beat* is all of them, once
letter        a rendered message that waits to be delivered: a *reply*, or *bulk mail*, each in a lane of its own
envelope      a letter with its address; a *receipt* says what became of it; a *lease* is who has it in hand
dialogue      where one respondent stands in one response
form          fields that are filled in on a page, where in a chat one types
screen        one of the things that can be shown; a *view* is what it is made of, in no language yet
phrase        a text in no language yet, with its values
notice        a short line about what was just done
position      a screen, with the number of the item or part it shows
"""
