"""Explores the orders in which the control plane's runs, operators and alarms may act, and what may fail meanwhile.

Stateless model checking, in the manner of CHESS: the real code over the project's own fakes. Each actor stops before
each AWS call, and who goes on is a choice. All schedules up to a number of preemptions and faults are run, cheapest
first; a state that was reached before is not explored again. What must hold is in `laws` and `rest`.

    python -m tests.explore list
    python -m tests.explore run [SCENARIO ...] [--preemptions 2] [--faults 0] [--seconds 60]
    python -m tests.explore replay SCENARIO "SCHEDULE"
"""
