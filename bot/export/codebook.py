"""The codebook: what each column says, in which words it was asked, how its codes are read, how reliable it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from bot.export.reliability import FEWEST, alpha
from bot.export.shapes import NOT_REACHED, Origin, Variable, Words, codes_of
from bot.survey.checklist import Checklist, Item
from bot.texts.texts import SOURCE_LANGUAGE, Texts
from storage.records import Record

CODEBOOK = ("entry", "name", "text", "english", "plain", "hint", "dimension", "codes", "missing", "wording")
NOTES = {
    "instrument": "Coordinated Action Checklist, version {version}",
    "rows": "One row is one person in one wave; a person has the same id in every wave of this export.",
    "scores": (
        "A scored answer is its score: 0, 25, 50, 75 or 100. Item score = mean of the scored answers. Dimension score "
        "= mean of its item scores. Total = mean of all item scores. Codes below 0 are never scored, never filled in."
    ),
    "own scores": (
        "A column named after a dimension, and the column total, hold the score of this one person, in full precision; "
        "empty where they gave no scored answer. Of who did not finish they rest on the answers there are."
    ),
    "mode": (
        "By themselves: on an own phone or computer. With help: on a helper's device, or by a helper's link. On paper: "
        "a printed form that a helper typed in; a statement without a mark is -3. How "
        "one answers may change what one answers."
    ),
    "place": (
        "Where somebody first came in: the label of their invitation, or the helpers' link. A place is named only when "
        "in every wave of this export nobody or at least {k} people who came in there finished, and when all that are "
        "not named are nobody or at least {k} people together as well; those are 0, other places. Of who did not "
        "finish the place is not told (-5)."
    ),
    "month": (
        "The month in which somebody finished, on the partnership's clock. A day or a week often belongs to one or two "
        "people, whom others saw answering. A month too is told only where at least {k} people of the wave finished in "
        "it, and those of whom none is told are nobody or at least {k} people together; else it is empty."
    ),
    "language": (
        "The language in which somebody read most of what they answered; of answers from before that was kept, the one "
        "that they speak now. The column answered_in says which statements in which language, as nl 1-12 ar 13-26: "
        "a person can change halfway, and where fewer than {k} changed alike it is other. Both name a language only "
        "where a place would be named, of at least {k} people; else it is other. Answers in different languages are "
        "averaged together."
    ),
    "channel": "Empty of a form on paper and of whom the bot cannot reach any more; a language may be too.",
    "missing codes": (
        "Don't know is -1, does not apply -2, not reached -3 (no answer was given, or no group chosen), would rather "
        "not say -4, not told -5. In the .sav file they are user-missing, and in the metadata of a .csv they are null."
    ),
    "alpha": (
        "Cronbach's alpha (Cronbach 1951) over those with a scored answer to every item of the dimension, in one wave, "
        "with the interval of Feldt (1965); only from 30 of them on, and not for a dimension of one item."
    ),
    "sources": (
        "English statements: Appendix A of van Lammeren et al. 2025, International Journal of Environmental Research "
        "and Public Health 22(6) 954, licence CC BY 4.0; after Wagemakers, Koelen, Lezwijn and Vaandrager 2010, Global "
        "Health Promotion 17(3) 17-28. Translations, plain lines and hints are our own, adapted from these: "
        "Samenspraak, licence MIT."
    ),
    "drafts": (
        "Translations and plain lines are drafts, until readers from the target group have tried them. People read the "
        "statement and its plain line together, in the language of their choice."
    ),
    "wording": (
        "Per language a fingerprint of statement, plain line and hint as they are today. Another fingerprint is "
        "another wording: do not compare across them without saying so."
    ),
    "privacy": (
        "Pseudonymous, not anonymous: in a small group somebody may be recognised by what they answered. Ids are drawn "
        "afresh for each export, so that two exports cannot be joined by them. Moments of answering are left out, but "
        "for the month. Names of places and waves are as a coordinator typed them."
    ),
    "change": (
        "Published means of two waves: everyone in each, and the same people only (those who completed both). An empty "
        "cell may not be published, or the statement was worded anew."
    ),
    "formulas": "In a .csv a text that a spreadsheet would take for a formula has a ' before it.",
}
INVENTED = (
    "SYNTHETIC. No real person gave these answers: a rehearsal made them up. They are for trying things out, and show "
    "nothing about any partnership."
)


def notes(checklist: Checklist, origin: Origin) -> dict[str, str]:
    """What is to be known of every export, by name; first of all whether it is invented."""
    told = {name: text.format(version=checklist.version, k=origin.k) for name, text in NOTES.items()}
    return {"synthetic": INVENTED, **told} if origin.is_synthetic else told


def codebook(
    records: Sequence[Record], variables: Sequence[Variable], texts: Texts, language: str, said: Mapping[str, str]
) -> Words:
    entries = (
        *(("note", name, text) for name, text in said.items() if name == "synthetic"),
        *_variable_entries(variables, texts, language),
        *_dimension_entries(texts, language),
        *_alpha_entries(records, texts.checklist),
        *(("note", name, text) for name, text in said.items() if name != "synthetic"),
    )
    return [CODEBOOK, *((*entry, *[""] * (len(CODEBOOK) - len(entry))) for entry in entries)]


def _variable_entries(variables: Sequence[Variable], texts: Texts, language: str) -> Iterator[Sequence[str]]:
    wording = texts.wording()
    for variable in variables:
        codes = {code: label for code, label in variable.codes.items() if code not in variable.missing}
        missing = {code: variable.codes[code] for code in variable.missing}
        read = _read(variable.item, texts, language) if variable.item else [""] * 4
        entry = "variable", variable.name, variable.label, *read, listed(codes), listed(missing)
        yield (*entry, _fingerprints(variable.item, wording)) if variable.item else entry


def _read(item: Item, texts: Texts, language: str) -> Sequence[str]:
    hint = texts.say(item.hint, language) if item.hint else ""
    return texts.say(item.statement, SOURCE_LANGUAGE), texts.say(item.plain, language), hint, item.dimension


def listed(codes: Mapping[int, str]) -> str:
    """The label first: a cell that begins with -1 looks like a formula."""
    return " | ".join(f"{label} = {code}" for code, label in codes.items())


def _fingerprints(item: Item, wording: Mapping[str, Mapping[str, str]]) -> str:
    return " | ".join(f"{language} {prints[str(item.number)]}" for language, prints in wording.items())


def _dimension_entries(texts: Texts, language: str) -> Iterator[Sequence[str]]:
    for dimension in texts.checklist.dimensions:
        name, english = (texts.say(dimension.name, spoken) for spoken in (language, SOURCE_LANGUAGE))
        yield "dimension", dimension.key, name, english, texts.say(dimension.plain, language)


def _alpha_entries(records: Sequence[Record], checklist: Checklist) -> Iterator[Sequence[str]]:
    """Wave by wave, because the same people answer again in the next one. One item alone has no alpha."""
    codes = codes_of(checklist)
    for wave, those in groupby(sorted(records, key=lambda record: record.wave), key=lambda record: record.wave):
        answers = [record.answers for record in those]
        for dimension in checklist.dimensions:
            if len(dimension.items) > 1:
                text = _alpha_in_words(_complete(answers, dimension.items, codes))
                yield "alpha", f"{dimension.key}, wave {wave}", text, "", "", "", dimension.key


def _complete(
    answers: Iterable[Mapping[int, str]], items: Sequence[int], codes: Mapping[str, int]
) -> Sequence[Sequence[int]]:
    """The scores of those who gave a scored answer to each of these items."""
    rows = ([codes.get(sheet.get(item, ""), NOT_REACHED) for item in items] for sheet in answers)
    return [row for row in rows if min(row) >= 0]


def _alpha_in_words(rows: Sequence[Sequence[int]]) -> str:
    if len(rows) < FEWEST:
        return f"fewer than {FEWEST} complete answers"
    if not (found := alpha(rows)):
        return f"not defined: no differences between the sums of {len(rows)} complete answers"
    span = f"95% interval {found.low:.2f} to {found.high:.2f}"
    return f"Cronbach's alpha {found.value:.2f} ({span}; {found.n} complete answers)"
