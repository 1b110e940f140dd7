"""What a page can do: nothing rings there, so letters wait until somebody looks."""

from bot.survey.traits import Traits

TRAITS = Traits(name="web", reaches_out=False, has_fields=True, has_tables=True)
