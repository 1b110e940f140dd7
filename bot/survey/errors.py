"""Errors: what goes wrong in words that are for the operator. What a person does in a chat raises nothing."""


class OperatorError(Exception):
    """Something cannot be done; the message says what and why, and what to do. Without one, the docstring does."""

    def __str__(self) -> str:
        return super().__str__() or " ".join(str(self.__doc__).split())
