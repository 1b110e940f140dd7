"""Memory: how what is read becomes a sentence."""

from bench.memory import Reading, grows, report

FLAT_AFTER_A_WHILE = [Reading(0, 80.0, 0.0), *(Reading(100 * n, 100.0 + 0.5 * n, 2.6 * n) for n in range(1, 11))]


def test_it_says_how_steep_it_is_without_what_every_run_takes_first() -> None:
    assert grows(FLAT_AFTER_A_WHILE) == (
        "From 100 walks on it grows by 50.00 MB for each 10,000 walks (95 %: 50.00..50.00; 10 readings)."
    )


def test_too_few_readings_make_no_line() -> None:
    assert grows(FLAT_AFTER_A_WHILE[:3]) == "Too few walks to say how it grows."
    assert grows(FLAT_AFTER_A_WHILE[:1]) == "Too few walks to say how it grows."


def test_the_table_has_the_cpu_of_an_answer_between_two_readings() -> None:
    said = report(FLAT_AFTER_A_WHILE, 0.05)
    assert "| 0 | 80.0 |  |" in said
    assert "| 100 | 100.5 | 1.00 |" in said
    assert said.endswith("5% of the people asked for a picture.")
