"""What is asked of a language model, and what it costs."""

from brownout_core.services.assistant import Message, Prompt, Usage


def test_one_question_stands_behind_what_the_model_is_to_be() -> None:
    assert Prompt.of("Why?").messages == (Message("user", "Why?"),)
    asked = Prompt.of("Why?", system="Be short.", max_tokens=5)
    assert asked.messages == (Message("system", "Be short."), Message("user", "Why?"))
    assert asked.max_tokens == 5


def test_a_bill_is_what_was_asked_and_what_was_said() -> None:
    assert Usage(7, 3).total_tokens == 10
