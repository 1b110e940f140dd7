"""The survey itself: what is asked, what is said, what the answers mean. Nothing here reads, writes or waits.

One word, one meaning, in code, texts and tables:

checklist     the instrument: 26 *items* in six *dimensions*, answered on one scale of five *options*
partnership   a group of people and organisations that work together
wave          one round of asking; it opens and it closes
respondent    a person in a partnership
response      a respondent's answers in one wave, *open* or *completed*
answer        one option; *don't know* and *does not apply* are options without a score
group         resident, professional or other: the respondent's own choice, may be withheld
invitation    the code behind a link or QR
coordinator   receives aggregates, never answers
contact       a person we can write to; the address is sealed
channel       Telegram, browser
letter        a rendered message, waiting to be delivered
turn          one incoming update, handled
tick          what the clock causes
dialogue      where one respondent stands in one response
place         a screen, with the number of the item or part it shows
"""
