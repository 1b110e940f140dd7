"""Labels: what the page itself says, around the letters."""

from bot.channels.web.helping_labels import HELPING
from bot.channels.web.recorder_labels import RECORDER
from bot.survey.conversation import aloud, statement
from bot.survey.phrases import say

WORDS = {
    "menu": say("Menu"),
    "skip": say("Go to the text"),
    "aloud": say("Read aloud"),
    "read_by": aloud.READ_BY.of(name="{name}"),
    "computer_reads": aloud.COMPUTER_READS.of(name="{name}"),
    "mute": say("This phone cannot read this aloud."),
    "answers": say("Choose"),
    "progress": say("Statement {number} of {count}", number="{number}", count="{count}"),
    "part_done": say("Nice, part {part} is finished.", part="{part}"),
    "official": say("The official statement"),
    "is_true": statement.ASKED,
    "change": say("Change"),
    "as_picture": say("Show this as a picture"),
    "begin": say("Yes, go on"),
    "messages": say("Messages"),
    "keep": say("Keep my link"),
    "keep_called": say("Keep your own link to go on later, or on another phone."),
    "keep_why": say("We cannot send you a message here. Keep your own link to go on later, or on another phone."),
    "keep_seat": say(
        "New summaries come on this page. We cannot send you a message here. Keep your own link to come back."
    ),
    "keep_title": say("Your own link"),
    "keep_how": say("This link opens your own answers, on every phone. Do not give it to anybody else."),
    "keep_copy": say("Copy the link"),
    "copy_text": say("Copy the text"),
    "copied": say("Copied."),
    "keep_share": say("Send it to myself"),
    "keep_mail": say("Mail it to myself"),
    "keep_subject": say("My link for Samenspraak"),
    "keep_mailed": say("With this link you go on. Do not give it to anybody else."),
    "keep_code": say("Or scan this code with your other phone."),
    "keep_picture": say("QR code of your own link"),
    "away": say("I am done on this phone"),
    "away_why": say(
        "First keep your own link. Then tap the button. After that nobody can see your answers on this "
        "phone. We keep your answers."
    ),
    "away_done": say(
        "This phone does not know who you are any more. Do you want to take part? Open the link of your partnership."
    ),
    "lent": say(
        "Do you take part on somebody else's phone? First ask if they kept their own link. Without it they "
        "cannot go on."
    ),
    "somebody_else": say("I am somebody else"),
    "go_on": say("Go on where I was"),
    "stay": say("Stay where I was"),
    "other_link": say("Go on with the other link"),
    "own_link": say("Yes, this is my own link"),
    "own_message": say("Yes, this message is for me"),
    "tick_me": say("Yes, this is me"),
    "tick_first": say("First tick the box, and then tap the button."),
    "old_door": say("This link is too old. Open your own link, or scan the QR code again."),
    "stop_messages": say("Do you want to stop these messages?"),
    "stop_them": say("No more messages"),
    "messages_stopped": say("""You do not get these messages any more.

        Was that not what you wanted? Then tap the button."""),
    "send_again": say("Send me messages again"),
    "messages_again": say("You get these messages again."),
    "device_refused": say("Your device does not allow messages. You can leave your e-mail address."),
    "device_slow": say("That does not work on this device. You can leave your e-mail address."),
    "back": say("‹ Back"),
    "accessibility": say("Can everybody use this page?"),
    "full_statement": say("The whole accessibility statement"),
    "type_code": say("Do you have a code from a poster? Type it here, such as: KR7N-5XT2"),
    "open_code": say("Open"),
    "saved": say("Saved."),
    "home_screen": say(
        "Do you want a message on this phone? First put this page on your home screen. Tap “Share”, and then “Add to "
        "Home Screen”. After that, open the page from your home screen."
    ),
    "app_how": say(
        "Press the button below. A message is ready in the app. Send that message. Then we know where to write to you."
    ),
    "picture": say("Picture. The same is in the words."),
    "table": say("Table of all scores"),
    "qr": say("QR code of the link below"),
    "offline": say("No connection. Leave this page open. We send your answer when the connection is back."),
    "online": say("The connection is back."),
    "news": say("This page has changed."),
    "too_old": say("This page was too old. What you chose was not saved. Please tap again."),
    "no_cookie": say("This phone does not remember where you were. Turn “cookies” on, or ask somebody to help you."),
    "not_found": say("This page does not exist. Scan the QR code again, or open your own link."),
    "not_understood": say("That did not work. Please open the page again."),
    "too_many": say("You tried too many links that do not work. Please try again in 10 minutes."),
    "too_many_codes": say("Too many codes were asked for here. Please try again in an hour."),
    "too_large": say("What you sent was too big. It was not saved."),
    "demo": say("""This is a demonstration. The people in it are made up. What you answer is counted with theirs.

        What do you want to do?"""),
    "demo_looks_only": say("""This is a demonstration. The people in it are made up. Nobody sees what you answer.

        What do you want to do?"""),
    "demo_part": say("Take part"),
    "demo_look": say("Look as a coordinator"),
    "broken": say("Sorry, something went wrong on our side. Please try again."),
    **HELPING,
    **RECORDER,
}
